"""The figures of a search: each is a table too, and fits what was searched."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from tests.test_report_search_samples import REGIME_2, a_mixed, a_regime_1, a_regime_2

from radunion.report.search.curves import TrialCurves, What, lines_of, mean_line, spread_by_rank
from radunion.report.search.landscape import HeatMap, PairScatter, levels
from radunion.report.search.material import Axis, SearchMaterial
from radunion.report.search.points import color_limits, is_log, is_numeric, places_of
from radunion.report.search.ranks import ImportanceBars, Slice
from radunion.report.search.standing import Standing
from radunion.report.search.trials import curves_section, landscape_section
from radunion.report.search.words import axis_label, value_text
from radunion.report.study.blocks import figures_in

WHATS: tuple[What, ...] = ("auroc18", "loss")


def figures_of(material: SearchMaterial) -> dict[str, object]:
    section = landscape_section(Standing(material))
    assert section is not None
    return {one.name: one for one in figures_in(section.blocks)}


def test_regime_one_is_a_scatter_of_all_complete_trials() -> None:
    found = figures_of(a_regime_1())["landscape"]
    assert isinstance(found, PairScatter)
    table = found.frame()
    assert table.columns == ["trial", "batch", "dropout", "score", "sd"] and table.height == 39
    assert table["score"].is_sorted(descending=True)


def test_regime_two_is_a_grid_with_the_number_in_each_cell() -> None:
    found = figures_of(a_regime_2())
    assert list(found) == ["landscape"]
    heat = found["landscape"]
    assert isinstance(heat, HeatMap) and (heat.across.name, heat.up.name) == ("epsilon", "learning_rate")
    axes: Axes = heat.plot().axes[0]
    words = [text.get_text() for text in axes.texts]
    assert len(words) == 64
    assert {f"{row['score']:.3f}" for row in heat.frame().to_dicts()} <= set(words)
    assert [text.get_text() for text in axes.get_xticklabels()][:2] == ["1e-8", "1e-7"]
    assert axes.get_ylabel() == "Learning rate" and axes.get_xlabel() == "Adam’s epsilon"


def test_a_cell_without_a_complete_trial_is_a_dash() -> None:
    material = a_regime_2()
    trials = (replace(material.trials[0], state="pruned"), *material.trials[1:])
    heat = figures_of(replace(material, trials=trials))["landscape"]
    assert isinstance(heat, HeatMap)
    assert [text.get_text() for text in heat.plot().axes[0].texts].count("–") == 1


def test_a_mixed_space_shows_its_two_most_important_numbers_and_a_slice_a_field() -> None:
    found = figures_of(a_mixed())
    pair = found["landscape"]
    assert isinstance(pair, PairScatter) and (pair.across.name, pair.up.name) == ("learning_rate", "dropout")
    assert [name for name in found if name.startswith("slice-")] == [f"slice-{axis.name}" for axis in a_mixed().axes]
    slice_of = found["slice-optimiser"]
    assert isinstance(slice_of, Slice)
    assert [text.get_text() for text in slice_of.plot().axes[0].get_xticklabels()] == ["adam", "adamw", "sgd"]
    bars = found["importance"]
    assert isinstance(bars, ImportanceBars)
    assert bars.frame()["field"].to_list() == ["learning_rate", "optimiser", "dropout"]


def test_choices_alone_have_no_pair_figure() -> None:
    material = a_mixed()
    found = figures_of(replace(material, axes=material.axes[3:], importance={}))
    assert set(found) == {"slice-optimiser", "slice-pooling"}


def test_nine_examples_go_from_the_best_to_the_worst() -> None:
    assert spread_by_rank(a_regime_1().trials[:5], 9) == (0, 1, 2, 3, 4)
    assert spread_by_rank(a_regime_1().trials[:39], 9)[::4] == (0, 19, 38)
    section = curves_section(Standing(a_regime_1()))
    assert section is not None
    found = {one.name: one for one in figures_in(section.blocks)}
    assert list(found) == ["curves", "best-auroc18", "best-loss"]
    examples = found["curves"]
    assert isinstance(examples, TrialCurves) and len(examples.trials) == 9
    assert examples.titles[0].startswith("Rank 1, trial ") and examples.titles[-1].startswith("Rank 39, trial ")
    assert examples.frame().height == 9 * 6 * 20


def test_a_learning_curve_has_what_was_held_out_under_the_names_that_trials_keep() -> None:
    epochs = [
        {"fold": 0.0, "epoch": float(number), "train_loss": 0.5 / number, "train_auroc18": 0.6 + 0.1 * number,
         "validation_loss": 0.7 / number, "validation_auroc18": 0.5 + 0.1 * number}
        for number in (1, 2, 3)
    ]  # fmt: skip
    trial = replace(a_regime_1().trials[0], history=tuple(epochs))
    for what in WHATS:
        curves = TrialCurves("x", "", what, (trial,), ("only",), columns=1)
        held_out = [one[f"validation_{what}"] for one in epochs]
        assert curves.frame()[f"validation_{what}"].to_list() == held_out
        lines = {line.get_label(): line for line in curves.plot().axes[0].lines}
        assert np.asarray(lines["held out"].get_ydata()).tolist() == held_out
        assert np.asarray(lines["learned from"].get_ydata()).tolist() == [one[f"train_{what}"] for one in epochs]


def test_every_panel_of_a_page_has_a_held_out_curve() -> None:
    for material in (a_regime_1(), a_regime_2(), a_mixed()):
        section = curves_section(Standing(material))
        assert section is not None
        for figure in figures_in(section.blocks):
            assert isinstance(figure, TrialCurves)
            panels = [axes for axes in figure.plot().axes if axes.lines]
            assert len(panels) == len(figure.trials)
            assert all("held out" in [line.get_label() for line in axes.lines] for axes in panels)


def test_stages_of_one_training_follow_one_another() -> None:
    history = tuple(
        {"fold": fold, "epoch": epoch, "train_loss": 1.0, "validation_loss": loss}
        for fold in (0.0, 1.0)
        for epoch, loss in ((1.0, 0.9), (2.0, float("nan")), (1.0, 0.6), (2.0, 0.5))
    )
    assert lines_of(history, "validation_loss") == [[(1.0, 0.9), (3.0, 0.6), (4.0, 0.5)]] * 2


def test_patients_who_ended_a_training_are_not_called_held_out() -> None:
    pair = replace(a_mixed(), settings={"family": "pair"})
    section = curves_section(Standing(pair))
    assert section is not None and "kept to end the training" in section.how
    examples = next(iter(figures_in(section.blocks)))
    assert isinstance(examples, TrialCurves)
    labels = [line.get_label() for line in examples.plot().axes[0].lines]
    assert "kept to end training" in labels and "held out" not in labels


def test_what_pruning_left_out_is_said_where_scores_and_importance_are_shown() -> None:
    section = landscape_section(Standing(a_mixed()))
    assert section is not None and "Pruned trials" in section.how
    bars = figures_of(a_mixed())["importance"]
    assert isinstance(bars, ImportanceBars) and "It saw only completed trials" in bars.caption
    whole = landscape_section(Standing(a_regime_1()))
    assert whole is not None and "Pruned" not in whole.how
    bars = figures_of(a_regime_1())["importance"]
    assert isinstance(bars, ImportanceBars) and "It saw only" not in bars.caption


def test_a_panel_has_faint_folds_and_bold_means() -> None:
    trial = a_regime_1().trials[0]
    figure = TrialCurves("x", "", "auroc18", (trial,), ("only",), columns=1).plot()
    lines = figure.axes[0].lines
    assert sorted(line.get_linewidth() for line in lines) == [0.7] * 12 + [2] * 2
    bold = next(line for line in lines if line.get_label() == "held out")
    last = [one["validation_auroc18"] for one in trial.history if one["epoch"] == 20]
    assert np.asarray(bold.get_ydata())[-1] == pytest.approx(np.mean(last))


def test_a_mean_ends_with_the_shortest_fold_and_what_is_not_finite_is_left_out() -> None:
    assert mean_line([[(1.0, 0.2), (2.0, 0.4)], [(1.0, 0.4)]]) == [(1, 0.30000000000000004)]
    history = (
        {"fold": 0.0, "epoch": 1.0, "validation_loss": 0.4},
        {"fold": 0.0, "epoch": 2.0, "validation_loss": float("nan")},
    )
    trial = replace(a_regime_1().trials[0], history=history)
    section = curves_section(Standing(replace(a_regime_1(), trials=(trial,))))
    assert section is not None
    assert [one.name for one in figures_in(section.blocks)] == ["curves", "best-loss"]
    assert curves_section(Standing(replace(a_regime_1(), trials=(replace(trial, history=()),)))) is None


def test_axes_say_what_they_are() -> None:
    rate, epsilon = REGIME_2
    assert is_numeric(rate) and is_log(rate) and not is_log(Axis("size", choices=(128, 224, 299)))
    assert not is_numeric(Axis("flip", choices=(True, False)))
    assert levels(epsilon, a_regime_2().trials)[0] == 1e-8
    pooling = a_mixed().axes[-1]
    assert set(places_of(pooling, a_mixed().trials)) == {0.0, 1.0}
    assert axis_label(Axis("batch", 2.0, 64.0), {}) == "Batch size (films)"
    assert axis_label(Axis("batch", 2.0, 64.0), {"family": "pair"}) == "Batch size (examinations)"
    assert [value_text(one) for one in (1600, 0.2, 1e-7, 3.214e-4, True, "max", None)] == [
        "1,600", "0.2", "1e-7", "3.21e-4", "yes", "max", "–",
    ]  # fmt: skip


def test_a_few_very_bad_trials_do_not_take_the_whole_colour_scale() -> None:
    good = list(np.linspace(0.78, 0.80, 19))
    assert color_limits(good) == (0.78, 0.80, False)
    low, high, below = color_limits([0.5, *good])
    assert below and low > 0.77 and high == 0.80
    assert color_limits([0.5, 0.5]) == (0.49, 0.51, False)
