"""The detail: union curves, calibration, sets and intervals, agreement, each cortex, subgroups, readers."""

from collections.abc import Iterator

from radunion.report.figures import Agreement, BlandAltman, Confusion, ReportFigure, pair_counts
from radunion.report.numbers import NONE, SCALE_NAMES, estimate
from radunion.report.study.blocks import Block, Figures, Heading, More, Prose, Section, slug
from radunion.report.study.calibration import calibration_blocks
from radunion.report.study.curves import RocPanel
from radunion.report.study.grids import group_grids, metric_grid, other_columns, reader_grids
from radunion.report.study.ledger import Ledger
from radunion.report.study.material import StudyMaterial
from radunion.report.study.sets import sets_blocks
from radunion.report.study.targets import headline_first, readable
from radunion.report.tables import CORTEX_AUROC, CORTEX_KAPPA, REST, Column
from radunion.report.words import UNION_AUROC
from radunion.scale import CORTICES, Scale

_BY_GROUP: tuple[Column, ...] = (
    ("kappa", "cortices", "Mean cortex kappa"),
    ("auroc", "cortices", "Mean cortex AUROC"),
    ("icc-2-1", "total", "ICC(2,1) of the total"),
    ("mae", "total", "Mean absolute error of the total"),
    ("auroc", "union", "AUROC of union"),
)
_SWAPPED = (
    "A swap of the two cortices of one view, medial with lateral or anterior with posterior, can be seen by no check: "
    "both lie on the same film and are scored alike. This table is the place to look: a swap in part of a cohort "
    "lowers these two cortices and leaves the others. One throughout the cohort leaves no trace even here."
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
    yield from calibration_blocks(material, ledger)
    yield from sets_blocks(material, ledger, model)
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
    blind = ledger.highest(ledger.baselines, UNION_AUROC, ledger.headline_scale)
    blocks: list[tuple[str, Figures]] = []
    for target in dict.fromkeys(one.target for one in material.roc):
        points = [one for one in material.roc if one.target == target]
        behind = tuple(one for one in points if one.protocol == blind)
        panels = [
            RocPanel(
                f"roc-{slug(target)}-{slug(name)}",
                f"{name}: {readable(target)}; dashed: {blind or 'no blind'}.",
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
        yield from headline_first(blocks, ledger)


def _auroc(ledger: Ledger, name: str, target: str) -> str:
    for scale in ledger.scales:
        if target == f"union {ledger.rules[scale]}":
            told = estimate(ledger.find(name, "auroc", "union", scale))
            return f": {told}" if told != NONE else ""
    return ""


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
    if scale == ledger.headline_scale:
        yield Prose(_SWAPPED, "fine")
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
