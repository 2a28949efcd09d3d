"""Decide which film of an examination is the AP and which the lateral, and record who said so.

The user is believed first, then the film's tags, then the model, then the order given (AP first). The model may
contradict the first two aloud, never overrule them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from radunion.radiograph import ViewSource
from radunion.scale import View
from radunion.scoring.warning import ScoreCode

ViewSaid = Literal["user", ViewSource, "model", "order", "pair"]
"""Who said it; `pair` is the place that the other film of the pair leaves."""
PAIR: tuple[View, View] = ("ap", "lateral")

_SURE = 0.9
_LEAST = 1e-6
_AS_GIVEN = (0.0, 1.0)
"""P(lateral view) of the films where nobody was asked: the order given, AP first, stays as it is."""

Note = tuple[ScoreCode, int | None]
"""A warning's code, and the film that it is about; None for all."""


@dataclass(frozen=True)
class Claim:
    """What the user or the tags say of one film; None when nothing."""

    view: View | None
    source: ViewSaid | None

    @property
    def usable(self) -> bool:
        """Whether it names one of the two views that are scored."""
        return self.view in PAIR


@dataclass(frozen=True)
class Assigned:
    """The view of each film in the order given, who said so, and what is odd about it."""

    views: tuple[View, ...]
    sources: tuple[ViewSaid, ...]
    notes: tuple[Note, ...]


def supposed_views(claims: Sequence[Claim]) -> tuple[View, ...]:
    """Return the views of one film or two by what is said of them alone; AP first where that leaves it open."""
    return assign_views(claims, _AS_GIVEN[: len(claims)]).views


def assign_views(claims: Sequence[Claim], lateral: Sequence[float]) -> Assigned:
    """Assign a view to one film or two; `lateral` is the model's P(lateral view) of each."""
    assigned = _one(claims[0], lateral[0]) if len(claims) == 1 else _two(claims, lateral)
    notes: list[Note] = [("RS310", film) for film, claim in enumerate(claims) if claim.view == "other"]
    guessed: list[Note] = [
        ("RS305", film) for film, source in enumerate(assigned.sources) if source in ("model", "order")
    ]
    return Assigned(
        assigned.views,
        assigned.sources,
        (*assigned.notes, *notes, *guessed, *_contradictions(assigned.views, lateral)),
    )


def _one(claim: Claim, lateral: float) -> Assigned:
    if claim.view is not None and claim.source is not None and claim.usable:
        return Assigned((claim.view,), (claim.source,), ())
    return Assigned((PAIR[lateral >= 0.5],), ("model",), ())


def _two(claims: Sequence[Claim], lateral: Sequence[float]) -> Assigned:
    first, second = claims
    if first.usable and second.usable:
        return _both_said(first, second, lateral)
    if first.usable or second.usable:
        said = first if first.usable else second
        ap_first = (said.view == "ap") == first.usable
        sources: tuple[ViewSaid, ViewSaid] = (_source(first), _source(second))
        return Assigned(_views(ap_first), sources, ())
    swapped = _odds_swapped(lateral)
    if swapped > _SURE:
        return Assigned(_views(False), ("model", "model"), (("RS303", None),))
    source: ViewSaid = "model" if swapped < 1 - _SURE else "order"
    return Assigned(_views(True), (source, source), ())


def _both_said(first: Claim, second: Claim, lateral: Sequence[float]) -> Assigned:
    if first.view != second.view:
        return Assigned(_views(first.view == "ap"), (_source(first), _source(second)), ())
    views = _views(_odds_swapped(lateral) < 0.5)
    sources = tuple(
        _source(claim) if claim.view == view else "model" for claim, view in zip((first, second), views, strict=True)
    )
    return Assigned(views, sources, (("RS304", None),))


def _contradictions(views: Sequence[View], lateral: Sequence[float]) -> list[Note]:
    """Say where the model is sure of another view: of the pair as a whole (swapped), else of one film alone."""
    if len(views) == 2 and _odds_against(views, lateral) > _SURE:
        return [("RS302", None)]
    against = (lateral[film] if view == "ap" else 1 - lateral[film] for film, view in enumerate(views))
    return [("RS311", film) for film, chance in enumerate(against) if chance > _SURE]


def _odds_against(views: Sequence[View], lateral: Sequence[float]) -> float:
    """Return P(the order assigned is swapped); what the model itself assigned or left in order is never surely so."""
    swapped = _odds_swapped(lateral)
    return swapped if views[0] == "ap" else 1 - swapped


def _odds_swapped(lateral: Sequence[float]) -> float:
    """Return P(the first is the lateral), given that one of the two is."""
    first, second = (min(max(p, _LEAST), 1 - _LEAST) for p in lateral)
    swapped, given = first * (1 - second), (1 - first) * second
    return swapped / (swapped + given)


def _views(ap_first: bool) -> tuple[View, View]:
    return PAIR if ap_first else (PAIR[1], PAIR[0])


def _source(claim: Claim) -> ViewSaid:
    return claim.source if claim.usable and claim.source is not None else "pair"
