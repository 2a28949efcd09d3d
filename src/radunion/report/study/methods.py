"""How each protocol works and how it was run; what must be known to run the study again."""

from collections.abc import Iterator

from markupsafe import Markup

from radunion.report.study.blocks import Block, Cell, Facts, Grid, Heading, Line, More, Prose, Section
from radunion.report.study.cells import flat, span, study_at, value_cell
from radunion.report.study.checklist import checklist_grid
from radunion.report.study.ledger import Ledger
from radunion.report.study.material import ProtocolRun, StudyMaterial
from radunion.report.study.runs import step_words


def methods_section(material: StudyMaterial, ledger: Ledger) -> Section:
    """Show the protocols, the checklist and the provenance."""
    how = (
        "A protocol whose name bears an addition ran in another form than the plain one. The checklist answers from "
        "the run what the run knows; the rest waits for whoever knows it."
    )
    return Section("methods", "Protocols, checklist, provenance", how, tuple(_blocks(material, ledger)))


def _blocks(material: StudyMaterial, ledger: Ledger) -> Iterator[Block]:
    if material.runs:
        yield _protocols(material)
        yield from (_settings(one, place) for place, one in enumerate(material.runs) if one.settings)
    if material.skipped:
        yield _skipped(material)
    yield Heading("Checklist")
    yield Prose("Items after CLAIM, the checklist for artificial intelligence in medical imaging (2024), in our words.")
    yield checklist_grid(material, ledger)
    yield Heading("Provenance")
    yield Facts(tuple(_provenance(material, ledger)))


def _protocols(material: StudyMaterial) -> Grid:
    lines = tuple(Line(one.name, tuple(_cells(material, place))) for place, one in enumerate(material.runs))
    headings = ("What it is", "Parameters trained", "in all", "Time")
    caption = "Every protocol as it ran; the time is that of this machine, all folds and the look at all films."
    return Grid("protocols", caption, "Protocol", headings, lines)


def _cells(material: StudyMaterial, place: int) -> Iterator[Cell]:
    one = material.runs[place]
    title, source = (span(getattr(one, key), study_at("runs", place, key)) for key in ("title", "source"))
    words = Markup("<br>").join((title, Markup("Source: {}").format(source), *_notes(material, place)))
    yield Cell(words, mark="text")
    yield value_cell(one.trained, study_at("runs", place, "trained"))
    yield value_cell(one.parameters, study_at("runs", place, "parameters"))
    yield Cell(f"{one.seconds:,.0f} s", study_at("runs", place, "seconds"), one.seconds)


def _notes(material: StudyMaterial, place: int) -> Iterator[Markup]:
    """Yield what must be known of a run beside what it is."""
    one = material.runs[place]
    if one.note:
        yield Markup("<em>{}</em>").format(span(one.note, study_at("runs", place, "note")))
    if one.taught:
        yield Markup("<em>Also learned {}</em>").format(span(one.taught, study_at("runs", place, "taught")))
    if (words := step_words(material, place)) is not None:
        yield Markup("<em>Steps: {}</em>").format(words)


def _settings(one: ProtocolRun, place: int) -> More:
    return More(f"Settings of {one.name}", (Facts(tuple(flat(one.settings, "runs", place, "settings"))),))


def _skipped(material: StudyMaterial) -> Grid:
    lines = tuple(
        Line(one.name, (Cell(one.reason, study_at("skipped", place, "reason"), mark="text"),))
        for place, one in enumerate(material.skipped)
    )
    return Grid("skipped", "What did not run.", "Protocol", ("Why, and what to do",), lines)


def _provenance(material: StudyMaterial, ledger: Ledger) -> Iterator[tuple[str, Cell]]:
    yield "Preset", value_cell(material.preset, study_at("preset"))
    yield "Split by", value_cell(material.unit, study_at("unit"))
    yield "Folds", value_cell(material.k, study_at("k"))
    yield "Seed of the folds", value_cell(material.seed, study_at("seed"))
    yield "Label convention", Cell(ledger.convention, "metrics.json#/convention", mark="text")
    for scale in ledger.scales:
        rule = str(ledger.rules[scale]).replace(">=", "≥")
        yield f"Union rule, {scale}", Cell(rule, f"metrics.json#/union_rules/{scale}", mark="text")
    yield from flat(material.about, "about")
    yield from flat(material.provenance, "provenance")
