"""Fit the two numbers of a calibration to labels, by the likelihood that models are trained with."""

import numpy as np
from jaxtyping import Bool, Float

from radunion.evaluation.calibration import COMBINATIONS, LEAST, UNLIKE, Calibration, joint_table
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels

FEWEST_LABELS = 50
"""Two numbers fitted to fewer would be worth less than none."""

_PRIOR = np.array([1.0, 0.3])
"""Standard deviations of the logarithm of the temperature and of the coupling about (0, 0): as weak as a few labels."""
_BOUNDS = ((np.log(0.1), np.log(10.0)), (-2.0, 2.0))


def fit_calibration(reference: Reference, joint: JointLevels) -> Calibration:
    """Fit to every label of patients that the model did not learn from; `joint` has one row an examination.

    Minimises −log P'(what the label allows): RUST scores are sets of levels, a cortex that is not scored or whose film
    is absent allows all. Fewer than `FEWEST_LABELS` labels with a score leave the joint as it is, and the note says so.
    """
    told = reference[np.flatnonzero(reference.judged().any(axis=1))]
    patients = len(np.unique(told.patients))
    if len(told) < FEWEST_LABELS:
        note = (
            f"probabilities are as the model gives them: {len(told)} labels are fewer than the {FEWEST_LABELS} that a "
            "calibration needs"
        )
        return Calibration(1.0, 0.0, len(told), patients, note)
    table = np.log(np.maximum(joint_table(joint[told.examination]), LEAST))
    temperature, coupling = _likeliest(table, possible(told))
    return Calibration(temperature, coupling, len(told), patients)


def possible(reference: Reference) -> Bool[np.ndarray, "n 256"]:
    """Say which combinations each label allows; a cortex whose film is absent allows all."""
    allowed = reference.allowed() | ~reference.visible[:, :, None]
    return np.asarray(allowed[:, np.arange(4), COMBINATIONS - 1].all(axis=2))


def _likeliest(table: Float[np.ndarray, "n 256"], allowed: Bool[np.ndarray, "n 256"]) -> tuple[float, float]:
    from scipy.optimize import minimize

    found = minimize(_loss, np.zeros(2), args=(table, allowed), jac=True, method="L-BFGS-B", bounds=_BOUNDS)
    return float(np.exp(found.x[0])), float(found.x[1])


def _loss(
    point: Float[np.ndarray, "2"], table: Float[np.ndarray, "n 256"], allowed: Bool[np.ndarray, "n 256"]
) -> tuple[float, Float[np.ndarray, "2"]]:
    """Return the mean penalised loss and its gradient at (logarithm of the temperature, coupling)."""
    sharpness = np.exp(-point[0])
    logits = sharpness * table - point[1] * UNLIKE
    share = np.exp(logits - logits.max(axis=1, keepdims=True))
    inside = np.where(allowed, share, 0.0)
    every, those = share.sum(axis=1), np.maximum(inside.sum(axis=1), np.finfo(np.float64).tiny)
    excess = inside / those[:, None] - share / every[:, None]
    toward = np.array([sharpness * (excess * table).sum(), (excess @ UNLIKE).sum()])
    penalty = 0.5 * ((point / _PRIOR) ** 2).sum()
    n = len(table)
    return float((np.log(every / those).sum() + penalty) / n), (toward + point / _PRIOR**2) / n
