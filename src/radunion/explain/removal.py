"""What the score of an examination rests on: its films taken away in the order of a map, beside other orders."""

from collections.abc import Iterator
from dataclasses import dataclass

from radunion.evaluation.heatmaps.curves import (
    Curve,
    Order,
    cells_of,
    centre_order,
    deletion,
    grid_of,
    insertion,
    order_of,
    random_order,
)
from radunion.evaluation.heatmaps.quality import CurveKind
from radunion.explain.observe import Mapped
from radunion.explain.subject import Maps, Subject, level_score
from radunion.scale import CORTICES, Cortex


@dataclass(frozen=True)
class Removed:
    """Hold one curve: how far the expected level of a cortex moves; `order` is the protocol whose order it was."""

    patient: str
    cortex: Cortex
    kind: CurveKind
    order: str
    curve: Curve


def remove(patient: str, mapped: Mapped, subject: Subject, *, seed: int) -> Iterator[Removed]:
    """Yield deletion and insertion of every cortex that the films show, in each order; chance follows from `seed`."""
    for cortex, side in mapped.pair.shown():
        film = mapped.pair.films[side]
        if film is None or cortex not in mapped.own:
            continue
        score = level_score(subject.reader, mapped.pair, cortex)
        for name, order in _orders(mapped, cortex, subject.name, seed * len(CORTICES) + CORTICES.index(cortex)):
            yield Removed(patient, cortex, "deletion", name, deletion(score, film.pixels, order))
            yield Removed(patient, cortex, "insertion", name, insertion(score, film.pixels, order))


def _orders(mapped: Mapped, cortex: Cortex, name: str, seed: int) -> Iterator[tuple[str, Order]]:
    prepared = mapped.pair.how.height, mapped.pair.how.width
    given: dict[str, Maps] = {name: mapped.own} | ({} if mapped.random is None else {"random-weights": mapped.random})
    for protocol, maps in given.items():
        if cortex in maps:
            yield protocol, order_of(cells_of(maps[cortex].values, prepared), seed=seed)
    yield "random-order", random_order(grid_of(prepared), seed=seed)
    yield "centre-order", centre_order(grid_of(prepared))
