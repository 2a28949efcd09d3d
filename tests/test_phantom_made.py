"""Made-up films and pictures by kind and seed."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radunion.phantom.made import KINDS, Kind, made_film

SEEDS = range(6)


@cache
def film(kind: Kind, seed: int) -> np.ndarray:
    return made_film(kind, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_one_seed_gives_one_film_and_another_another(kind: Kind) -> None:
    np.testing.assert_array_equal(film(kind, 0), made_film(kind, 0))
    different = [seed for seed in SEEDS[1:] if not np.array_equal(film(kind, seed), film(kind, 0))]
    assert different == list(SEEDS[1:])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_leg_and_an_arm_of_one_seed_differ(seed: int) -> None:
    leg, arm = film("leg", seed), film("arm", seed)
    assert leg.shape != arm.shape or np.abs(leg - arm).mean() > 0.02


@settings(max_examples=30, deadline=None)
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32), longest=st.integers(32, 160))
def test_a_film_has_grey_values_from_0_to_1_and_the_longest_side_asked_for(kind: Kind, seed: int, longest: int) -> None:
    found = made_film(kind, seed, longest=longest)
    assert found.dtype == np.float32
    assert max(found.shape) == longest
    assert min(found.shape) >= round(0.6 * longest)
    assert np.isfinite(found).all()
    assert 0 <= found.min() <= found.max() <= 1


@pytest.mark.parametrize("kind", ["leg", "arm", "torso"])
def test_a_radiograph_shows_something_against_its_ground(kind: Kind) -> None:
    assert all(np.ptp(film(kind, seed)) > 0.5 for seed in SEEDS)


def test_a_larger_film_shows_the_same_leg() -> None:
    coarse, fine = film("leg", 3), made_film("leg", 3, longest=256)
    height, width = fine.shape[0] // 2 * 2, fine.shape[1] // 2 * 2
    halved = fine[:height, :width].reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    rows, columns = min(len(coarse), len(halved)), min(coarse.shape[1], halved.shape[1])
    correlation = np.corrcoef(coarse[:rows, :columns].ravel(), halved[:rows, :columns].ravel())[0, 1]
    assert correlation > 0.95


@pytest.mark.parametrize(
    ("kind", "mean", "spread"),
    [("leg", 0.1694, 0.1926), ("arm", 0.2179, 0.1566), ("torso", 0.4282, 0.2557), ("picture", 0.7454, 0.2399)],
)
def test_the_films_of_a_seed_stay_what_a_network_was_trained_on(kind: Kind, mean: float, spread: float) -> None:
    assert float(film(kind, 1).mean()) == pytest.approx(mean, abs=1e-3)
    assert float(film(kind, 1).std()) == pytest.approx(spread, abs=1e-3)
