"""The quick AUROC is the one that evaluation defines."""

import numpy as np
import pytest

from radunion.evaluation.discrimination import macro_auroc
from radunion.training.films.many_area import macro_area


@pytest.mark.parametrize("levels", [3, 1000])
def test_it_is_the_macro_auroc_with_ties_and_columns_of_one_class(levels: int) -> None:
    random = np.random.default_rng(levels)
    scores = random.integers(levels, size=(50, 18)).astype(np.float32)
    positive = random.random((50, 18)) < 0.3
    positive[:, 4], positive[:, 7] = True, False
    assert macro_area(scores, positive) == pytest.approx(macro_auroc(scores, positive, np.ones((1, 50)))[0], abs=1e-12)


def test_nothing_to_tell_apart_is_not_a_number() -> None:
    assert np.isnan(macro_area(np.zeros((5, 2), dtype=np.float32), np.ones((5, 2), dtype=bool)))
