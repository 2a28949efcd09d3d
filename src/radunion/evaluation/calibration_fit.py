"""Fit the numbers of a calibration by the score that levels and totals are judged by: ranked probability.

The likelihood of all four levels together, which models are trained with, is no good guide here: it is about
combinations that nobody is shown, and blurs levels and totals that are right to make these likelier. Fitting by such a
score: Gneiting 2005. Nothing is corrected where that does not help patients left out of the fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from radunion.evaluation.calibration import COMBINATIONS, COMPOSITION, COMPOSITIONS, LEAST, Calibration, joint_table
from radunion.evaluation.reference import Reference
from radunion.joint import TOTAL_SCORES, JointLevels
from radunion.scale import LEVELS, SCALES, TOP_SCORE, Convention, Scale, score_of

FEWEST_LABELS = 50
"""Numbers fitted to fewer would be worth less than none."""
NO_HELP = (
    "probabilities are as the model gives them: a correction brought levels and totals no nearer to the scores of "
    "patients left out of its fit"
)

_PARTS = 3
_PRIOR = 1.0
"""Standard deviation of the logarithm of the temperature and of each weight about 0: as weak as a few labels."""
_BOUNDS = ((np.log(0.1), np.log(10.0)), *[(-10.0, 10.0)] * len(COMPOSITIONS))
_START = np.zeros(1 + len(COMPOSITIONS))
_OF_EACH = np.eye(len(COMPOSITIONS))[COMPOSITION]

Point = Float[np.ndarray, "36"]
"""The logarithm of the temperature, the weights of the compositions."""


def fit_calibration(reference: Reference, joint: JointLevels) -> Calibration:
    """Fit to every label of patients that the model did not learn from; `joint` has one row an examination.

    Minimises the ranked probability scores of the cortices and of the total, in points and each label on its own scale:
    a cortex counts where it is scored and visible, a total where all four are. It is fitted to two thirds of the
    patients and judged by the rest, in turn. Where that does not lower the score, or fewer than `FEWEST_LABELS` labels
    have any, the joint stays as it is and the note says so.
    """
    told = reference[np.flatnonzero(reference.judged().any(axis=1))]
    names, patient = np.unique(told.patients, return_inverse=True)
    if len(told) < FEWEST_LABELS:
        note = (
            f"probabilities are as the model gives them: {len(told)} labels are fewer than the {FEWEST_LABELS} that a "
            "calibration needs"
        )
        return Calibration(1.0, len(told), len(names), note)
    parts = _judged(told, joint, patient % _PARTS)
    point = _best(parts, _START)
    if not _helps(parts, point):
        return Calibration(1.0, len(told), len(names), NO_HELP)
    weights = tuple(map(float, point[1:]))
    return Calibration(float(np.exp(point[0])), len(told), len(names), weights=weights)


@dataclass(frozen=True)
class _Judged:
    """Hold n labels of one scale as cuts, `score <= k` of each cortex and of the total.

    `table` is the logarithm of P(combination), `below` which combinations lie below each cut; `seen` says that the
    label does, `counts` that it can be judged. `part` is the third that the patient belongs to.
    """

    table: Float[np.ndarray, "n 256"]
    below: Float[np.ndarray, "256 cuts"]
    seen: Bool[np.ndarray, "n cuts"]
    counts: Bool[np.ndarray, "n cuts"]
    part: Int[np.ndarray, " n"]

    def among(self, rows: Bool[np.ndarray, " n"]) -> "_Judged":
        return _Judged(self.table[rows], self.below, self.seen[rows], self.counts[rows], self.part[rows])

    def score(self, point: Point) -> tuple[float, Point]:
        """Return the sum of the ranked probability scores after a correction, and its gradient."""
        sharpness = np.exp(-point[0])
        logits = sharpness * self.table + point[1:][COMPOSITION]
        share = np.exp(logits - logits.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        off = np.where(self.counts, share @ self.below - self.seen, 0.0)
        slope = 2 * share * (off @ self.below.T)
        slope -= share * slope.sum(axis=1, keepdims=True)
        temperature = -sharpness * (slope * self.table).sum()
        return float((off**2).sum()), np.array([temperature, *(slope.sum(axis=0) @ _OF_EACH)])


def _judged(told: Reference, joint: JointLevels, part: Int[np.ndarray, " n"]) -> list[_Judged]:
    found = []
    for scale in SCALES:
        rows = np.flatnonzero(told.scales == scale)
        labels = told[rows]
        table = np.log(np.maximum(joint_table(joint[labels.examination]), LEAST))
        below = _cuts(_scores(scale, told.convention), scale).astype(np.float64)
        counts = np.repeat(labels.judged(), TOP_SCORE[scale] - 1, axis=1)
        whole = np.repeat(labels.complete()[:, None], len(TOTAL_SCORES[scale]) - 1, axis=1)
        found.append(_Judged(table, below, _cuts(labels.scores, scale), np.hstack([counts, whole]), part[rows]))
    return found


def _scores(scale: Scale, convention: Convention) -> Int[np.ndarray, "256 4"]:
    """Return the score of each cortex of each combination."""
    return np.array([score_of(level, scale, convention) for level in LEVELS])[COMBINATIONS - 1]


def _cuts(scores: Int[np.ndarray, "n 4"], scale: Scale) -> Bool[np.ndarray, "n cuts"]:
    """Say whether each cortex, then the total, is at most each score but the last."""
    cortices = scores[:, :, None] <= np.arange(1, TOP_SCORE[scale])
    total = scores.sum(axis=1)[:, None] <= np.array(TOTAL_SCORES[scale][:-1])
    return np.hstack([cortices.reshape(len(scores), 4 * (TOP_SCORE[scale] - 1)), total])


def _best(parts: Sequence[_Judged], start: Point) -> Point:
    from scipy.optimize import minimize

    found = minimize(_loss, start, args=(parts,), jac=True, method="L-BFGS-B", bounds=_BOUNDS)
    return np.asarray(found.x)


def _loss(point: Point, parts: Sequence[_Judged]) -> tuple[float, Point]:
    """Return the mean penalised score and its gradient."""
    scores, gradients = zip(*(part.score(point) for part in parts), strict=True)
    penalty = 0.5 * (point**2).sum() / _PRIOR**2
    n = sum(len(part.table) for part in parts)
    return float(sum(scores) + penalty) / n, (np.sum(gradients, axis=0) + point / _PRIOR**2) / n


def _helps(parts: Sequence[_Judged], point: Point) -> bool:
    """Say whether a correction lowers the score of patients that it was not fitted to; `point` is where to start."""
    gain = 0.0
    for third in range(_PARTS):
        found = _best([one.among(one.part != third) for one in parts], point)
        held = [one.among(one.part == third) for one in parts]
        gain += sum(one.score(_START)[0] - one.score(found)[0] for one in held)
    return gain > 0
