"""The sections of the trials: where scores are high, all trials by rank with the first ten, and how they learned."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from radunion.report.figures import ReportFigure
from radunion.report.search.curves import HELD_OUT, TrialCurves, What, has_curve, spread_by_rank
from radunion.report.search.landscape import HeatMap, PairScatter, levels
from radunion.report.search.lengths import curves_end, ending
from radunion.report.search.material import Axis, Trial
from radunion.report.search.points import is_numeric
from radunion.report.search.ranks import ImportanceBars, Slice, TrialRanks
from radunion.report.search.standing import Standing, spread
from radunion.report.search.words import (
    SEED_MEASURE,
    at,
    axis_title,
    axis_words,
    blind_view,
    measure_title,
    score_cell,
    score_text,
    value_text,
)
from radunion.report.study.blocks import Block, Cell, Figures, Grid, Heading, Line, Prose, Section
from radunion.report.study.cells import value_cell

TOP = 10
_EXAMPLES = 9
_PAIRED = 2
_BESIDE = ("kappa", "auroc", "alpha", SEED_MEASURE)
"""Other measures that stand in the table of the first ten, where they were taken."""


def landscape_section(standing: Standing) -> Section | None:
    """Show where scores are high; None without a complete trial."""
    figures, slices = tuple(_landscape(standing)), tuple(_slices(standing))
    if not figures and not slices:
        return None
    how = (
        "Every mark or cell is one completed trial and its mean over folds; brighter is higher, in grey print too. "
        "Read no hill into neighbours that differ by less than their spread over folds; whether the best is more than "
        f"noise is said in the summary.{_THINNED if standing.pruned else ''}"
    )
    blocks: list[Block] = [Figures(figures, "wide")] if figures else []
    blocks += [Heading("One field at a time"), Figures(slices, "panels")] if slices else []
    return Section("landscape", "Where scores are high", how, tuple(blocks))


_THINNED = " Pruned trials, stopped for doing less well than others, are not shown: few marks may mean low scores."


def trials_section(standing: Standing) -> Section | None:
    """Show all trials by rank and the first ten as a table; None without a complete trial."""
    if standing.best is None or standing.median is None:
        return None
    material, blind = standing.material, blind_view(standing)
    caption = (
        "Every completed trial by rank, mean ± SD over folds. The line falls by its making, sorted noise would fall "
        "too: what matters is whether it falls by more than the bars. The median is that of the completed trials."
    )
    measure = measure_title(material.objective)
    figure = TrialRanks(
        "ranks", caption, standing.order, standing.median.number, measure, None if blind is None else blind[0]
    )
    how = "Folds share most of their films, so the standard error of a mean is more than SD divided by the root of k."
    words = "All trials with the score of every fold, pruned and failed ones too, are in tables/trials.csv."
    return Section("trials", "The trials", how, (Figures((figure,)), _top(standing), Prose(words, "fine")))


def curves_section(standing: Standing) -> Section | None:
    """Show how nine trials from best to worst learned, and the best one large; None where no epoch was told."""
    told = [one for one in standing.order if any(has_curve(one, what) for what in ("auroc18", "loss"))]
    if not told:
        return None
    what: What = "auroc18" if any(has_curve(one, "auroc18") for one in told) else "loss"
    told = [one for one in told if has_curve(one, what)]
    chosen = tuple(told[place] for place in spread_by_rank(told, _EXAMPLES))
    how = (
        "A faint line is one fold, a bold one the mean of all; dashed what was learned from (in training, with "
        f"dropout), solid what was not. {curves_end(standing.material)}"
    )
    examples = _curves(standing, "curves", what, chosen, f"Trials from best to worst by rank; {_WHAT[what]}.")
    large = [
        _curves(standing, f"best-{one}", one, told[:1], f"The best trial as searched; {_WHAT[one]}.")
        for one in ("auroc18", "loss")
        if has_curve(told[0], one)
    ]
    blocks: tuple[Block, ...] = (
        Heading("Examples from best to worst"),
        Figures((examples,)),
        Heading("The best one"),
        Figures(tuple(large)),
    )
    return Section("curves", "Learning curves", how, blocks)


_WHAT: dict[What, str] = {"auroc18": "the seed study’s 18-output AUROC by epoch", "loss": "the loss by epoch"}


_OF_A_PROCESS = ("memory", "device", "worker")
"""What is told of the process that ran a trial; memory in bytes."""


def all_trials(standing: Standing) -> Grid:
    """Lay out every trial with all that is known of it, for a file of its own."""
    material = standing.material
    also = sorted({name for trial in material.trials for name in trial.also})
    most = max((len(trial.folds) for trial in material.trials), default=0)
    names = [axis.name for axis in material.axes]
    folds = [f"fold {number}" for number in range(1, most + 1)]
    headings = ("rank", "state", *names, "score", "sd", *folds, *also, "epochs", "seconds", *_OF_A_PROCESS, "reason")
    lines = []
    for trial in sorted(material.trials, key=lambda one: one.number):
        scores = [*trial.folds, *[None] * (most - len(trial.folds))]
        values = [trial.values.get(name) for name in names]
        others = [trial.also.get(name) for name in also]
        told = [standing.ranks.get(trial.number), trial.state, *values, trial.score, spread(trial.folds), *scores]
        ran = [getattr(trial, name) for name in _OF_A_PROCESS]
        row = (*told, *others, trial.epochs, trial.seconds, *ran, trial.reason)
        lines.append(Line(str(trial.number), tuple(_exact(value) for value in row)))
    return Grid("trials", "Every trial.", "trial", headings, tuple(lines))


def _exact(value: float | int | str | bool | None) -> Cell:
    if value is None or isinstance(value, str | bool):
        return Cell("" if value is None else str(value).lower() if isinstance(value, bool) else value)
    return Cell(str(value), value=value)


def _landscape(standing: Standing) -> Iterator[ReportFigure]:
    material = standing.material
    pair = _two_axes(standing)
    trials = _with(standing.order, pair)
    measure = measure_title(material.objective)
    if len(pair) == _PAIRED and trials and standing.median is not None:
        first, second = pair
        names = f"{axis_title(first)} and {axis_words(second)}"
        if material.sampler == "grid" and len(material.axes) == _PAIRED:
            caption = f"{names}: mean over folds in each cell, below it ± SD; framed the best."
            across, up = sorted(pair, key=lambda axis: -len(levels(axis, trials)))
            yield HeatMap("landscape", caption, across, up, trials, measure, material.settings)
        else:
            caption = f"{names}: each completed trial, its colour the mean over folds."
            caption += "" if len(material.axes) == _PAIRED else " The other fields differ between the marks, too."
            yield PairScatter(
                "landscape", caption, first, second, trials, standing.median.number, measure, material.settings
            )
    if material.importance and len(material.axes) > 1:
        caption = f"{_IMPORTANCE}{_OF_THE_LEFT if standing.pruned else ''}"
        yield ImportanceBars("importance", caption, material.importance, material.axes)


_IMPORTANCE = (
    "Share of the variance of the scores that each field explains alone (functional ANOVA of a random forest; Hutter "
    "2014). Shares sum to 1 whatever the scores are: where trials differ by noise only, noise is what is shared out."
)
_OF_THE_LEFT = " It saw only completed trials: a field whose poor values were pruned may seem to matter less."


def _two_axes(standing: Standing) -> tuple[Axis, ...]:
    """Return the two numeric axes of most importance, in the order of the space."""
    material = standing.material
    numeric = [
        axis for axis in material.axes if is_numeric(axis) and len(levels(axis, _with(standing.order, [axis]))) > 1
    ]
    pairs = list(combinations(numeric, _PAIRED))
    shares = material.importance
    return max(pairs, key=lambda pair: sum(shares.get(axis.name, 0.0) for axis in pair), default=())


def _slices(standing: Standing) -> Iterator[ReportFigure]:
    """Yield one slice an axis; a grid of two says the same in its cells."""
    material = standing.material
    if material.sampler == "grid" and len(_two_axes(standing)) == len(material.axes) == _PAIRED:
        return
    measure = measure_title(material.objective)
    for axis in material.axes:
        trials = _with(standing.order, [axis])
        if trials:
            mark = "ringed the best" if is_numeric(axis) else "ringed the best, bars the medians"
            caption = f"{axis_title(axis)}; {mark}."
            yield Slice(f"slice-{axis.name}", caption, axis, trials, measure, material.settings)


def _with(trials: Sequence[Trial], axes: Sequence[Axis]) -> tuple[Trial, ...]:
    return tuple(one for one in trials if all(axis.name in one.values for axis in axes))


def _top(standing: Standing) -> Grid:
    material, median = standing.material, standing.median
    beside = [
        name
        for name in _BESIDE
        if name != material.objective and any(name in trial.also for trial in standing.order[:TOP])
    ]
    lines = [_top_line(standing, trial, beside) for trial in standing.order[:TOP]]
    if median is not None and standing.ranks[median.number] > TOP:
        lines.append(_top_line(standing, median, beside))
    objective = measure_title(material.objective)
    headings = (
        "Trial", *(axis_title(axis) for axis in material.axes), f"{objective}, mean", "SD over folds",
        *(measure_title(name) for name in beside), "Epochs", "Time, s",
    )  # fmt: skip
    caption = (
        f"The first {min(TOP, len(standing.order))} of {len(standing.order):,} completed trials, and their median."
    )
    return Grid("top-ten", caption, "Rank", headings, tuple(lines))


def _top_line(standing: Standing, trial: Trial, beside: Sequence[str]) -> Line:
    place, rank = standing.places[trial.number], standing.ranks[trial.number]
    is_median = standing.median is trial and rank > 1
    cells = (
        Cell(str(trial.number), at("trials", place, "number"), trial.number),
        *value_cells(standing, trial),
        score_cell(trial.score, "trials", place, "score"),
        score_cell(spread(trial.folds), "trials", place, "sd"),
        *(score_cell(trial.also.get(name), "trials", place, "also", name) for name in beside),
        value_cell(trial.epochs, at("trials", place, "epochs")),
        value_cell(trial.seconds, at("trials", place, "seconds"), digits=1),
    )
    return Line(f"{rank} (median)" if is_median else str(rank), cells, "model" if rank == 1 else "plain")


def value_cells(standing: Standing, trial: Trial) -> Iterator[Cell]:
    """Yield a cell a searched field."""
    place = standing.places[trial.number]
    for axis in standing.material.axes:
        value = trial.values.get(axis.name)
        pointer = at("trials", place, "values", axis.name)
        exact = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        mark = "" if is_numeric(axis) else "text"
        yield Cell("–") if value is None else Cell(value_text(value), pointer, exact, mark=mark)


_KEPT = "kept to end training"


def _curves(standing: Standing, name: str, what: What, trials: Sequence[Trial], caption: str) -> TrialCurves:
    blind = blind_view(standing) if standing.material.objective == SEED_MEASURE else None
    level = None if blind is None else blind[0]
    watched = _KEPT if ending(standing.material) == "own" else HELD_OUT
    titles = tuple(f"Rank {standing.ranks[one.number]}, trial {one.number}: {score_text(one.score)}" for one in trials)
    if len(trials) == 1:
        return TrialCurves(name, caption, what, tuple(trials), titles, 1, (5.2, 3.4), level, watched)
    return TrialCurves(name, caption, what, tuple(trials), titles, blind=level, watched=watched)
