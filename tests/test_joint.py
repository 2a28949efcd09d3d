from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radunion.joint import TOTAL_SCORES, JointLevels, concatenate, median_score, smallest_interval
from radunion.scale import SCALES, UNION_RULES, Scale, score_of


def random_joint(*, n: int = 3, k: int = 2, seed: int = 0) -> JointLevels:
    random = np.random.default_rng(seed)
    return JointLevels(
        random.dirichlet(np.ones(k), size=n),
        random.dirichlet(np.ones(4), size=(n, k, 4)),
        random.uniform(size=(n, 4)),
    )


@pytest.mark.parametrize("scale", SCALES)
def test_totals_equal_summing_over_all_256_combinations(scale: Scale) -> None:
    joint = random_joint()
    expected = np.zeros((3, len(TOTAL_SCORES[scale])))
    for combination in product(range(4), repeat=4):
        mass = np.prod([joint.levels[:, :, cortex, level] for cortex, level in enumerate(combination)], axis=0)
        position = sum(score_of(level + 1, scale) for level in combination) - 4
        expected[:, position] += (joint.weights * mass).sum(axis=1)
    np.testing.assert_allclose(joint.totals(scale), expected, atol=1e-6)


def test_dependence_between_cortices_raises_the_chance_of_union() -> None:
    together = JointLevels(
        np.full((1, 2), 0.5), np.stack([np.tile(np.eye(4)[level], (4, 1)) for level in (0, 3)])[None], np.ones((1, 4))
    )
    apart = JointLevels(np.ones((1, 1)), together.margins()[:, None], np.ones((1, 4)))
    rule = UNION_RULES["mrust-13"]
    assert together.union(rule)[0] == pytest.approx(0.5)
    assert apart.union(rule)[0] == pytest.approx(5 / 16)


def test_unused_cortices_count_as_the_lowest_score() -> None:
    joint = random_joint(n=1)
    none = joint.totals("mrust", use=np.zeros((1, 4), dtype=bool))
    assert none[0, 0] == pytest.approx(1)


def test_selecting_and_joining_rows_round_trips() -> None:
    joint = random_joint()
    again = concatenate([joint[[0]], joint[[1, 2]]])
    np.testing.assert_array_equal(again.levels, joint.levels)


def test_median_is_the_first_score_to_reach_one_half() -> None:
    assert median_score(np.array([0.5, 0.5, 0.0]), 4) == 4
    assert median_score(np.array([0.4, 0.2, 0.4]), 4) == 5


def test_smallest_interval_is_contiguous_and_covers() -> None:
    assert smallest_interval(np.array([0.05, 0.5, 0.4, 0.05]), 0.9) == (1, 2)
    assert smallest_interval(np.array([0.45, 0.05, 0.05, 0.45]), 0.9) == (0, 3)
    assert smallest_interval(np.array([0.0, 1.0]), 0.9) == (1, 1)


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=13).filter(any),
    st.floats(0.05, 0.999),
)
def test_smallest_interval_is_the_first_and_most_probable_of_the_shortest(parts: list[int], coverage: float) -> None:
    distribution = np.array(parts) / sum(parts)
    first, last = smallest_interval(distribution, coverage)
    held = distribution[first : last + 1].sum()
    assert held >= coverage - 1e-8
    runs = [distribution[start : start + last - first + 1].sum() for start in range(len(parts) - (last - first))]
    assert held >= max(runs) - 1e-12
    shorter = [distribution[start : start + last - first].sum() for start in range(len(parts) - (last - first) + 1)]
    assert max(shorter) < coverage
