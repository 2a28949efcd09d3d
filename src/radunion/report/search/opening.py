"""The summary in words: what was searched, which trial is best, and whether that is more than noise."""

from collections.abc import Iterator

from markupsafe import Markup

from radunion.report.search.lengths import scored_at, trains
from radunion.report.search.material import Axis, BestAgainstMedian, SearchMaterial, Trial
from radunion.report.search.standing import Again, Standing, spread
from radunion.report.search.words import (
    at,
    axis_unit,
    axis_values,
    axis_words,
    blind_view,
    count_span,
    is_seed_measure,
    listed,
    measure_words,
    median_words,
    score_span,
    value_text,
)
from radunion.report.study.blocks import Prose, Section
from radunion.report.study.cells import span
from radunion.report.study.seed import MEASURED, PUBLISHED

_DRAWN = {"random": Markup("drawn at random"), "tpe": Markup("proposed by TPE from those before")}
_PUBLISHED = {"regime-1": "Regime I", "regime-2": "Regime II"}


def opening(standing: Standing) -> Section:
    """Say in a few sentences what an editor must know."""
    how = f"A score is the mean over the held-out part of every fold{scored_at(standing.material)} "
    how += "SD is that between folds. "
    how += _SAME_FILMS if standing.again else ""
    return Section("summary", "In words", how, tuple(Prose(one, "lead") for one in _sentences(standing)))


_SAME_FILMS = "What fresh seeds say rests on the films of this cohort: it is no estimate for other patients."


def _sentences(standing: Standing) -> Iterator[Markup]:
    yield _searched(standing)
    best, median = standing.best, standing.median
    if best is None or median is None:
        yield Markup("<strong>No trial is complete</strong>, so none is best.")
        return
    yield _best(standing, best, median)
    yield _verdict(standing)
    again = standing.again_of(best.number)
    if again is not None:
        yield _flattered(standing, best, again)
    if is_seed_measure(standing.material):
        yield _inflated(standing, best, again)
    yield from _published(standing.material)


def _searched(standing: Standing) -> Markup:
    material = standing.material
    states = [one.state for one in material.trials]
    ended = [
        Markup("{} {}").format(count_span(states.count(state), "standing", state), state)
        for state in ("complete", "pruned", "failed")
        if states.count(state)
    ]
    text = Markup(
        "<strong>{} trials of {}</strong> ({}), {}, over {}: {}. {} The objective is the {} of what a fold held out."
    )
    return text.format(
        count_span(len(states), "standing", "trials"),
        span(material.protocol, at("protocol")),
        span(material.space, at("space")),
        _drawn(standing),
        listed([_range(axis, material) for axis in material.axes]),
        listed(ended),
        trains(material),
        measure_words(material.objective),
    )


def _drawn(standing: Standing) -> Markup:
    """Say who chose the values; of a grid whether it was gone through to its end."""
    cells = standing.cells
    if cells is None:
        return _DRAWN[standing.material.sampler]
    if len(standing.material.trials) >= cells:
        return Markup("all of a grid")
    return Markup("a random part of a grid of {} cells").format(count_span(cells, "standing", "cells"))


def _range(axis: Axis, material: SearchMaterial) -> Markup:
    title, unit = axis_words(axis), axis_unit(axis, material.settings)
    counted = "" if unit.startswith("share") else f" {unit}".rstrip()
    scale = " on a log scale" if axis.log else ""
    return Markup("{} {}{}{}").format(title, axis_values(axis, material), counted, scale)


def _best(standing: Standing, best: Trial, median: Trial) -> Markup:
    place, middle = (standing.places[one.number] for one in (best, median))
    text = Markup(
        "As searched, the best is <strong>trial {}</strong> ({}) with {} ± {} SD over folds; the {}, trial {} ({}), "
        "has {} ± {}.{}"
    )
    return text.format(
        span(str(best.number), at("standing", "best")),
        values_words(best, standing.material, place),
        score_span(best.score, "trials", place, "score"),
        score_span(spread(best.folds), "trials", place, "sd"),
        median_words(standing),
        span(str(median.number), at("standing", "median")),
        values_words(median, standing.material, middle),
        score_span(median.score, "trials", middle, "score"),
        score_span(spread(median.folds), "trials", middle, "sd"),
        _survivors(standing),
    )


def _survivors(standing: Standing) -> Markup:
    """Say what the median leaves out; nothing where nothing was pruned."""
    if not standing.pruned:
        return Markup("")
    text = Markup(
        " The {} pruned trials, stopped for doing less well than others, are not in that median: it is the middle of "
        "those that were left, and probably lies above the middle of all that were tried."
    )
    return text.format(count_span(standing.pruned, "standing", "pruned"))


def values_words(trial: Trial, material: SearchMaterial, place: int) -> Markup:
    """Name the values of a trial, each with its place."""
    told = [
        Markup("{} {}").format(
            axis_words(axis),
            span(value_text(trial.values[axis.name]), at("trials", place, "values", axis.name)),
        )
        for axis in material.axes
        if axis.name in trial.values
    ]
    return Markup(", ").join(told)


def _verdict(standing: Standing) -> Markup:
    verdict, median = standing.material.verdict, median_words(standing)
    if verdict is None:
        return Markup(
            "<strong>Whether the best differs from the {} by more than noise is not known</strong>: they were not "
            "trained again with fresh seeds. Being the best of many flatters a figure: do not quote it."
        ).format(median)
    if verdict.low > 0:
        said = Markup("The best trial is better than the {} by more than noise").format(median)
    elif verdict.high < 0:
        said = Markup("On fresh seeds the best trial is worse than the {}").format(median)
    else:
        said = Markup("The best trial is not shown to differ from the {} by more than noise").format(median)
    text = Markup(
        "<strong>{}</strong>: with {} fresh {} of weights and of folds the difference is {} (95 % interval {} to {}, "
        "corrected resampled t-test); the search itself saw {}.{}"
    )
    return text.format(said, *_told(verdict), _no_optimum(standing, verdict))


def _no_optimum(standing: Standing, verdict: BestAgainstMedian) -> str:
    """Say that no optimum was found; among the good trials that pruning left, a tie says nothing of all settings."""
    if standing.pruned or verdict.low > 0 or verdict.high < 0:
        return ""
    return " Settings near the median would do as well, as far as this search can tell."


def _told(verdict: BestAgainstMedian) -> Iterator[Markup | str]:
    yield count_span(verdict.repeats, "verdict", "repeats")
    yield "seed" if verdict.repeats == 1 else "seeds"
    for name in ("repeated", "low", "high", "searched"):
        yield score_span(getattr(verdict, name), "verdict", name, signed=True)


def _flattered(standing: Standing, best: Trial, again: Again) -> Markup:
    place, row = standing.places[best.number], standing.again.index(again)
    fall = again.fall or 0.0
    text = Markup(
        "<strong>The search’s own figure {}</strong>: trial {} has {} as searched and {} (95 % "
        "interval {} to {}) when trained again, a difference of {}. Quote the second figure: the first was chosen for "
        "being the highest of {} tried."
    )
    high = best.score is not None and best.score > again.high
    said = "is too high" if high else "is higher than fresh seeds give" if fall > 0 else "is not too high here"
    return text.format(
        said,
        span(str(best.number), at("again", row, "number")),
        score_span(best.score, "trials", place, "score"),
        *(score_span(getattr(again, name), "again", row, name) for name in ("mean", "low", "high")),
        score_span(fall, "again", row, "fall", signed=True),
        count_span(len(standing.material.trials), "standing", "trials"),
    )


def _inflated(standing: Standing, best: Trial, again: Again | None) -> Markup:
    place, published = standing.places[best.number], MEASURED["view_only"]["macro"]
    text = Markup(
        "<strong>The objective is inflated by structure</strong>: 8 of the 16 cortex outputs of a film are zero by its "
        "view alone and 2 more outputs are the view. A predictor that knows only the view gets about 0.81 (measured on "
        "the seed study’s own table: {}){}.{}"
    )
    kappa = best.also.get("kappa")
    beside = (
        Markup(" Read beside it the best trial’s mean cortex kappa, which has no such help: {}.").format(
            score_span(kappa, "trials", place, "also", "kappa")
        )
        if kappa is not None
        else Markup(" No measure without such help was taken beside it.")
    )
    seed = span(f"{published:.3f}", at("seed_study", "measured", "view_only", "macro"))
    return text.format(seed, _blind(standing, best, again), beside)


def _blind(standing: Standing, best: Trial, again: Again | None) -> Markup:
    """Say what the view alone gets on this cohort, and whether the best trial is above it."""
    told = blind_view(standing)
    if told is None:
        return Markup("")
    value, steps = told
    fair = best.score if again is None else again.low
    above = fair is not None and fair > value
    text = Markup("; on this cohort it gets {}, {}")
    if again is None:
        words = "which the best trial as searched is above" if above else "which no trial is above"
    else:
        words = "which the best trial on fresh seeds is above" if above else "which the best is not shown to be above"
    return text.format(score_span(value, *steps), words)


def _published(material: SearchMaterial) -> Iterator[Markup]:
    """Set the figure that the seed study published for the same regime beside the search."""
    regime = _PUBLISHED.get(material.space)
    places = [place for place, one in enumerate(PUBLISHED) if regime and one.what.startswith(f"{regime},")]
    if places and is_seed_measure(material):
        value = PUBLISHED[places[0]].auroc
        yield Markup(
            "The seed study published {} for the best of this regime: on its own films, split by film, the highest "
            "epoch of the validation curve taken. It is a figure of another kind than these."
        ).format(score_span(value, "seed_study", "published", places[0], "auroc"))
