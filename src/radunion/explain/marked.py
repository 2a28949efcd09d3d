"""Films on which it is known where the fracture is, and where each cortex beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from radunion.cohort import Box, Cohort, Examination, Film, Label
from radunion.errors import CohortError
from radunion.explain.subject import VIEWS
from radunion.scale import CORTICES_ON, LEVELS, Cortex, View


@dataclass(frozen=True)
class MarkedFilm:
    """Hold a film with the boxes of the fracture, several where it has several parts, and of cortices, in pixels.

    `remodelled` is True where the labels call every cortex that it shows and that is scored remodelled, False where
    they call one otherwise, None where they leave it open, as the highest score on RUST does.
    """

    path: Path
    fracture: tuple[Box, ...]
    cortices: Mapping[Cortex, Box] = field(default_factory=dict)
    remodelled: bool | None = None

    @property
    def known(self) -> bool:
        """Whether anything is marked on it."""
        return bool(self.fracture or self.cortices)


@dataclass(frozen=True)
class MarkedExamination:
    """Hold the AP and the lateral film of a patient; None where there is none."""

    patient: str
    films: tuple[MarkedFilm | None, MarkedFilm | None]


def marked(cohort: Cohort) -> tuple[MarkedExamination, ...]:
    """Return the examinations that have a marked film. Raises CohortError where nothing is marked."""
    kept = marked_among(cohort.examinations)
    if not kept:
        raise CohortError(
            f"{cohort.source}: heat-maps are measured on films whose fracture is marked, and none is; fill the column "
            "fracture_box, for cortices medial_box and the like, or simulate a cohort, whose boxes are known"
        )
    return kept


def marked_among(examinations: Sequence[Examination]) -> tuple[MarkedExamination, ...]:
    """Return those of some examinations that have a marked film."""
    found = [_examination(one) for one in examinations]
    return tuple(one for one in found if any(film is not None and film.known for film in one.films))


def _examination(examination: Examination) -> MarkedExamination:
    ap, lateral = (_film(examination.film(view), _remodelled(examination.labels, view)) for view in VIEWS)
    return MarkedExamination(examination.patient, (ap, lateral))


def _film(film: Film | None, remodelled: bool | None) -> MarkedFilm | None:
    if film is None:
        return None
    fracture = () if film.fracture_box is None else (film.fracture_box,)
    return MarkedFilm(film.path, fracture, film.cortex_boxes, remodelled)


def _remodelled(labels: Sequence[Label], view: View) -> bool | None:
    cortices = [label.cortices[cortex] for label in labels for cortex in CORTICES_ON[view] if cortex in label.cortices]
    levels = [one.levels for one in cortices if one.scorable]
    if any(LEVELS[-1] not in each for each in levels):
        return False
    return True if levels and all(each == {LEVELS[-1]} for each in levels) else None
