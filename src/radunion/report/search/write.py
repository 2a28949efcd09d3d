"""Write the report of a search: one page that needs no other file, and all that it shows as files beside it."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from radunion.report.figures import ReportFigure
from radunion.report.search.again import again_section
from radunion.report.search.closing import chosen_section, provenance_section, work_section
from radunion.report.search.material import SearchMaterial
from radunion.report.search.opening import opening
from radunion.report.search.record import metric_rows, search_record
from radunion.report.search.standing import Standing
from radunion.report.search.trials import all_trials, curves_section, landscape_section, trials_section
from radunion.report.study.blocks import Block, Figures, Grid, More, Section
from radunion.report.study.export import csv_text, write_figures, write_tables
from radunion.report.study.record import record_text
from radunion.report.write import environment

_SIMULATED = "Simulated data."


def write_search_report(out: Path, material: SearchMaterial) -> Path:
    """Write report.html, search.json, metrics.json, chosen.toml, tables and figures; return the path of the report."""
    standing = Standing(material)
    sections = search_sections(standing)
    out.mkdir(parents=True, exist_ok=True)
    (out / "search.json").write_text(record_text(search_record(standing)), encoding="utf-8")
    (out / "metrics.json").write_text(record_text(metric_rows(standing)), encoding="utf-8")
    _write_chosen(out / "chosen.toml", material.chosen)
    write_tables(out / "tables", sections)
    (out / "tables" / "trials.csv").write_text(csv_text(all_trials(standing)), encoding="utf-8")  # too long for LaTeX
    drawn = write_figures(out / "figures", sections)
    page = environment().get_template("study.html").render(material=material, sections=sections, drawn=drawn)
    path = out / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def search_sections(standing: Standing) -> tuple[Section, ...]:
    """Return the sections of the page in their order; those that have nothing to show are left out."""
    sections = (
        opening(standing),
        landscape_section(standing),
        trials_section(standing),
        curves_section(standing),
        again_section(standing),
        chosen_section(standing.material),
        work_section(standing),
        provenance_section(standing.material),
    )
    shown = tuple(one for one in sections if one is not None)
    return tuple(_simulated(one) for one in shown) if standing.material.simulated else shown


def _simulated(section: Section) -> Section:
    """Say below every figure and table that the data are simulated: their files go their own way."""
    return replace(section, blocks=tuple(_said(one) for one in section.blocks))


def _said(block: Block) -> Block:
    if isinstance(block, Grid):
        return replace(block, caption=f"{block.caption} {_SIMULATED}")
    if isinstance(block, Figures):
        return replace(block, figures=tuple(_captioned(one) for one in block.figures))
    if isinstance(block, More):
        return replace(block, blocks=tuple(_said(one) for one in block.blocks))
    return block


def _captioned(figure: ReportFigure) -> ReportFigure:
    told: ReportFigure = replace(cast("Any", figure), caption=f"{figure.caption} {_SIMULATED}")
    return told


def _write_chosen(path: Path, chosen: str) -> None:
    path.unlink(missing_ok=True)
    if chosen:
        path.write_text(chosen, encoding="utf-8")
