"""The seed study's AUROC over 18 outputs a film, kept so that its table can be read beside ours. Inflated.

Eight of the 16 cortex outputs are zero by the view alone and two more *are* the view, so a predictor that looks at no
picture scores about 0.8. Missing labels are negatives here, and both scales share the columns, as in the seed study.
"""

import numpy as np
from jaxtyping import Bool, Float, Integer

from radunion.evaluation.agreement import Weights
from radunion.evaluation.discrimination import auroc, macro_auroc
from radunion.evaluation.readings import Measure
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels
from radunion.scale import CORTICES, CORTICES_ON, LEVELS, SCALES, TOP_SCORE, View

SEED_VIEWS: tuple[View, ...] = ("ap", "lateral")
SEED_COLUMNS: tuple[str, ...] = (
    "view_antpr",
    "view_later",
    *(f"{cortex}_cortex_{level}" for cortex in CORTICES for level in LEVELS),
)


def measure_seed18(reference: Reference, prediction: JointLevels, weights: Weights) -> list[Measure]:
    """Take the macro and the micro AUROC of the 18 outputs over films; rows of all arguments are labels."""
    first = np.unique(reference.examination, return_index=True)[1]
    truth, chance, row = seed18_outputs(reference[first], prediction[first])
    macro = macro_auroc(chance, truth, weights, rows=first[row])
    micro = auroc(chance.ravel(), truth.ravel(), weights, rows=np.repeat(first[row], truth.shape[1]))
    films = first[np.unique(row)]
    return [
        Measure("seed18-macro", "films", "mixed", films, macro),
        Measure("seed18-micro", "films", "mixed", films, micro),
    ]


def seed18_outputs(
    reference: Reference, prediction: JointLevels
) -> tuple[Bool[np.ndarray, "films 18"], Float[np.ndarray, "films 18"], Integer[np.ndarray, " films"]]:
    """Return the seed's targets, the prediction in its columns, and each film's row in the reference."""
    said = reference.scores[:, :, None] == np.array(LEVELS)
    chance = own_scale(reference, prediction)
    parts = [_films(view, reference, said, chance) for view in SEED_VIEWS]
    truths, chances, rows = zip(*parts, strict=True)
    return np.concatenate(truths), np.concatenate(chances), np.concatenate(rows)


def own_scale(reference: Reference, prediction: JointLevels) -> Float[np.ndarray, "n 4 4"]:
    """Return P(score) of each cortex on the scale of each label, row by row."""
    chance = np.zeros((len(reference), 4, len(LEVELS)))
    for scale in SCALES:
        rows = np.flatnonzero(reference.scales == scale)
        chance[rows, :, : TOP_SCORE[scale]] = prediction[rows].score_margins(scale, reference.convention)
    return chance


def _films(
    view: View, reference: Reference, said: Bool[np.ndarray, "n 4 4"], chance: Float[np.ndarray, "n 4 4"]
) -> tuple[Bool[np.ndarray, "films 18"], Float[np.ndarray, "films 18"], Integer[np.ndarray, " films"]]:
    """Blank the cortices that the view does not show and put the view's own two columns in front."""
    shown = np.array([cortex in CORTICES_ON[view] for cortex in CORTICES])
    rows = np.flatnonzero(reference.visible[:, shown].any(axis=1))
    views = np.tile(np.array(SEED_VIEWS) == view, (len(rows), 1))
    truth = (said[rows] & shown[:, None]).reshape(-1, 16)
    levels = (chance[rows] * shown[:, None]).reshape(-1, 16)
    return np.hstack([views, truth]), np.hstack([views.astype(np.float64), levels]), rows
