"""The comparison: every protocol on the same examinations, blinds first, with paired differences."""

from collections.abc import Iterator

from markupsafe import Markup

from radunion.report.figures import intervals
from radunion.report.numbers import SCALE_NAMES
from radunion.report.study.blocks import Block, Figures, Heading, More, Prose, Section
from radunion.report.study.cells import PageVoice
from radunion.report.study.grids import best_grid, blind_grid, metric_grid, pair_grid, pairs_of
from radunion.report.study.ledger import Ledger
from radunion.report.tables import HEADLINE, Column
from radunion.scale import Scale

OVER_BLINDS: tuple[Column, ...] = (
    ("kappa", "cortices", "Kappa"),
    ("icc-2-1", "total", "ICC"),
    ("mae", "total", "MAE"),
)


def comparison_section(ledger: Ledger) -> Section:
    """Show the comparison on every scale, the headline scale first."""
    how = (
        "The grey lines at the top look at no film: a protocol is worth what it has above them. The small line below a "
        "number is its 95 % interval. Each label is judged on its own scale; mRUST is the headline where the "
        "cohort has it."
    )
    blocks = [block for scale in ledger.scales for block in _scale(ledger, scale)]
    return Section("comparison", "The comparison", how, tuple(blocks))


def _scale(ledger: Ledger, scale: Scale) -> Iterator[Block]:
    name = SCALE_NAMES[scale]
    yield Heading(name)
    yield Prose(_counted(ledger, scale), "fine")
    yield metric_grid(ledger, "comparison", HEADLINE, scale=scale, caption=f"{name}: every protocol, blinds first.")
    yield Figures(
        tuple(
            intervals(ledger, metric, scope, scale=scale)
            for metric, scope in (("kappa", "cortices"), ("auroc", "cortices"), ("icc-2-1", "total"), ("mae", "total"))
        )
    )
    yield from _differences(ledger, scale)


def _differences(ledger: Ledger, scale: Scale) -> Iterator[Block]:
    name, model = SCALE_NAMES[scale], ledger.best_model()
    if ledger.baselines and ledger.models:
        yield blind_grid(
            ledger, OVER_BLINDS, scale=scale, caption=f"{name}: what each protocol has over each baseline."
        )
    if model is None:
        return
    if len(ledger.models) > 1:
        caption = f"{name}: {model}, the best in mean cortex kappa, minus every other protocol that reads films."
        yield best_grid(ledger, model, HEADLINE, scale=scale, caption=caption)
    yield Prose(
        Markup(
            "Paired differences on the same bootstrap samples, the first protocol minus the second; percentages differ "
            'in points. Bold: the interval excludes zero. <span class="worse">Red and underlined</span>: it excludes '
            "zero on the wrong side. Intervals are not adjusted for the number of comparisons."
        ),
        "fine",
    )
    caption = f"{name}: all paired differences."
    everything = pair_grid(ledger, "differences", pairs_of(ledger), HEADLINE, scale=scale, caption=caption)
    yield More("Every pair of protocols", (everything,))


def _counted(ledger: Ledger, scale: Scale) -> Markup:
    """Say over how many examinations the columns of a scale are taken."""
    parts, voice = [], PageVoice(ledger)
    for what, metric, scope in (("cortices", "kappa", "cortices"), ("total and union", "mae", "total")):
        row = ledger.find(ledger.protocols[0], metric, scope, scale)
        if row is not None:
            text = Markup("{}: {} examinations of {} patients")
            parts.append(text.format(what, voice.exams(row), voice.patients(row)))
    rule = voice.rule(ledger.rules[scale])
    return Markup("Taken over {}. Union is called at {}.").format(Markup("; ").join(parts), rule)
