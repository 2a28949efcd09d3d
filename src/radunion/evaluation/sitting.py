"""Statistics of raters who scored the same examinations: readers, readings of one reader, or a model among readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float, Int, Integer

from radunion.evaluation.agreement import Values, Weights, absolute_error, confusion, intraclass, pooled_kappa, within
from radunion.evaluation.alpha import coincidences, ordinal_alpha
from radunion.evaluation.panel import ITEMS, item_levels
from radunion.evaluation.readings import Measure
from radunion.evaluation.reference import NOT_SCORED
from radunion.scale import CORTICES, Scale

Key = tuple[str, str]
TOTAL = ITEMS.index("total")


@dataclass(frozen=True)
class Sitting:
    """Hold what r raters said of e examinations, in the form of a panel's scores, and who is compared with whom.

    Every two raters of a group are compared. The ICC of a group needs a full table: it takes the group's raters that
    are `among` those who gave all totals of the examinations in `block`.
    """

    scale: Scale
    scores: Int[np.ndarray, "r e 5"]
    groups: tuple[tuple[int, ...], ...]
    among: frozenset[int]
    block: Bool[np.ndarray, " e"]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Every two raters of a group."""
        return [pair for group in self.groups for pair in combinations(group, 2)]


def measure_sitting(sitting: Sitting, weights: Weights) -> dict[Key, Measure]:
    """Take every statistic, pooled over pairs, by metric and scope; `weights` (b, e) as in `agreement`."""
    taken = [one for item in range(len(ITEMS)) for one in _of_item(sitting, item, weights)]
    taken += [*_cortex_means(taken, sitting.scale), *_intraclass(sitting, weights)]
    return {(one.metric, one.scope): one for one in taken}


def common_block(
    scores: Int[np.ndarray, "r e 5"],
) -> tuple[frozenset[int], Bool[np.ndarray, " e"]]:
    """Choose raters, by how many totals they gave, and the examinations whose total all of them gave.

    Of the k raters with most totals, the k that makes the table of raters by examinations largest are taken.
    """
    scored = scores[:, :, TOTAL] > NOT_SCORED
    order = np.argsort(-scored.sum(axis=1), kind="stable").tolist()
    sizes = {k: k * int(scored[order[:k]].all(axis=0).sum()) for k in range(2, len(order) + 1)}
    best = max(sizes, key=lambda k: (sizes[k], k))
    return frozenset(order[:best]), np.asarray(scored[order[:best]].all(axis=0))


def _of_item(sitting: Sitting, item: int, weights: Weights) -> list[Measure]:
    tables, rows = _tables(sitting, item, weights)
    pooled = tables.sum(axis=0)
    values = {"kappa": pooled_kappa(tables), "alpha": _alpha(sitting, item, weights), "exact": within(pooled)}
    if item == TOTAL:
        values |= {"mae": absolute_error(pooled), "within-1": within(pooled, 1), "within-2": within(pooled, 2)}
    return [Measure(metric, ITEMS[item], sitting.scale, rows, value) for metric, value in values.items()]


def _tables(
    sitting: Sitting, item: int, weights: Weights
) -> tuple[Float[np.ndarray, "pairs b levels levels"], Integer[np.ndarray, " m"]]:
    """Count, pair by pair, which score met which; also return the examinations that any pair has in common."""
    levels, scores = item_levels(sitting.scale, item), sitting.scores[:, :, item]
    common = [np.flatnonzero((scores[[one, two]] > NOT_SCORED).all(axis=0)) for one, two in sitting.pairs]
    tables = [
        confusion(scores[one, rows], scores[two, rows], weights[:, rows], levels=levels)
        for (one, two), rows in zip(sitting.pairs, common, strict=True)
    ]
    return np.stack(tables), np.unique(np.concatenate(common))


def _alpha(sitting: Sitting, item: int, weights: Weights) -> Values:
    """Return alpha of the raters of a group together; several groups are several sets of units."""
    levels = item_levels(sitting.scale, item)
    units = sum(coincidences(sitting.scores[list(group), :, item], levels=levels) for group in sitting.groups)
    return ordinal_alpha((weights @ np.reshape(units, (-1, levels * levels))).reshape(-1, levels, levels))


def _cortex_means(taken: Sequence[Measure], scale: Scale) -> list[Measure]:
    """Average over the cortices what was taken of each."""
    means = []
    for metric in ("kappa", "alpha", "exact"):
        parts = [one for one in taken if one.metric == metric and one.scope in CORTICES]
        rows = np.unique(np.concatenate([one.rows for one in parts]))
        means.append(Measure(metric, "cortices", scale, rows, np.mean([one.values for one in parts], axis=0)))
    return means


def _intraclass(sitting: Sitting, weights: Weights) -> list[Measure]:
    """Take the ICC of each group's full table, and average over groups."""
    rows = np.flatnonzero(sitting.block)
    groups = [[rater for rater in group if rater in sitting.among] for group in sitting.groups]
    found = [
        intraclass(sitting.scores[group, :, TOTAL][:, rows].T, weights[:, rows]) for group in groups if len(group) >= 2
    ]
    nothing = np.full(len(weights), np.nan)
    absolute, consistency = np.mean(found, axis=0) if found else (nothing, nothing)
    rows = rows if found else rows[:0]
    return [
        Measure("icc-2-1", "total", sitting.scale, rows, absolute),
        Measure("icc-3-1", "total", sitting.scale, rows, consistency),
    ]
