"""A bag of descriptors: each film as a histogram over typical descriptors of the training films."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from radunion.errors import TrainingError
from radunion.training.classical.haar import DESCRIPTOR

_WORDS = 32
_MOST = 12_000
"""Descriptors that the words are found among; more cost time and change little."""


@dataclass(frozen=True)
class Codebook:
    """Typical descriptors, each of unit length."""

    words: Float32[np.ndarray, "words 128"]

    def histogram(self, descriptors: Float32[np.ndarray, "m d"]) -> Float32[np.ndarray, "m words"]:
        """Return the root of each word's share in a film; zero for a film without descriptors."""
        found = np.zeros((len(descriptors), len(self.words)), dtype=np.float32)
        for row, film in enumerate(descriptors):
            own = _unit(film)
            if len(own):
                nearest = (own @ self.words.T).argmax(axis=1)
                found[row] = np.sqrt(np.bincount(nearest, minlength=len(self.words)) / len(own))
        return found


def fit_codebook(descriptors: Float32[np.ndarray, "m d"], *, seed: int) -> Codebook:
    """Find the words by k-means among the descriptors of the training films, and of no others.

    Raises TrainingError when the films have no descriptor at all.
    """
    from sklearn.cluster import KMeans

    every = _unit(descriptors.ravel())
    if not len(every):
        raise TrainingError("a codebook needs films with SIFT keypoints, found none; are the films blank?")
    if len(every) > _MOST:
        every = every[np.sort(np.random.default_rng(seed).permutation(len(every))[:_MOST])]
    words = min(_WORDS, len(np.unique(every, axis=0)))
    centres = KMeans(words, n_init=1, max_iter=40, random_state=seed).fit(every).cluster_centers_
    return Codebook((centres / np.linalg.norm(centres, axis=1, keepdims=True)).astype(np.float32))


def _unit(flat: Float[np.ndarray, " d"]) -> Float32[np.ndarray, "n 128"]:
    """Return the descriptors that are there, at unit length."""
    rows = flat.reshape(-1, DESCRIPTOR)
    there = rows[~np.isnan(rows[:, 0])]
    return (there / np.maximum(np.linalg.norm(there, axis=1, keepdims=True), 1e-6)).astype(np.float32)
