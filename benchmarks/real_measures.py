"""Statistics on real films, with 95 % intervals that draw groups of patients, and how they are written.

A group is what the tables take for one patient; films and examinations of it are never drawn apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, Float, Shaped

from radunion.evaluation.bootstrap import REPLICATES, patient_weights
from radunion.evaluation.compare import Row, row_of
from radunion.evaluation.discrimination import auroc
from radunion.evaluation.heatmaps.rows import wilson
from radunion.evaluation.readings import Measure
from radunion.report.study.blocks import Cell

SEED = 0
Groups = Shaped[np.ndarray, " n"]
_PERCENT = ("share:", "difference:share:", "pointing", "difference:pointing")
_DIGITS = {"auroc": 3, "difference:auroc": 3}


def auroc_of(
    scores: Float[np.ndarray, " n"], positive: Bool[np.ndarray, " n"], groups: Groups, *, scope: str
) -> Measure:
    """Return P(a positive one scores higher) in the cohort and in every draw; NaN where a class is empty."""
    weights = _drawn(groups)
    known = len(scores) > 0 and np.isfinite(scores).all()
    values = auroc(scores, positive, weights) if known else np.full(len(weights), np.nan)
    return Measure("auroc", scope, "none", np.arange(len(scores)), values)


def mean_of(
    values: Float[np.ndarray, " n"], groups: Groups, *, metric: str, scope: str, scale: str = "none"
) -> Measure:
    """Return the mean in the cohort and in every draw of groups; NaN where there is nothing."""
    weights = _drawn(groups)
    total = weights.sum(axis=1)
    means = np.divide(weights @ values, total, out=np.full(len(total), np.nan), where=total > 0)
    return Measure(metric, scope, scale, np.arange(len(values)), means)


def drawn_row(protocol: str, one: Measure, groups: Groups) -> Row:
    """Return the row of a statistic; a single group drawn again and again has no width, so it has no interval."""
    row = row_of(protocol, one, groups)
    if row.low is None or len(np.unique(groups)) > 1:
        return row
    return replace(row, low=None, high=None, reason="one group: no interval")


def mean_row(protocol: str, values: Float[np.ndarray, " n"], groups: Groups, **names: str) -> Row:
    """Return the row of a mean."""
    return drawn_row(protocol, mean_of(values, groups, **names), groups)


def share_row(protocol: str, hits: Shaped[np.ndarray, " n"], groups: Groups, *, metric: str, scope: str) -> Row:
    """Return the row of a share, of hits or of the part of several trials that hit.

    Where all or none hit, drawing groups has no width: then it is Wilson's interval over groups.
    """
    row = mean_row(protocol, hits.astype(np.float64), groups, metric=f"share:{metric}", scope=scope)
    if row.estimate not in (0.0, 1.0):
        return row
    trials = len(np.unique(groups))
    low, high = wilson(round(row.estimate * trials), trials)
    return replace(row, low=low, high=high, reason=None)


def undefined(row: Row, why: str | None) -> Row:
    """Return a row that says why it has no value, where it has none and the reason is known."""
    return row if row.estimate is not None or why is None else replace(row, reason=why)


def missing(positive: Bool[np.ndarray, " n"], names: tuple[str, str]) -> str | None:
    """Say which class is empty; None where both are there."""
    found = (int((~positive).sum()), int(positive.sum()))
    empty = [name for name, count in zip(names, found, strict=True) if not count]
    return f"not defined: there is no {' and no '.join(empty)} here" if empty else None


def counted(count: int, groups: Sequence[str] | Groups, what: str = "examinations") -> str:
    """Say how many there are, of how many groups of patients."""
    return f"{count:,} {what if count != 1 else what.removesuffix('s')} of {len(set(groups)):,} patient groups"


def _drawn(groups: Groups) -> Float[np.ndarray, "b n"]:
    if not len(groups):
        return np.ones((REPLICATES + 1, 0))
    return patient_weights(groups, replicates=REPLICATES, seed=SEED)


@dataclass
class Numbers:
    """Collect every row that a page shows, so that each printed number says where it stands in metrics.json."""

    rows: list[Row] = field(default_factory=list)

    def cell(self, row: Row, *, mark: str = "", digits: int = 2) -> Cell:
        """Return the cell of a row, with its interval and its pointer; where it is undefined, the reason."""
        if row not in self.rows:
            self.rows.append(row)
        if row.estimate is None:
            return Cell("–", why=row.reason or "not defined", mark=mark)
        at = f"metrics.json#/rows/{self.rows.index(row)}"
        if row.low is None or row.high is None:
            return Cell(
                written(row.estimate, row.metric, digits),
                f"{at}/estimate",
                row.estimate,
                why=row.reason or "",
                mark=mark,
            )
        interval = " to ".join(written(end, row.metric, digits).removesuffix(" points") for end in (row.low, row.high))
        bounds = row.low, row.high
        return Cell(
            written(row.estimate, row.metric, digits), f"{at}/estimate", row.estimate, interval, at, bounds, mark=mark
        )


def written(value: float, metric: str, digits: int = 2) -> str:
    """Write a number: shares in percent and their differences in points, AUROC with three digits; a true minus."""
    signed = "+" if metric.startswith("difference:") else ""
    unit = " points" if signed else " %"
    percent = metric.startswith(_PERCENT)
    scaled, places = (100 * value, 0) if percent else (value, _DIGITS.get(metric, digits))
    return f"{round(scaled, places) + 0.0:{signed}.{places}f}".replace("-", "−") + (unit if percent else "")


def said(cell: Cell) -> str:
    """Return a cell in a sentence."""
    return f"{cell.text} ({cell.interval})" if cell.interval else f"{cell.text} ({cell.why})" if cell.why else cell.text
