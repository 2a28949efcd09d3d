"""The detail: union curves, calibration, sets and intervals, agreement, each cortex, subgroups, readers."""

from collections.abc import Iterator, Sequence

from radunion.report.figures import Agreement, BlandAltman, Confusion, ReportFigure, pair_counts
from radunion.report.numbers import NONE, SCALE_NAMES, estimate
from radunion.report.study.blocks import Block, Cell, Figures, Grid, Heading, Line, More, Prose, Section, slug
from radunion.report.study.cells import study_at, value_cell
from radunion.report.study.curves import ReliabilityPanel, RocPanel
from radunion.report.study.grids import group_grids, metric_grid, other_columns, reader_grids, title_of
from radunion.report.study.ledger import Ledger
from radunion.report.study.material import CoverageRow, StudyMaterial
from radunion.report.tables import CORTEX_AUROC, CORTEX_KAPPA, REST, Column
from radunion.scale import CORTICES, Scale

_BY_GROUP: tuple[Column, ...] = (
    ("kappa", "cortices", "Mean cortex kappa"),
    ("auroc", "cortices", "Mean cortex AUROC"),
    ("icc-2-1", "total", "ICC(2,1) of the total"),
    ("mae", "total", "Mean absolute error of the total"),
    ("auroc", "union", "AUROC of union"),
)
_PROMISE = (
    "What is promised: of examinations of this population, at least the nominal share is covered, on average over all "
    "of them (marginal coverage). Nothing is promised for a single examination or subgroup, and nothing for films of "
    "another population. Sets are whole scores as they are given out, and so hold more than promised; with ties "
    "broken at random they would hold just as much."
)


def detail_section(material: StudyMaterial, ledger: Ledger) -> Section:
    """Show all that stands behind the comparison."""
    how = (
        "Tables hold every protocol, blinds first. Figures of one model only are those of the protocol with the "
        "highest mean cortex kappa, which they name."
    )
    return Section("detail", "The detail", how, tuple(_blocks(material, ledger)))


def _blocks(material: StudyMaterial, ledger: Ledger) -> Iterator[Block]:
    model = ledger.best_model() or (ledger.protocols[0] if ledger.protocols else None)
    yield from _roc(material, ledger)
    yield from _reliability(material, ledger)
    yield from _coverage(material, model)
    for scale in ledger.scales:
        yield from _agreement(ledger, scale, model)
        yield from _cortices(ledger, scale)
        yield from _subgroups(ledger, scale)
    if material.readers:
        yield Heading("Readers beside the model")
        yield from reader_grids(material.readers, ledger, ledger.best_model())
        yield Prose(
            "Readers are told by their place in the order of names; a difference is of the first and the second.",
            "fine",
        )


def _roc(material: StudyMaterial, ledger: Ledger) -> Iterator[Block]:
    blind = _strongest_union_blind(ledger)
    blocks: list[tuple[str, Figures]] = []
    for target in dict.fromkeys(one.target for one in material.roc):
        points = [one for one in material.roc if one.target == target]
        behind = tuple(one for one in points if one.protocol == blind)
        panels = [
            RocPanel(
                f"roc-{slug(target)}-{slug(name)}",
                f"{name}: {_readable(target)}; dashed: {blind or 'no blind'}.",
                f"{name}{_auroc(ledger, name, target)}",
                tuple(one for one in points if one.protocol == name),
                behind,
            )
            for name in dict.fromkeys(one.protocol for one in points)
            if name not in ledger.baselines
        ]
        blocks.append((target, Figures(tuple(panels), "panels")))
    if blocks:
        yield Heading("Receiver operating curves")
        yield from _headline_first(blocks, ledger)


def _strongest_union_blind(ledger: Ledger) -> str | None:
    found = [(name, ledger.find(name, "auroc", "union", ledger.headline_scale)) for name in ledger.baselines]
    known = [(row.estimate, name) for name, row in found if row is not None and row.estimate is not None]
    return max(known)[1] if known else None


def _auroc(ledger: Ledger, name: str, target: str) -> str:
    for scale in ledger.scales:
        if target == f"union {ledger.rules[scale]}":
            told = estimate(ledger.find(name, "auroc", "union", scale))
            return f": {told}" if told != NONE else ""
    return ""


def _reliability(material: StudyMaterial, ledger: Ledger) -> Iterator[Block]:
    blocks: list[tuple[str, Figures]] = []
    for target in dict.fromkeys(one.target for one in material.reliability):
        bins = [one for one in material.reliability if one.target == target]
        panels = [
            ReliabilityPanel(
                f"reliability-{slug(target)}-{slug(name)}",
                f"{name}: {_readable(target)}, by tenths of what was said.",
                name,
                tuple(one for one in bins if one.protocol == name),
            )
            for name in dict.fromkeys(one.protocol for one in bins)
        ]
        blocks.append((target, Figures(tuple(panels), "panels")))
    if blocks:
        yield Heading("Reliability before and after calibration")
        yield Prose("On the diagonal, what is said to be seventy percent likely is seen in seven of ten.", "fine")
        yield from _headline_first(blocks, ledger)
    yield from _errors(ledger)


def _errors(ledger: Ledger) -> Iterator[Block]:
    """Show the errors of probabilities as a protocol gives them, and below each those of the calibrated ones."""
    after = {name: f"{name}, calibrated" for name in ledger.models}
    told = set(after.values())
    for scale in ledger.scales:
        keys = dict.fromkeys(
            (row.metric, row.scope) for row in ledger.rows if row.protocol in told and row.scale == scale
        )
        columns = [(metric, scope, f"{title_of(metric)}, {scope}") for metric, scope in keys]
        names = [one for name in ledger.models for one in (name, after[name])]
        if columns:
            caption = f"{SCALE_NAMES[scale]}: errors of the probabilities before and after calibration; less is better."
            yield metric_grid(ledger, "calibration", columns, scale=scale, caption=caption, names=names)


def _headline_first(blocks: Sequence[tuple[str, Figures]], ledger: Ledger) -> Iterator[Block]:
    """Show the target of the headline's union rule, fold away the others; the first one where there is none."""
    rule = f"union {ledger.rules[ledger.headline_scale]}"
    first = next((target for target, _ in blocks if target == rule), blocks[0][0])
    yield from (figures for target, figures in blocks if target == first)
    yield from (More(_readable(target).capitalize(), (figures,)) for target, figures in blocks if target != first)


def _readable(target: str) -> str:
    return target.replace(">=", "≥")


def _coverage(material: StudyMaterial, model: str | None) -> Iterator[Block]:
    if not material.coverage:
        return
    yield Heading("Sets and intervals")
    yield Prose(_PROMISE)
    everyone = [place for place, one in enumerate(material.coverage) if one.group == "all"]
    yield _coverage_grid(material, "coverage", everyone, "How often a set or interval held the reader’s score.")
    groups = [place for place, one in enumerate(material.coverage) if one.group != "all" and one.protocol == model]
    if groups:
        yield _coverage_grid(
            material, "coverage-groups", groups, f"{model}: the same by group; not promised, only seen."
        )


def _coverage_grid(material: StudyMaterial, name: str, places: Sequence[int], caption: str) -> Grid:
    rows = [(material.coverage[place], place) for place in places]
    grouped = any(one.group != "all" for one, _ in rows)
    group = ("Group",) if grouped else ()
    headings = ("Set of", "Scale", "As", *group, "Promised", "Covered", "Mean size", "Examinations")
    lines = tuple(_coverage_line(one, place, grouped=grouped) for one, place in rows)
    return Grid(name, caption, "Protocol", headings, lines)


def _coverage_line(one: CoverageRow, place: int, *, grouped: bool) -> Line:
    def at(key: str) -> str:
        return study_at("coverage", place, key)

    shown = "" if one.low is None or one.high is None else f"{one.low * 100:.0f} to {one.high * 100:.0f}"
    short = "worse" if one.high is not None and one.high < one.nominal else ""
    covered = Cell(
        f"{one.covered * 100:.0f} %",
        at("covered"),
        one.covered,
        shown,
        study_at("coverage", place) if shown else None,
        (one.low, one.high) if shown else None,
        mark=short,
    )
    cells = (
        value_cell(one.target, at("target")),
        value_cell(SCALE_NAMES.get(one.scale, one.scale), at("scale")),
        Cell("whole scores" if not one.randomised else "ties at random", mark="text"),
        *((value_cell(one.group, at("group")),) if grouped else ()),
        Cell(f"{one.nominal * 100:.0f} %", at("nominal"), one.nominal),
        covered,
        value_cell(one.size, at("size"), digits=2),
        value_cell(one.examinations, at("examinations")),
    )
    return Line(one.protocol, cells)


def _agreement(ledger: Ledger, scale: Scale, model: str | None) -> Iterator[Block]:
    name = SCALE_NAMES[scale]
    yield Heading(f"{name}: agreement")
    totals = () if model is None else tuple(_totals(ledger, scale, model))
    if totals:
        yield Figures(totals)
    cortices = () if model is None else tuple(_confusion(ledger, scale, model))
    if cortices:
        yield Figures(cortices, "small")
        yield Prose("Numbers are cortices; the shade is the share of the reader’s score.", "fine")
    caption = f"{name}: agreement of the total, Brier score of union, recall by score."
    yield metric_grid(ledger, "agreement", REST, scale=scale, caption=caption)


def _totals(ledger: Ledger, scale: Scale, model: str) -> Iterator[ReportFigure]:
    counts = pair_counts(ledger, protocol=model, scale=scale, scope="total")
    if not counts:
        return
    name = SCALE_NAMES[scale]
    lines = [ledger.find(model, metric, "total", scale) for metric in ("limit-low", "bias", "limit-high")]
    yield Agreement(f"agreement-{scale}", f"{model}: predicted against reference {name} total.", counts, scale)
    yield BlandAltman(
        f"altman-{scale}",
        f"{model}: Bland–Altman, {name} total; solid line the bias, dashed the 95 % limits of agreement.",
        counts,
        tuple(row for row in lines if row is not None),
        scale,
    )


def _confusion(ledger: Ledger, scale: Scale, model: str) -> Iterator[ReportFigure]:
    for cortex in CORTICES:
        counts = pair_counts(ledger, protocol=model, scale=scale, scope=cortex)
        if counts:
            caption = f"{model}: {cortex} cortex, {SCALE_NAMES[scale]}."
            yield Confusion(f"confusion-{cortex}-{scale}", caption, counts, scale)


def _cortices(ledger: Ledger, scale: Scale) -> Iterator[Block]:
    name = SCALE_NAMES[scale]
    caption = f"{name}: quadratic kappa of each cortex."
    yield metric_grid(ledger, "cortex-kappa", CORTEX_KAPPA, scale=scale, caption=caption)
    caption = f"{name}: AUROC of each cortex, where visible and scored."
    yield metric_grid(ledger, "cortex-auroc", CORTEX_AUROC, scale=scale, caption=caption)
    if columns := other_columns(ledger, scale):
        rest = metric_grid(ledger, "others", columns, scale=scale, caption=f"{name}: all other statistics.")
        yield More(f"{name}: all other statistics", (rest,))


def _subgroups(ledger: Ledger, scale: Scale) -> Iterator[Block]:
    grids = group_grids(ledger, scale=scale, columns=_BY_GROUP)
    if grids:
        yield Heading(f"{SCALE_NAMES[scale]}: subgroups")
        yield Prose(
            "Subgroups were not chosen for their result; small ones have wide intervals and few patients.", "fine"
        )
        yield from grids[:1]
    if grids[1:]:
        yield More(f"{SCALE_NAMES[scale]}: other subgroup tables", tuple(grids[1:]))
