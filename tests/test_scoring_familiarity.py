"""How far films are from those of training."""

import numpy as np
import pytest
from safetensors.numpy import load, save

from radunion.scoring import FamiliarityReference, fit_reference, threshold_of


def features(n: int, *, seed: int, scale: float = 1.0) -> np.ndarray:
    """Return features that differ along 5 of 40 directions, and a little along the rest."""
    random = np.random.default_rng(seed)
    directions = np.random.default_rng(99).normal(size=(5, 40))
    return 3 + scale * random.normal(size=(n, 5)) @ directions + 0.1 * random.normal(size=(n, 40))


def test_training_films_are_about_1_away() -> None:
    reference = fit_reference(features(400, seed=0))
    assert np.sqrt(np.square(reference.distance(features(400, seed=0))).mean()) == pytest.approx(1.0, abs=0.02)
    assert np.median(reference.distance(features(400, seed=1))) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("strange", ["along", "beside"])
def test_strange_films_are_far_either_way(strange: str) -> None:
    reference = fit_reference(features(400, seed=0), components=5)
    held_out = threshold_of(reference.distance(features(400, seed=1)), quantile=0.99)
    ordinary = features(100, seed=2)
    odd = features(100, seed=2, scale=8.0) if strange == "along" else ordinary + np.linspace(-1, 1, 40)
    assert (reference.distance(odd) > held_out).mean() > 0.9
    assert (reference.distance(ordinary) > held_out).mean() < 0.1


def test_one_film_has_the_distance_that_it_has_among_others() -> None:
    reference = fit_reference(features(100, seed=0))
    films = features(7, seed=3)
    alone = np.concatenate([reference.distance(films[row : row + 1]) for row in range(7)])
    assert np.allclose(alone, reference.distance(films))


def test_bytes_round_trip() -> None:
    reference = fit_reference(features(100, seed=0))
    again = FamiliarityReference.from_bytes(reference.to_bytes())
    assert np.array_equal(again.distance(features(5, seed=1)), reference.distance(features(5, seed=1)))
    assert reference.to_bytes() == again.to_bytes()


def test_features_without_spread_stay_finite() -> None:
    reference = fit_reference(np.ones((10, 4)))
    assert np.isfinite(reference.distance(np.ones((2, 4)) * 2)).all()


@pytest.mark.parametrize("content", [b"", b"nonsense", fit_reference(features(20, seed=0)).to_bytes()[:-4]])
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a safetensors file"):
        FamiliarityReference.from_bytes(content)


@pytest.mark.parametrize(
    ("name", "tensor", "message"),
    [
        ("mean", np.zeros(3, dtype=np.float32), "do not fit one another"),
        ("mean", np.zeros(40, dtype=np.float64), "finite float32"),
        ("basis", np.full((40, 2), np.nan, dtype=np.float32), "finite float32"),
        ("scale", np.zeros(2, dtype=np.float32), "above 0"),
        ("residual", np.zeros(1, dtype=np.float32), "above 0"),
        ("other", np.zeros(1, dtype=np.float32), "mean, basis, scale and residual, found basis, mean, other"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(name: str, tensor: np.ndarray, message: str) -> None:
    tensors = load(fit_reference(features(20, seed=0)).to_bytes())
    with pytest.raises(ValueError, match=message):
        FamiliarityReference.from_bytes(save({**tensors, name: tensor}))


def test_too_few_films_are_refused() -> None:
    with pytest.raises(ValueError, match="at least two films"):
        fit_reference(np.ones((1, 4)))
    with pytest.raises(ValueError, match="at least one held-out film"):
        threshold_of(np.array([]), quantile=0.99)
