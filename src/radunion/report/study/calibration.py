"""What calibration did to the probabilities: reliability, errors before and after, and whether it helped."""

from collections.abc import Iterator
from dataclasses import replace

from markupsafe import Markup

from radunion.report.numbers import SCALE_NAMES
from radunion.report.study.blocks import Block, Cell, Figures, Grid, Heading, Line, More, Prose, slug
from radunion.report.study.cells import PageVoice
from radunion.report.study.curves import ReliabilityPanel
from radunion.report.study.grids import metric_line, pair_line, title_of
from radunion.report.study.ledger import Ledger
from radunion.report.study.material import StudyMaterial
from radunion.report.study.targets import headline_first, readable
from radunion.report.tables import Column
from radunion.report.verdicts import Verdict, verdict
from radunion.scale import Scale

_AFTER = "{}, calibrated"
_CHANGE = "{0}, calibrated - {0}"
_ERRORS: tuple[Column, ...] = (
    ("ece", "cortices", "the calibration error of the cortices"),
    ("rps", "cortices", "the ranked probability score of the cortices"),
    ("rps", "total", "the ranked probability score of the total"),
    ("ece", "union", "the calibration error of union"),
    ("brier", "union", "the Brier score of union"),
)
"""By what it is judged whether calibration helped."""
_HELPED: dict[Verdict, str] = {
    "better": "is better in",
    "worse": "is worse in",
    "unclear": "is not shown to be better or worse in",
}


def calibration_blocks(material: StudyMaterial, ledger: Ledger) -> Iterator[Block]:
    """Show what was said against what was seen, and the errors of the probabilities before and after."""
    blocks: list[tuple[str, Figures]] = []
    for target in dict.fromkeys(one.target for one in material.reliability):
        bins = [one for one in material.reliability if one.target == target]
        panels = [
            ReliabilityPanel(
                f"reliability-{slug(target)}-{slug(name)}",
                f"{name}: {readable(target)}, by tenths of what was said.",
                name,
                tuple(one for one in bins if one.protocol == name),
            )
            for name in dict.fromkeys(one.protocol for one in bins)
        ]
        blocks.append((target, Figures(tuple(panels), "panels")))
    if blocks:
        yield Heading("Reliability before and after calibration")
        yield Prose("On the diagonal, what is said to be seventy percent likely is seen in seven of ten.", "fine")
        yield from headline_first(blocks, ledger)
    for scale in ledger.scales:
        yield from _errors(ledger, scale)
    if helped := helped_words(ledger):
        yield Prose(helped)


def _errors(ledger: Ledger, scale: Scale) -> Iterator[Block]:
    """Show the errors of probabilities as a protocol gives them, those of the calibrated ones, and the difference."""
    told = {_AFTER.format(name) for name in ledger.models}
    keys = dict.fromkeys((row.metric, row.scope) for row in ledger.rows if row.protocol in told and row.scale == scale)
    judged = {(metric, scope) for metric, scope, _ in _ERRORS}
    name = SCALE_NAMES[scale]
    if first := [key for key in keys if key in judged]:
        caption = f"{name}: errors of the probabilities before and after calibration; less is better."
        yield _error_grid(ledger, f"calibration-{scale}", caption, first, scale)
    if others := [key for key in keys if key not in judged]:
        caption = f"{name}: other errors of the probabilities before and after calibration."
        grid = _error_grid(ledger, f"calibration-others-{scale}", caption, others, scale)
        yield More(f"{name}: other errors before and after calibration", (grid,))


def _error_grid(ledger: Ledger, name: str, caption: str, keys: list[tuple[str, str]], scale: Scale) -> Grid:
    columns = [(metric, scope, f"{title_of(metric)}, {scope}") for metric, scope in keys]
    lines = tuple(line for model in ledger.models for line in _before_after(ledger, model, columns, scale))
    return Grid(name, caption, "Protocol", tuple(heading for _, _, heading in columns), lines)


def _before_after(ledger: Ledger, name: str, columns: list[Column], scale: Scale) -> Iterator[Line]:
    yield metric_line(ledger, name, columns, scale)
    yield metric_line(ledger, _AFTER.format(name), columns, scale)
    change = pair_line(ledger, _CHANGE.format(name), columns, scale)
    if any(cell.at for cell in change.cells):
        yield replace(change, cells=tuple(cell if cell.at else Cell("–") for cell in change.cells))


def helped_words(ledger: Ledger) -> Markup | None:
    """Say whether calibration made the best protocol's probabilities better; None where nothing tells it."""
    model, scale, voice = ledger.best_model(), ledger.headline_scale, PageVoice(ledger)
    told: dict[Verdict, list[Markup]] = {kind: [] for kind in _HELPED}
    for metric, scope, title in _ERRORS:
        row = ledger.find(_CHANGE.format(model), f"difference:{metric}", scope, scale)
        if row is not None:
            told[verdict(row)].append(Markup("{}, {}").format(title, voice.said(row)))
    parts = [Markup("{} {}").format(_HELPED[kind], Markup("; ").join(found)) for kind, found in told.items() if found]
    if not parts:
        return None
    text = Markup("Did calibration help? On {}, {} with calibration, minus without it, {}.")
    return text.format(SCALE_NAMES[scale], model, Markup(". It ").join(parts))
