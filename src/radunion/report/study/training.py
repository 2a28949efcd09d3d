"""How the protocols learned: the diagram of this run, its folds, learning curves and overfitting."""

from collections.abc import Iterator
from dataclasses import asdict

from radunion.report.numbers import SCALE_NAMES
from radunion.report.study.blocks import Beside, Block, Cell, Figures, Grid, Heading, Line, Prose, Section, slug
from radunion.report.study.cells import study_at, value_cell
from radunion.report.study.curves import LearningPanel, What
from radunion.report.study.diagrams import ProtocolDiagram, studied
from radunion.report.study.grids import record_grid, title_of
from radunion.report.study.ledger import Ledger
from radunion.report.study.material import WORD_OF, EpochRecord, StudyMaterial

_FOLDS = (
    ("train_patients", "Learned from: patients", None),
    ("train_examinations", "examinations", None),
    ("train_films", "films", None),
    ("test_patients", "Held out: patients", None),
    ("test_examinations", "examinations", None),
    ("test_films", "films", None),
)


def training_section(material: StudyMaterial, ledger: Ledger) -> Section:
    """Show how the protocols learned."""
    how = (
        "In a learning curve a faint line is one fold and a bold one the mean of all; a held-out curve that leaves the "
        "other behind shows learning by heart. No number of this report is the maximum of such a curve."
    )
    return Section("training", "Training and folds", how, tuple(_blocks(material, ledger)))


def _blocks(material: StudyMaterial, ledger: Ledger) -> Iterator[Block]:
    if material.folds:
        caption = f"The {material.k} folds, dealt out by {WORD_OF[material.unit]}."
        folds = [asdict(one) for one in material.folds]
        sizes = record_grid("folds", folds, _FOLDS, table="folds", head=("fold", "Fold"), caption=caption)
        yield Beside((Figures((_diagram(material, ledger),)), sizes))
    yield from _curves(material)
    if material.gaps:
        yield Heading("Overfitting")
        yield _gaps(material)


def _diagram(material: StudyMaterial, ledger: Ledger) -> ProtocolDiagram:
    row = ledger.find(ledger.protocols[0], "seed18-macro", "films", "mixed")
    cohort = studied(material)
    judged = cohort.examinations if cohort else row.exams if row else 0
    caption = "This run: in each line of squares one fold is held out (dark), the others are learned from."
    return ProtocolDiagram("protocol", caption, material.folds, material.unit, material.seed, cohort, judged)


def _curves(material: StudyMaterial) -> Iterator[Block]:
    panels: dict[What, list[LearningPanel]] = {"loss": [], "auroc18": []}
    for protocol in dict.fromkeys(one.protocol for one in material.history):
        records = tuple(one for one in material.history if one.protocol == protocol)
        for what, found in panels.items():
            if any(getattr(one, f"{part}_{what}") is not None for one in records for part in ("train", "held")):
                name = f"learning-{what}-{slug(protocol)}"
                found.append(LearningPanel(name, _caption(protocol, records), protocol, what, records))
    titles: dict[What, str] = {
        "loss": "Learning curves: loss",
        "auroc18": "Learning curves: the seed study’s 18-output AUROC (inflated)",
    }
    for what, found in panels.items():
        if found:
            yield Heading(titles[what])
            yield Figures(tuple(found), "panels")
    if material.history:
        yield Prose(
            "The bold mean is drawn as far as every fold went; stages of one training follow one another.", "fine"
        )


def _caption(protocol: str, records: tuple[EpochRecord, ...]) -> str:
    if any(one.judged_on == "validation" for one in records):
        return f"{protocol}: held out are other patients of the training part, who end the training."
    return f"{protocol}: held out is the fold’s test part; the number of epochs was fixed beforehand."


def _gaps(material: StudyMaterial) -> Grid:
    lines = tuple(
        Line(
            one.protocol,
            (
                Cell(f"{title_of(one.metric)}, {one.scope}", mark="text"),
                value_cell(SCALE_NAMES.get(one.scale, one.scale), study_at("gaps", place, "scale")),
                value_cell(one.train, study_at("gaps", place, "train"), digits=2),
                value_cell(one.test, study_at("gaps", place, "test"), digits=2),
                value_cell(one.better_on_train, study_at("gaps", place, "gap"), digits=2),
            ),
        )
        for place, one in enumerate(material.gaps)
    )
    headings = ("Metric", "Scale", "Learned from", "Held out", "Gap")
    caption = (
        "The same statistic on what a fold learned from and on what it did not, averaged over folds. A positive gap is "
        "always better on what it learned from, for errors too."
    )
    return Grid("overfitting", caption, "Protocol", headings, lines)
