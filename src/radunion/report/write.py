"""Write the report: one HTML file that needs no other, and metrics.json beside it."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jinja2
import polars as pl

from radunion.errors import UsageError
from radunion.evaluation.compare import Comparison, Row
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.evaluation.precision import FewerBits
from radunion.report.figures import (
    Agreement,
    BlandAltman,
    Confusion,
    LearningCurve,
    Reliability,
    ReportFigure,
    intervals,
    pair_counts,
    svg,
)
from radunion.report.heatmaps.section import heatmap_section
from radunion.report.numbers import SCALE_NAMES
from radunion.report.precision import precision_section
from radunion.report.readers import readers_section
from radunion.report.study.blocks import figures_in
from radunion.report.tables import CORTEX_AUROC, CORTEX_KAPPA, HEADLINE, REST, SEED, Table, counted, differences, table
from radunion.report.words import headline_model, summary
from radunion.scale import CORTICES, Scale

Picture = tuple[str, bytes | Path]
_MAGIC = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True)
class Drawn:
    """Hold one figure as SVG, with its words and its numbers."""

    caption: str
    svg: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class ScaleSection:
    """Hold what the report says on one scale."""

    name: str
    counted: str
    headline: Table
    differences: Table
    cortices: tuple[Table, ...]
    rest: Table
    forest: tuple[Drawn, ...]
    agreement: tuple[Drawn, ...]
    confusion: tuple[Drawn, ...]


def write_report(
    out: Path,
    *,
    title: str,
    comparison: Comparison,
    cohort_summary: Mapping[str, Any],
    history: Sequence[Mapping[str, float]],
    pictures: Sequence[Picture],
    provenance: Mapping[str, Any],
    notice: str,
    simulated: bool,
    model: str | None = None,
    heatmaps: Sequence[HeatmapQuality] = (),
    agreements: Sequence[FewerBits] = (),
    readers: Sequence[Row] = (),
) -> Path:
    """Write report.html, metrics.json and a file for each of `heatmaps` into `out`; return the path of the report.

    `model` is the protocol that the words and the figures are about, by default the first that is no baseline.
    `history` has `epoch`, `train_loss`, `validation_loss` and, for several folds, `fold`. `agreements` are scores in
    fewer bits beside those in float32, `readers` the rows of `compare_readers`; both stand in metrics.json too. Raises
    UsageError when `model` was not compared or a picture is neither PNG nor JPEG.
    """
    if model is not None and model not in comparison.protocols:
        raise UsageError(f"the report is about one of {', '.join(comparison.protocols)}, found {model!r}")
    told = model or headline_model(comparison)
    further = [
        *([readers_section(readers, comparison)] if readers else []),
        *(heatmap_section(one) for one in heatmaps),
        *([precision_section(agreements)] if agreements else []),
    ]
    page = (
        environment()
        .get_template("report.html")
        .render(
            title=title,
            notice=notice,
            simulated=simulated,
            model=told,
            comparison=comparison,
            summary=summary(comparison, model=told, simulated=simulated),
            sections=[_section(comparison, scale, told) for scale in comparison.scales],
            seed=table(comparison, SEED, scale="mixed", caption="Inflated by structure: read beside blind-view."),
            seed_figure=_draw(intervals(comparison, "seed18-macro", "films", scale="mixed", note=_INFLATED)),
            curve=_draw(LearningCurve("curve", _CURVE, tuple(history))) if history else None,
            pictures=[(caption, _data_uri(picture)) for caption, picture in pictures],
            further=further,
            drawn={one.name: svg(one) for section in further for one in figures_in(section.blocks)},
            cohort=dict(cohort_summary),
            provenance=dict(_flat(provenance)),
        )
    )
    out.mkdir(parents=True, exist_ok=True)
    rows = (*comparison.rows, *readers, *(row for one in agreements for row in one.rows()))
    replace(comparison, rows=rows).write(out / "metrics.json")
    for stale in (*out.glob("heatmaps.json"), *out.glob("heatmaps-[0-9]*.json")):
        stale.unlink()  # of an earlier report
    for quality in heatmaps:
        quality.write(out)
    path = out / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


_INFLATED = " Inflated: 8 of the 16 cortex outputs of a film are zero by its view alone, 2 more are the view."
_CURVE = "Loss by epoch, on the films trained on and on the patients kept for early stopping."


def _section(comparison: Comparison, scale: Scale, model: str | None) -> ScaleSection:
    name = SCALE_NAMES[scale]
    return ScaleSection(
        name,
        counted(comparison, scale),
        table(comparison, HEADLINE, scale=scale, caption=f"{name}: every protocol, no-image baselines first."),
        differences(comparison, HEADLINE, scale=scale, caption="Paired differences on the same bootstrap samples."),
        (
            table(comparison, CORTEX_KAPPA, scale=scale, caption="Quadratic kappa of each cortex."),
            table(comparison, CORTEX_AUROC, scale=scale, caption="AUROC of each cortex, where visible and scored."),
        ),
        table(comparison, REST, scale=scale, caption="Agreement of the total, Brier score, recall by level."),
        tuple(
            _draw(intervals(comparison, metric, scope, scale=scale))
            for metric, scope in (("kappa", "cortices"), ("mae", "total"))
        ),
        tuple(_draw(figure) for figure in _agreement(comparison, scale, model)) if model else (),
        tuple(_draw(figure) for figure in _confusion(comparison, scale, model)) if model else (),
    )


def _agreement(comparison: Comparison, scale: Scale, model: str) -> Iterator[ReportFigure]:
    counts = pair_counts(comparison, protocol=model, scale=scale, scope="total")
    if not counts:
        return
    name = SCALE_NAMES[scale]
    found = [comparison.find(model, metric, "total", scale) for metric in ("limit-low", "bias", "limit-high")]
    bins = tuple(one for one in comparison.counts.union if (one.protocol, one.scale) == (model, scale))
    yield Agreement(f"agreement-{scale}", f"{model}: predicted against reference {name} total.", counts, scale)
    yield BlandAltman(
        f"altman-{scale}",
        f"{model}: Bland–Altman, {name} total; solid line the bias, dashed the 95 % limits of agreement.",
        counts,
        tuple(row for row in found if row is not None),
        scale,
    )
    symbol = str(comparison.rules[scale]).replace(">=", "≥")
    yield Reliability(f"union-{scale}", f"{model}: probability of union ({symbol}) against what was seen.", bins)


def _confusion(comparison: Comparison, scale: Scale, model: str) -> Iterator[ReportFigure]:
    for cortex in CORTICES:
        counts = pair_counts(comparison, protocol=model, scale=scale, scope=cortex)
        if counts:
            yield Confusion(f"confusion-{cortex}-{scale}", f"{cortex.capitalize()} cortex", counts, scale)


def _draw(figure: ReportFigure) -> Drawn:
    frame = figure.frame()
    kept = [name for name in frame.columns if frame[name].dtype != pl.Null]
    return Drawn(figure.caption, svg(figure), tuple(kept), tuple(frame.select(kept).rows()))


def _data_uri(picture: bytes | Path) -> str:
    data = picture if isinstance(picture, bytes) else picture.read_bytes()
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    if kind is None:
        source = "bytes" if isinstance(picture, bytes) else str(picture)
        raise UsageError(f"a picture of a report is PNG or JPEG, found {source} with another beginning")
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _flat(mapping: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key} · ")
        else:
            yield f"{prefix}{key}", value


def environment() -> jinja2.Environment:
    """Return what fills in the templates: everything escaped, nothing left undefined."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("radunion.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
