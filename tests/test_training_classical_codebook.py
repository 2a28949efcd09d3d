"""A bag of descriptors counts the nearest words."""

import numpy as np
import pytest

from radunion.errors import TrainingError
from radunion.training.classical import haar
from radunion.training.classical.codebook import fit_codebook


def test_a_bag_counts_the_nearest_words_and_nothing_for_a_film_without_descriptors() -> None:
    descriptors = np.full((3, 4 * haar.DESCRIPTOR), np.nan, dtype=np.float32)
    axes = np.eye(haar.DESCRIPTOR, dtype=np.float32)
    descriptors[0] = np.concatenate([axes[0], axes[0], axes[0], axes[1]])
    descriptors[1, : haar.DESCRIPTOR] = 7 * axes[1]
    book = fit_codebook(descriptors, seed=0)
    bags = book.histogram(descriptors) ** 2
    assert sorted(bags[0].tolist()) == [0.25, 0.75]
    assert sorted(bags[1].tolist()) == [0.0, 1.0]
    assert not bags[2].any()
    with pytest.raises(TrainingError, match="SIFT keypoints, found none"):
        fit_codebook(descriptors[2:], seed=0)
