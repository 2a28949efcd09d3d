"""A checklist after CLAIM 2024 (Tejani and others, Radiology: Artificial Intelligence), filled in from the run.

The items are worded here; what the run does not know is left to the user.
"""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from radunion.report.study.blocks import Cell, Grid, Line
from radunion.report.study.cells import span, study_at
from radunion.report.study.ledger import Ledger
from radunion.report.study.material import WORD_OF, StudyMaterial

TO_FILL = "to be filled in by the user"
Answer = str | Callable[[StudyMaterial, Ledger], str] | None


@dataclass(frozen=True)
class Item:
    """Hold one item: its number in CLAIM 2024, what it asks, and who answers it."""

    number: int
    asks: str
    answer: Answer = None


def checklist_grid(material: StudyMaterial, ledger: Ledger) -> Grid:
    """Fill in the checklist."""
    lines = tuple(Line(str(one.number), (Cell(one.asks, mark="text"), _cell(one, material, ledger))) for one in ITEMS)
    caption = "Checklist after CLAIM 2024, filled in from this run."
    return Grid("checklist", caption, "Item", ("Asks for", "Answer"), lines)


def about_of(material: StudyMaterial, key: str) -> Markup | None:
    """Return what the user said under a key or one that begins so, with its place; None when nothing was said."""
    for name, words in material.about.items():
        if name.lower().startswith(key) and words.strip():
            return span(words, study_at("about", name))
    return None


def _cell(item: Item, material: StudyMaterial, ledger: Ledger) -> Cell:
    answer = item.answer(material, ledger) if callable(item.answer) else item.answer
    return Cell(answer, mark="text") if answer else Cell(TO_FILL, mark="text gap")


def _about(key: str) -> Callable[[StudyMaterial, Ledger], str]:
    return lambda material, ledger: about_of(material, key) or ""


def _kind(material: StudyMaterial, ledger: Ledger) -> str:
    families = ", ".join(dict.fromkeys(one.family for one in material.runs))
    return f"Grading of fracture healing on radiographs; kinds of method: {families}." if families else ""


def _source(material: StudyMaterial, ledger: Ledger) -> str:
    if material.simulated:
        return "Simulated films and labels with known truth; no patient."
    return about_of(material, "provenance") or ""


def _identity(material: StudyMaterial, ledger: Ledger) -> str:
    if material.simulated:
        return "Nothing to remove: no patient. Outputs name examinations by line only."
    return about_of(material, "de-identification") or ""


def _missing(material: StudyMaterial, ledger: Ledger) -> str:
    return (
        "Blank and unscorable cortices are kept apart and left out of every honest statistic; examinations with one "
        "film are kept. Counts stand under “The cohort”."
    )


def _partition(material: StudyMaterial, ledger: Ledger) -> Markup:
    text = Markup("{} folds, dealt out by {}, seed {}; sizes of every fold stand in the fold table.")
    k, seed = (span(str(getattr(material, name)), study_at(name)) for name in ("k", "seed"))
    return text.format(k, WORD_OF[material.unit], seed)


def _level(material: StudyMaterial, ledger: Ledger) -> str:
    if material.unit == "patient":
        return "Patient: all films and examinations of a patient are in one fold."
    return "Film, on purpose, to show the leak: folds share patients."


def _readers(material: StudyMaterial, ledger: Ledger) -> str:
    return (
        "Readers against readers stand in the detail."
        if material.readers
        else "Not measured: one label an examination."
    )


def _models(material: StudyMaterial, ledger: Ledger) -> str:
    return "Settings, parameters and source of every protocol stand above." if material.runs else ""


def _software(material: StudyMaterial, ledger: Ledger) -> str:
    return "Versions stand under provenance." if material.provenance else ""


def _conditions(material: StudyMaterial, ledger: Ledger) -> str:
    groups = dict.fromkeys(row.scope.split("|")[1].split("=")[0] for row in ledger.rows if "|" in row.scope)
    return f"By {', '.join(groups)}, in the detail." if groups else "Not measured: no subgroup was taken."


def _internal(material: StudyMaterial, ledger: Ledger) -> Markup:
    text = Markup("Out-of-fold predictions of {} folds, pooled.")
    return text.format(span(str(material.k), study_at("k")))


def _flow(material: StudyMaterial, ledger: Ledger) -> str:
    return "The flow diagram under “The cohort”." if material.flow else ""


def _failures(material: StudyMaterial, ledger: Ledger) -> str:
    return "Worst cases with their films, confusion by cortex." if material.worst else "Confusion by cortex."


def _limits(material: StudyMaterial, ledger: Ledger) -> str:
    simulated = "The data are simulated and no evidence about real fractures. " if material.simulated else ""
    return (
        f"{simulated}Models are fixed in the intervals: the variance of training them is not in them. One cohort; the "
        "best of several protocols is flattered."
    )


ITEMS: tuple[Item, ...] = (
    Item(1, "Title: say that this is about artificial intelligence, and which kind", _kind),
    Item(2, "Abstract: structured summary", "The summary at the head of this page."),
    Item(3, "Background, intended use and clinical role", _about("intended")),
    Item(4, "Aims and hypotheses", "Which protocol reads healing best, and whether it beats what needs no film."),
    Item(5, "Prospective or retrospective", _about("design")),
    Item(6, "Goal of the study", "Comparison of protocols by cross-validation; no clinical use is tested."),
    Item(7, "Sources of the data", _source),
    Item(8, "Inclusion and exclusion", _flow),
    Item(9, "Preprocessing of the films", _models),
    Item(10, "Selection of parts of the data", _flow),
    Item(11, "Removal of identities", _identity),
    Item(12, "Missing data", _missing),
    Item(13, "How the films were taken", _about("acquisition")),
    Item(14, "Definition of the reference", "RUST or mRUST score of each cortex, first label of each examination."),
    Item(15, "Why this reference", "RUST (Whelan 2010) and mRUST (Litrenta 2015) are the published scores of healing."),
    Item(16, "Who made the reference, and how qualified", _about("readers")),
    Item(
        17, "Reference of the test data", "The same labels; each fold is judged on labels that it did not learn from."
    ),
    Item(18, "Variation between and within readers", _readers),
    Item(19, "How data were dealt out", _partition),
    Item(20, "At which level parts are disjoint", _level),
    Item(21, "Intended sample size", _about("sample")),
    Item(22, "Description of the models", _models),
    Item(23, "Software", _software),
    Item(24, "Initial parameters", _models),
    Item(25, "Training: augmentation, settings, epochs", _models),
    Item(26, "How the final model was chosen", "None is chosen: every protocol is reported, on the same folds."),
    Item(27, "Ensembles", "None, unless the description of a protocol says so."),
    Item(28, "Metrics of performance", "Defined in docs/metrics.md; mean cortex kappa is the headline."),
    Item(
        29, "Uncertainty and significance", "95 % bootstrap intervals over patients; paired differences, not adjusted."
    ),
    Item(30, "Robustness", _conditions),
    Item(31, "Explanation of decisions", "Not part of this report."),
    Item(32, "Evaluation on internal data", _internal),
    Item(33, "Testing on external data", _about("external")),
    Item(34, "Registration", _about("registration")),
    Item(35, "Patients and examinations in and out", _flow),
    Item(36, "Characteristics of patients in each part", _about("demographics")),
    Item(37, "Performance with uncertainty, beside baselines", "The comparison; no-image baselines stand first."),
    Item(38, "Estimates of diagnostic performance", "Sensitivity, specificity and AUROC of union, in the comparison."),
    Item(39, "Analysis of failures", _failures),
    Item(40, "Limits", _limits),
    Item(41, "Meaning for practice", "None claimed: research use only, not a medical device."),
    Item(42, "Where the full protocol is", _models),
    Item(43, "Availability of software, models and data", _about("availability")),
    Item(44, "Funding and role of funders", _about("funding")),
)
