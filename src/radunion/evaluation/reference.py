"""What the readers said, as plain arrays: one row a label of one examination by one reader."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
from jaxtyping import Bool, Int, Shaped

from radunion.cohort import Examination, Label
from radunion.scale import (
    CORTICES,
    LEVELS,
    SCALES,
    TOP_SCORE,
    UNSCORED,
    Convention,
    Scale,
    levels_of,
    view_of,
)

NOT_SCORED = 0
BLANK, UNSCORABLE, SCORED = -1, 0, 1


def _nothing() -> Shaped[np.ndarray, " n"]:
    return np.array([], dtype=np.str_)


@dataclass(frozen=True)
class Reference:
    """Hold n labels; `examination` is the row that a prediction of the same examinations has.

    `scores` (n, 4) are on the label's own `scales`, 0 = not scored; `scorable` is 1 scored, 0 unscorable, -1 blank;
    `visible` says that the film which shows the cortex in profile is present. Cortices are in the order of `CORTICES`.
    `fixations`, `readers` and `readings` are empty strings where nothing is recorded; left out, nothing is.
    """

    examination: Int[np.ndarray, " n"]
    patients: Shaped[np.ndarray, " n"]
    sites: Shaped[np.ndarray, " n"]
    visits: Shaped[np.ndarray, " n"]
    scales: Shaped[np.ndarray, " n"]
    scores: Int[np.ndarray, "n 4"]
    scorable: Int[np.ndarray, "n 4"]
    visible: Bool[np.ndarray, "n 4"]
    convention: Convention
    fixations: Shaped[np.ndarray, " n"] = field(default_factory=_nothing)
    readers: Shaped[np.ndarray, " n"] = field(default_factory=_nothing)
    readings: Shaped[np.ndarray, " n"] = field(default_factory=_nothing)

    def __post_init__(self) -> None:
        for name in ("fixations", "readers", "readings"):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, np.full(len(self), "", dtype=np.str_))
        if unknown := set(self.scales.tolist()) - set(SCALES):
            raise ValueError(f"a scale is one of {', '.join(SCALES)}, found {', '.join(sorted(map(str, unknown)))}")
        top = np.array([TOP_SCORE[scale] for scale in self.scales.tolist()], dtype=np.int64)
        if ((self.scores < 0) | (self.scores > top.reshape(-1, 1))).any():
            raise ValueError("a score is 1 to 3 on rust, 1 to 4 on mrust, 0 when not scored; found another value")
        if ((self.scorable == SCORED) != (self.scores > NOT_SCORED)).any():
            raise ValueError(
                "scorable is 1 exactly where a score stands; found a score without it or it without a score"
            )

    def __len__(self) -> int:
        return len(self.examination)

    def __getitem__(self, rows: Sequence[int] | np.ndarray) -> "Reference":
        arrays = {field.name: getattr(self, field.name)[rows] for field in fields(self) if field.name != "convention"}
        return Reference(**arrays, convention=self.convention)

    def on(self, scale: Scale) -> "Reference":
        """Return the labels that were given on a scale."""
        return self[self.scales == scale]

    def first_labels(self) -> "Reference":
        """Return the first label of each examination on each scale, in order."""
        keys = list(zip(self.examination.tolist(), self.scales.tolist(), strict=True))
        first = {key: row for row, key in reversed(list(enumerate(keys)))}
        return self[np.array(sorted(first.values()), dtype=np.int64)]

    def judged(self) -> Bool[np.ndarray, "n 4"]:
        """Say which cortices can be compared: scored by the reader and visible in a film at hand."""
        return np.asarray(self.visible & (self.scores > NOT_SCORED))

    def complete(self) -> Bool[np.ndarray, " n"]:
        """Say which labels have a total: all four cortices scored and visible."""
        return np.asarray(self.judged().all(axis=1))

    def totals(self) -> Int[np.ndarray, " n"]:
        """Return the sum of the scores, on each label's own scale; meaningful where `complete`."""
        return self.scores.sum(axis=1)

    def allowed(self) -> Bool[np.ndarray, "n 4 4"]:
        """Return which mRUST levels each score allows; an unscored cortex allows all."""
        tables = np.stack([_allowed_by(scale, self.convention) for scale in SCALES])
        scale = np.array([SCALES.index(name) for name in self.scales.tolist()], dtype=np.int64)
        return tables[scale[:, None], self.scores]


def reference_of(examinations: Sequence[Examination], convention: Convention) -> Reference:
    """Lay out every label of the examinations, in their order; an examination without a label has no row."""
    labelled = [(row, one, label) for row, one in enumerate(examinations) for label in one.labels]
    count = len(labelled)
    return Reference(
        np.array([row for row, _, _ in labelled], dtype=np.int64),
        np.array([one.patient for _, one, _ in labelled], dtype=np.str_),
        np.array([one.site for _, one, _ in labelled], dtype=np.str_),
        np.array([one.visit for _, one, _ in labelled], dtype=np.str_),
        np.array([label.scale for _, _, label in labelled], dtype=np.str_),
        np.array([_scores(label) for _, _, label in labelled], dtype=np.int64).reshape(count, 4),
        np.array([_scorable(label) for _, _, label in labelled], dtype=np.int64).reshape(count, 4),
        np.array([_visible(one) for _, one, _ in labelled], dtype=bool).reshape(count, 4),
        convention,
        np.array([one.fixation for _, one, _ in labelled], dtype=np.str_),
        np.array([label.reader for _, _, label in labelled], dtype=np.str_),
        np.array([label.reading for _, _, label in labelled], dtype=np.str_),
    )


def _scores(label: Label) -> list[int]:
    return [label.scores.get(cortex) or NOT_SCORED for cortex in CORTICES]


def _scorable(label: Label) -> list[int]:
    said = [label.cortices.get(cortex, UNSCORED).scorable for cortex in CORTICES]
    return [BLANK if scorable is None else int(scorable) for scorable in said]


def _visible(examination: Examination) -> list[bool]:
    return [examination.film(view_of(cortex)) is not None for cortex in CORTICES]


def _allowed_by(scale: Scale, convention: Convention) -> Bool[np.ndarray, "score 4"]:
    """Tabulate the levels by score; row 0 is an unscored cortex, rows above the scale's top stay empty."""
    table = np.zeros((1 + len(LEVELS), len(LEVELS)), dtype=bool)
    table[NOT_SCORED] = True
    for score in range(1, TOP_SCORE[scale] + 1):
        table[score] = [level in levels_of(score, scale, convention) for level in LEVELS]
    return table
