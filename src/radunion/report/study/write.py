"""Write the report of a study: one page that needs no other file, and all that it shows as files beside it."""

from pathlib import Path

from radunion.report.study.blocks import Section
from radunion.report.study.cards import card_names, model_card
from radunion.report.study.cases import cases_section
from radunion.report.study.cohort import cohort_section
from radunion.report.study.comparison import comparison_section
from radunion.report.study.detail import detail_section
from radunion.report.study.export import write_figures, write_tables
from radunion.report.study.heatmaps import heatmaps_section
from radunion.report.study.ledger import Ledger, ledger_of
from radunion.report.study.material import StudyMaterial
from radunion.report.study.methods import methods_section
from radunion.report.study.opening import opening
from radunion.report.study.record import record_text, study_record
from radunion.report.study.training import training_section
from radunion.report.study.ways import ways_section
from radunion.report.write import environment


def write_study_report(out: Path, material: StudyMaterial) -> Path:
    """Write report.html, metrics.json, study.json, tables, figures and model cards; return the path of the report.

    Raises UsageError when the small picture of a film is no PNG.
    """
    ledger = ledger_of(material.comparison, "metrics.json")
    sections = study_sections(material, ledger)
    out.mkdir(parents=True, exist_ok=True)
    _write_numbers(out, material)
    write_tables(out / "tables", sections)
    drawn = write_figures(out / "figures", sections)
    _write_cards(out / "cards", material, ledger)
    page = environment().get_template("study.html").render(material=material, sections=sections, drawn=drawn)
    path = out / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def study_sections(material: StudyMaterial, ledger: Ledger) -> tuple[Section, ...]:
    """Return the sections of the page in their order; those that have nothing to show are left out."""
    sections = (
        opening(material, ledger),
        cohort_section(material),
        comparison_section(ledger),
        ways_section(material, ledger),
        training_section(material, ledger),
        detail_section(material, ledger),
        heatmaps_section(material),
        cases_section(material),
        methods_section(material, ledger),
    )
    return tuple(one for one in sections if one is not None)


def _write_numbers(out: Path, material: StudyMaterial) -> None:
    material.comparison.write(out / "metrics.json")
    by_image = out / "metrics-by-image.json"
    by_image.unlink(missing_ok=True)
    if material.by_image is not None:
        material.by_image.write(by_image)
    for path in out.glob("heatmaps-*.json"):
        path.unlink()  # of an earlier page
    for quality in material.heatmaps:
        quality.write(out)
    (out / "study.json").write_text(record_text(study_record(material)), encoding="utf-8")


def _write_cards(folder: Path, material: StudyMaterial, ledger: Ledger) -> None:
    folder.mkdir(exist_ok=True)
    names = card_names(material)
    for run in material.runs:
        (folder / names[run.name]).write_text(model_card(run, material, ledger), encoding="utf-8")
