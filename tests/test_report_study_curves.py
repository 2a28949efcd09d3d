"""Learning curves: faint folds, a bold mean that ends with the shortest of them."""

import numpy as np
import pytest
from tests.test_report_study_samples import a_material

from radunion.report.study.curves import LearningPanel


def test_learning_panel_draws_a_faint_line_a_fold_and_a_bold_mean() -> None:
    material = a_material()
    records = tuple(one for one in material.history if one.protocol == "thesis-1")
    lines = LearningPanel("x", "", "thesis-1", "loss", records).plot().axes[0].lines
    assert sorted(line.get_linewidth() for line in lines) == [0.7] * 6 + [2] * 2
    bold = next(line for line in lines if line.get_label() == "held out")
    last = [one.held_loss for one in records if one.epoch == 30]
    assert np.asarray(bold.get_ydata())[-1] == pytest.approx(np.mean([one for one in last if one is not None]))


def test_mean_curve_ends_where_the_shortest_fold_ends() -> None:
    records = tuple(
        one for one in a_material().history if one.protocol == "thesis-1" and (one.fold, one.epoch) < (3, 11)
    )
    lines = LearningPanel("x", "", "thesis-1", "loss", records).plot().axes[0].lines
    assert [len(np.asarray(line.get_xdata())) for line in lines if line.get_linewidth() == 2] == [10, 10]
