"""The words and numbers of a search: what is searched and aimed at in plain words, and where each value stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from radunion.report.search.material import Axis, SearchMaterial, Value
from radunion.report.search.standing import Standing
from radunion.report.study.blocks import Cell
from radunion.report.study.cells import span

FILE = "search.json#"
"""Where pointers begin."""
SEED_MEASURE = "auroc18"
"""The seed study's measure, inflated by structure."""
BLIND = "blind-view"
"""Under this key the provenance, or else the other measures of the best trial, may tell what the view alone gets."""
_MEASURES: dict[str, tuple[str, str]] = {
    SEED_MEASURE: ("18-output macro AUROC", "18-output AUROC"),
    "kappa": ("mean cortex kappa", "Cortex kappa"),
    "alpha": ("mean Krippendorff’s alpha of the cortices", "Cortex alpha"),
    "auroc": ("mean cortex AUROC", "Cortex AUROC"),
    "exact": ("share of cortices exactly right", "Exactly right (share)"),
}
_AXES: dict[str, tuple[str, str]] = {
    "batch": ("Batch size", "films"),
    "dropout": ("Dropout", "share of units"),
    "learning_rate": ("Learning rate", ""),
    "epsilon": ("Adam’s epsilon", ""),
    "weight_decay": ("Weight decay", ""),
    "size": ("Side of the input", "pixels"),
    "epochs": ("Length of training", "epochs"),
    "patience": ("Patience", "epochs"),
    "validation": ("Kept to stop training", "share of patients"),
    "tap": ("Layer tapped", ""),
    "head": ("Head", ""),
}


def at(*steps: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of a value in search.json."""
    return FILE + "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def measure_words(name: str) -> str:
    """Return a measure as it stands in a sentence."""
    return _MEASURES.get(name, (name.replace("_", " "), ""))[0]


def measure_title(name: str) -> str:
    """Return a measure as it heads a column or an axis."""
    return _MEASURES.get(name, ("", name.replace("_", " ").capitalize()))[1]


def axis_title(axis: Axis) -> str:
    """Return a searched field without its unit."""
    return _AXES.get(axis.name, (axis.name.replace("_", " ").capitalize(), ""))[0]


def axis_label(axis: Axis, settings: Mapping[str, Any]) -> str:
    """Return a searched field with its unit, as it labels an axis."""
    unit = axis_unit(axis, settings)
    return f"{axis_title(axis)} ({unit})" if unit else axis_title(axis)


def axis_words(axis: Axis) -> str:
    """Return a searched field as it stands in a sentence."""
    title = axis_title(axis)
    return title if title.startswith("Adam") else title[:1].lower() + title[1:]


def median_words(standing: Standing) -> Markup:
    """Name the median of a search by what it is the median of."""
    return Markup("median of the {} completed trials").format(count_span(len(standing.order), "standing", "complete"))


def axis_values(axis: Axis, material: SearchMaterial) -> Markup:
    """Return what a search tries of a field, each number with its place: `5 to 40`, or `5, 10 or 20`."""
    place = material.axes.index(axis)
    if axis.low is None or axis.high is None:
        each = [span(value_text(one), at("axes", place, "choices", row)) for row, one in enumerate(axis.choices)]
        return listed(each, last="or")
    low, high = (value_text(_whole(end)) for end in (axis.low, axis.high))
    return Markup("{} to {}").format(span(low, at("axes", place, "low")), span(high, at("axes", place, "high")))


def axis_unit(axis: Axis, settings: Mapping[str, Any]) -> str:
    """Return the unit of a searched field; a batch is of examinations where the protocol reads pairs."""
    if axis.name == "batch" and settings.get("family") == "pair":
        return "examinations"
    return _AXES.get(axis.name, ("", ""))[1]


def value_text(value: Value | None) -> str:
    """Write one searched value in three digits; its exact form stands in the files."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    if isinstance(value, str):
        return value
    return power_text(value) if value and abs(value) < 1e-3 else f"{value:.3g}".replace("-", "−")


def power_text(value: float) -> str:
    """Write a small number as 3.21e-7, as TOML reads it: without the zero that Python puts before the 7."""
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def score_text(value: float | None, *, signed: bool = False) -> str:
    """Write a score in three digits after the point, a difference with its sign."""
    if value is None or value != value:
        return "–"
    return f"{round(value, 3) + 0.0:{'+' if signed else ''}.3f}".replace("-", "−")


def score_cell(value: float | None, *steps: str | int, signed: bool = False) -> Cell:
    """Return the cell of a score that stands at `steps` of search.json."""
    text = score_text(value, signed=signed)
    return Cell("–") if text == "–" else Cell(text, at(*steps), value)


def score_span(value: float | None, *steps: str | int, signed: bool = False) -> Markup:
    """Return a score within a sentence, with its place."""
    return span(score_text(value, signed=signed), at(*steps))


def listed(words: Sequence[Markup], *, last: str = "and") -> Markup:
    """Write words one after another, `last` before the last."""
    if len(words) < 2:
        return Markup("").join(words)
    return Markup("{} {} {}").format(Markup(", ").join(words[:-1]), last, words[-1])


def count_span(value: int, *steps: str | int) -> Markup:
    """Return a whole number within a sentence, with its place."""
    return span(f"{value:,}", at(*steps))


def blind_view(standing: Standing) -> tuple[float, tuple[str | int, ...]] | None:
    """Return what knowing only the view gets by the objective, and its place in search.json; None where not told."""
    material = standing.material
    told = material.provenance.get(BLIND)
    if isinstance(told, Mapping):
        return _finite(told.get(material.objective), "provenance", BLIND, material.objective)
    if told is None and standing.best is not None:
        place = standing.places[standing.best.number]
        return _finite(standing.best.also.get(BLIND), "trials", place, "also", BLIND)
    return _finite(told, "provenance", BLIND)


def is_seed_measure(material: SearchMaterial) -> bool:
    """Say whether the search aimed at the seed study's inflated measure."""
    return material.objective == SEED_MEASURE


def _whole(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def _finite(value: Any, *steps: str | int) -> tuple[float, tuple[str | int, ...]] | None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and value == value
    return (float(value), steps) if number else None
