"""How what stands in a file of heat-maps is called, and how its numbers are written."""

from radunion.evaluation.compare import Row
from radunion.evaluation.heatmaps.pointing import NEAR
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.evaluation.heatmaps.rows import BETTER
from radunion.report.study.blocks import Cell
from radunion.report.verdicts import Verdict

NAMES: dict[str, str] = {
    "centre": "the film’s centre",
    "fixed": "one place on the shaft, chosen on other patients",
    "fixed-tuned": "one place on the shaft, chosen on these films",
    "edges": "densest edges along the shaft",
    "random-weights": "the same network, random weights",
    "area": "a map that is the same everywhere",
    "random-order": "random order",
    "centre-order": "from the centre outwards",
}
_PERCENT = ("pointing", "pointing-near", "energy")


def name_of(protocol: str) -> str:
    """Return what a protocol is called; a model by its own name."""
    return NAMES.get(protocol, protocol)


def written(value: float, metric: str, *, signed: bool = False) -> str:
    """Write a number: shares in percent without digits, levels with three; a true minus sign."""
    percent = metric.removeprefix("difference:") in _PERCENT
    scaled, digits = (value * 100, 0) if percent else (value, 3)
    return f"{round(scaled, digits) + 0.0:{'+' if signed else ''}.{digits}f}".replace("-", "−")


def cell_of(quality: HeatmapQuality, protocol: str, metric: str, scope: str) -> Cell:
    """Return the cell of a row with its place in the file, a dash where it was not taken."""
    row = quality.find(protocol, metric, scope)
    if row is None or row.estimate is None:
        return Cell("–", why="not taken" if row is None else row.reason or "undefined")
    place = f"{quality.file}#/rows/{quality.rows.index(row)}"
    signed = metric.startswith("difference:")
    unit = " %" if not signed and metric in _PERCENT else ""
    bounds = None if row.low is None or row.high is None else (row.low, row.high)
    interval = "" if bounds is None else " to ".join(written(one, metric, signed=signed) for one in bounds)
    return Cell(
        written(row.estimate, metric, signed=signed) + unit,
        f"{place}/estimate",
        row.estimate,
        interval,
        place if bounds else None,
        bounds,
        row.reason or "",
        verdict_of(row) if signed else "",
    )


def in_a_line(quality: HeatmapQuality) -> str:
    """Say in one sentence where the maps point, beside the best place on the shaft, and whether they are refused."""
    own, other = (cell_of(quality, name, "pointing", "film") for name in (quality.model, "fixed-tuned"))
    fracture = f"{own.text} of {quality.films:,} films ({own.interval}) at the fracture"
    cortex = cell_of(quality, quality.model, "pointing", "cortices")
    cortices = f", {cortex.text} at the cortex ({cortex.interval})" if cortex.value is not None else ""
    near = cell_of(quality, quality.model, "pointing-near", "cortices")
    if near.value is not None:
        cortices += f", {near.text} at most {100 * NEAR:.1f} % of the film’s height beside it"
    left, apart = (
        cell_of(quality, quality.model, "pointing", f"{scope}-not-remodelled") for scope in ("film", "cortices")
    )
    if left.value is not None and apart.value is not None:
        cortices += f" (on films with a cortex that is not remodelled {left.text} and {apart.text})"
    refused = quality.sanity is not None and quality.sanity.refused
    return (
        f"Heat-maps of {quality.model} point on {fracture}{cortices}; the best place on the shaft, chosen on these "
        f"films, {other.text}.{' REFUSED: they survive random weights.' if refused else ''}"
    )


def verdict_of(row: Row) -> Verdict:
    """Judge a paired difference of heat-maps: its interval excludes zero on the good side, the bad one, or not."""
    if row.low is None or row.high is None or row.low <= 0 <= row.high:
        return "unclear"
    better = {f"difference:{statistic}": way for statistic, way in BETTER.items()}[row.metric]
    return "better" if (row.low > 0) == (better == "higher") else "worse"
