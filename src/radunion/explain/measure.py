"""Measure the heat-maps of a model on marked films, beside everything that points there without one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from radunion.errors import UsageError
from radunion.evaluation.bootstrap import REPLICATES
from radunion.evaluation.heatmaps.fixed import best_place, on_the_line
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.evaluation.heatmaps.rows import Interval, rows_of
from radunion.explain.examples import examples
from radunion.explain.marked import MarkedExamination
from radunion.explain.observe import Seen, map_examination, observe
from radunion.explain.removal import Removed, remove
from radunion.explain.subject import Subject, remembering
from radunion.explain.tally import areas, mean_curves, pointed, verdict

Progress = Callable[[int, int], None]
"""Told how many examinations are done, of how many."""


@dataclass(frozen=True, kw_only=True)
class HeatmapSettings:
    """How maps are measured.

    `tolerance` is that of the pointing game, a share of the film's height. Deletion and insertion are followed on
    `removals` examinations, drawn by `seed`; `each` films of every rank are shown.
    """

    tolerance: float = 0.0
    removals: int = 24
    each: int = 4
    seed: int = 0
    replicates: int = REPLICATES
    interval: Interval = "patients"

    def __post_init__(self) -> None:
        if not 0 <= self.tolerance < 1 or self.removals < 0 or self.each < 1 or self.replicates < 1:
            raise UsageError(
                "the tolerance is a share of the film's height, 0 to below 1, removals are 0 or more, examples and "
                f"replicates 1 or more; found {self.tolerance}, {self.removals}, {self.each} and {self.replicates}"
            )


def measure_heatmaps(
    subject: Subject,
    examinations: Sequence[MarkedExamination],
    *,
    settings: HeatmapSettings,
    simulated: bool,
    random: Subject | None = None,
    key: str = "heatmaps",
    progress: Progress | None = None,
) -> HeatmapQuality:
    """Measure a model; `random` is the same one with random weights, without which no sanity check is made.

    `key` names the files of the result.

    Raises UsageError where no film has its fracture marked, FilmError for a film that cannot be used.
    """
    subject = remembering(subject)  # examples are of maps that were made
    seen, removed = _looked(subject, examinations, settings, random, progress)
    films = [one for one in seen if one.scope == "film"]
    if not films:
        raise UsageError("heat-maps are measured on films whose fracture is marked, found none; mark some")
    observed = [*pointed(seen), *areas(removed)]
    return HeatmapQuality(
        model=subject.name,
        way=subject.way,
        tolerance=settings.tolerance,
        films=len(films),
        patients=len({one.patient for one in films}),
        rows=rows_of(
            observed, model=subject.name, seed=settings.seed, replicates=settings.replicates, interval=settings.interval
        ),
        curves=tuple(mean_curves(removed)),
        sanity=verdict(seen),
        examples=examples(seen, examinations, subject, each=settings.each),
        notes=tuple(_notes(films, subject, random, settings)),
        simulated=simulated,
        seed=settings.seed,
        replicates=settings.replicates,
        key=key,
    )


def _looked(
    subject: Subject,
    examinations: Sequence[MarkedExamination],
    settings: HeatmapSettings,
    random: Subject | None,
    progress: Progress | None,
) -> tuple[list[Seen], list[Removed]]:
    """Go through all examinations once, so that no more than one examination's films are held."""
    followed = _drawn(len(examinations), settings)
    seen: list[Seen] = []
    removed: list[Removed] = []
    for row, examination in enumerate(examinations):
        mapped = map_examination(examination, subject, random)
        seen += observe(row, examination, mapped, name=subject.name, tolerance=settings.tolerance)
        if row in followed:
            removed += remove(examination.patient, mapped, subject, seed=settings.seed + row)
        if progress is not None:
            progress(row + 1, len(examinations))
    return seen, removed


def _drawn(count: int, settings: HeatmapSettings) -> frozenset[int]:
    order = np.random.default_rng(settings.seed).permutation(count)
    return frozenset(order[: settings.removals].tolist())


def _notes(films: Sequence[Seen], subject: Subject, random: Subject | None, settings: HeatmapSettings) -> Iterator[str]:
    if subject.way == "evidence":
        yield "evidence is where the model reads, not what it makes of it: only deletion and insertion ask for that"
    along, _ = best_place(np.stack([one.hits["pointing"].places for one in films]), on_the_line())
    yield f"the best fixed place lies {100 * along:.0f} % of the film's length down the shaft, chosen on these films"
    if random is None:
        yield "no model with random weights stood beside it, so nothing says that the maps depend on what was learned"
    if settings.interval == "wilson":
        yield "intervals of the pointing game are Wilson's over maps: they take films of one patient for independent"
