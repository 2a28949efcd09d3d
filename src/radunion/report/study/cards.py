"""A model card for each protocol that ran, in Markdown: what it is, how it was measured, what only the user knows."""

from collections.abc import Iterator

from radunion.report.numbers import SCALE_NAMES, estimate, interval
from radunion.report.study.blocks import slug
from radunion.report.study.cells import told
from radunion.report.study.checklist import TO_FILL
from radunion.report.study.diagrams import studied
from radunion.report.study.ledger import HEADLINE, Ledger
from radunion.report.study.material import WORD_OF, ProtocolRun, StudyMaterial
from radunion.report.study.runs import step_words
from radunion.report.tables import HEADLINE as COLUMNS
from radunion.scale import Scale

FIELDS: tuple[tuple[str, str], ...] = (
    ("provenance", "Provenance of films and labels"),
    ("ethics", "Ethics approval"),
    ("funding", "Funding"),
    ("contact", "Contact"),
)
"""What only the user knows: the beginning of its key in `about`, and its title."""


def card_names(material: StudyMaterial) -> dict[str, str]:
    """Return a file name for each run; two runs never share one."""
    names: dict[str, str] = {}
    for one in material.runs:
        base = slug(one.name)
        free = (
            name
            for number in range(1, len(material.runs) + 2)
            if (name := _numbered(base, number)) not in names.values()
        )
        names[one.name] = next(free)
    return {name: f"{file}.md" for name, file in names.items()}


def model_card(run: ProtocolRun, material: StudyMaterial, ledger: Ledger) -> str:
    """Return the text of one card."""
    parts = (
        _head(run, material),
        _facts(run, material),
        _data(material),
        _measured(run, ledger),
        _limits(material),
        _user(material),
    )
    return "\n".join(line for part in parts for line in (*part, "")).rstrip() + "\n"


def _numbered(base: str, number: int) -> str:
    return base if number == 1 else f"{base}-{number}"


def _head(run: ProtocolRun, material: StudyMaterial) -> Iterator[str]:
    yield f"# Model card: {run.name}"
    yield ""
    yield f"{material.notice}"
    if material.simulated:
        yield ""
        yield "**Simulated data.** The numbers below are no evidence about real fractures."
    yield ""
    yield _words(run.title)
    if run.name != run.plain:
        yield ""
        yield f"This is a form of `{run.plain}`, not that protocol itself."
    if run.note:
        yield ""
        yield _words(run.note)


def _facts(run: ProtocolRun, material: StudyMaterial) -> Iterator[str]:
    yield "## Model"
    yield ""
    yield "| what | value |"
    yield "|---|---|"
    for key, value in (
        ("Family", run.family),
        ("Source", run.source),
        ("Parameters", run.parameters),
        ("Parameters trained", run.trained),
        ("Time of this machine, all folds and the look at all films", f"{run.seconds:,.0f} s"),
        *_learned(run, material),
        *((f"Setting: {key}", value) for key, value in run.settings.items()),
    ):
        yield f"| {_safe(key)} | {_safe(told(value))} |"


def _learned(run: ProtocolRun, material: StudyMaterial) -> Iterator[tuple[str, str]]:
    """Yield what it learned from beside the labels, and how few steps it made, where there is something to say."""
    if run.taught:
        yield "Also learned", run.taught
    place = material.place_of(run.name)
    words = None if place is None else step_words(material, place)
    if words is not None:
        yield "Steps", words.striptags()


def _data(material: StudyMaterial) -> Iterator[str]:
    yield "## Data"
    yield ""
    yield f"{_words(material.title)}; {material.k} folds by {WORD_OF[material.unit]}, seed {material.seed}."
    if last := studied(material):
        yield f"{last.label}: {last.patients:,} patients, {last.examinations:,} examinations, {last.films:,} films."


def _measured(run: ProtocolRun, ledger: Ledger) -> Iterator[str]:
    yield "## Measured, out of fold"
    yield ""
    if run.name not in ledger.protocols:
        yield "Not measured in this study."
        return
    for scale in ledger.scales:
        yield from _table(run, ledger, scale)
    blind = ledger.strongest_blind()
    pair = ledger.paired(run.name, blind, *HEADLINE, ledger.headline_scale) if blind else None
    if pair is not None:
        yield (
            f"Mean cortex kappa, {pair.shown.protocol.replace(' - ', ' − ')}: {estimate(pair.shown)} "
            f"(95 % interval {interval(pair.shown)})."
        )
    yield ledger.note


def _table(run: ProtocolRun, ledger: Ledger, scale: Scale) -> Iterator[str]:
    names = dict.fromkeys((*ledger.baselines, run.name))
    yield f"| {SCALE_NAMES[scale]} | " + " | ".join(_safe(name) for name in names) + " |"
    yield "|---|" + "---|" * len(names)
    for metric, scope, heading in COLUMNS:
        rows = [ledger.find(name, metric, scope, scale) for name in names]
        cells = [f"{estimate(row)} ({interval(row)})" if row and row.low is not None else estimate(row) for row in rows]
        yield f"| {heading} | " + " | ".join(cells) + " |"
    yield ""


def _limits(material: StudyMaterial) -> Iterator[str]:
    yield "## Intended use and limits"
    yield ""
    yield "Research on the scoring of fracture healing. Not for decisions about a patient."
    yield "Nothing is known of films from other sources than those measured here."
    yield ""
    yield f"Intended use in this project: {_said(material, 'intended')}"


def _user(material: StudyMaterial) -> Iterator[str]:
    yield "## Known to the user only"
    yield ""
    for key, title in FIELDS:
        yield f"- {title}: {_said(material, key)}"
    known = {key for key, _ in FIELDS} | {"intended"}
    for name, words in material.about.items():
        if not any(name.lower().startswith(key) for key in known):
            yield f"- {_words(name.capitalize())}: {_words(words)}"
    yield ""
    yield "## Versions"
    yield ""
    for name, value in material.provenance.items():
        yield f"- {name}: {_words(told(value))}"


def _said(material: StudyMaterial, key: str) -> str:
    said = (words for name, words in material.about.items() if name.lower().startswith(key) and words.strip())
    return _words(next(said, TO_FILL))


def _safe(text: str) -> str:
    return _words(text).replace("|", "\\|").replace("\n", " ")


def _words(text: str) -> str:
    """Keep angle brackets from being read as markup."""
    return text.replace("<", "&lt;").replace(">", "&gt;")
