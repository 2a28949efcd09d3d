"""What a trial is judged by, fold by fold: measures of the examinations or films that a fold held out."""

import numpy as np

from radunion.evaluation.discrimination import macro_auroc
from radunion.evaluation.measures import DEFAULT_RULES, measure
from radunion.evaluation.readings import readings
from radunion.joint import JointLevels
from radunion.scale import SCALES, Scale
from radunion.study.crossval.data import StudyData

OF_CORTICES = ("kappa", "auroc", "exact")
"""Means over the four cortices, only where each is in view and was scored; docs/metrics.md defines them."""


def headline_scale(data: StudyData) -> Scale:
    """Return the scale that trials are judged on: mRUST where the cohort has it."""
    labels = data.reference.first_labels()
    return next(scale for scale in reversed(SCALES) if (labels.scales == scale).any())


def score_cortices(joint: JointLevels, tested: np.ndarray, data: StudyData) -> dict[str, float]:
    """Judge what was said of some examinations, row by row; measures that are undefined there are left out."""
    labels = data.reference.first_labels()
    scale = headline_scale(data)
    known = labels[np.flatnonzero((labels.scales == scale) & np.isin(labels.examination, tested))]
    if not len(known):
        return {}
    place = np.searchsorted(tested, known.examination)
    case = readings(known, joint[place], scale=scale, rule=DEFAULT_RULES[scale])
    taken = measure(case, np.ones((1, len(known))), OF_CORTICES)
    found = {one.metric: float(one.values[0]) for one in taken if one.scope == "cortices"}
    return {name: value for name, value in found.items() if np.isfinite(value)}


def score_columns(sigmoids: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """Take the seed study's measure of films: sigmoids (b, 18) against targets (b, 18); nothing where undefined."""
    found = float(macro_auroc(sigmoids, targets > 0.5, np.ones((1, len(sigmoids))))[0])
    return {"auroc18": found} if np.isfinite(found) else {}
