"""The uneven surfaces and layers of a plaster, from its stored seed. Lengths in mm."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float32, Integer

from radunion.phantom.fixation.kinds import Plaster

_MM = np.float32(1.0)  # a cell of the texture along the leg
_SHAPE = (512, 256)  # cells along the leg and around it; both repeat
_TURN = np.float32(_SHAPE[1] / (2 * np.pi))
_WAVES = ((20.0, 1.0), (7.0, 0.45), (1.5, 0.12))  # mm, their length, and their share
_CLOUDS = ((13.0, 15.0, 0.8), (2.5, 11.0, 0.6), (0.8, 1.5, 0.7))  # cells along and around, and their share
_STRETCH = 512.0  # mm after which the waves repeat


@dataclass(frozen=True)
class Texture:
    """Thickness relative to the mean, and how the surfaces wave on the side of u > 0 and of u < 0."""

    layers: Float32[np.ndarray, "n m"]
    waves: Float32[np.ndarray, "2 2 n"]  # of the inner and the outer surface, on each side

    def thickness(
        self, z: Float32[np.ndarray, "..."], heading: Float32[np.ndarray, "..."]
    ) -> Float32[np.ndarray, "..."]:
        """Return the relative thickness at heights and headings (rad)."""
        return self.layers[_cell(z / _MM, _SHAPE[0]), _cell(heading * _TURN, _SHAPE[1])]

    def wave(self, surface: int, side: int, z: np.ndarray) -> np.ndarray:
        """Return by how many mm a surface stands out at some heights."""
        return np.interp(z, np.arange(_SHAPE[0]) * _MM, self.waves[surface, side], period=_STRETCH)


@lru_cache(maxsize=4)
def texture_of(plaster: Plaster) -> Texture:
    """Return the texture that a plaster keeps from film to film."""
    from scipy.ndimage import gaussian_filter1d

    random = np.random.default_rng(plaster.seed)
    layers = 1 + np.float32(plaster.weave) * (_folds(random) + _turns(random))
    waves = np.zeros((2, 2, _SHAPE[0]), np.float32)
    for length, share in _WAVES:
        one = gaussian_filter1d(random.standard_normal(waves.shape, dtype=np.float32), length, axis=2, mode="wrap")
        waves += np.float32(share * plaster.wave) * one / one.std()
    waves[1] = 0.7 * waves[0] + 0.3 * waves[1]
    return Texture(np.maximum(layers, 0.2).astype(np.float32), waves.astype(np.float32))


def _folds(random: np.random.Generator) -> Float32[np.ndarray, "n m"]:
    """Return mottle: broad clouds, streaks across the leg, and a fine grain, as one noise shaped by its spectrum."""
    from scipy.fft import fftfreq, irfft2, rfft2, rfftfreq

    up, around = np.square(fftfreq(_SHAPE[0]))[:, None], np.square(rfftfreq(_SHAPE[1]))[None]
    power = np.zeros((_SHAPE[0], _SHAPE[1] // 2 + 1))
    for along, across, share in _CLOUDS:
        shape = np.exp(-4 * np.pi**2 * (along**2 * up + across**2 * around))
        power += share**2 * shape / shape.mean()
    white = random.standard_normal(_SHAPE, dtype=np.float32)
    return irfft2(rfft2(white) * np.sqrt(power).astype(np.float32), s=_SHAPE).astype(np.float32)


def _turns(random: np.random.Generator) -> Float32[np.ndarray, "n m"]:
    """Return the turns of the bandage: steps that wind up the leg, thicker where two lie upon each other."""
    up, around = (np.linspace(0, 1, size, endpoint=False, dtype=np.float32) for size in _SHAPE)
    place = up[:, None] * np.float32(random.integers(5, 10)) + around * np.float32(random.choice([-1, 1]))
    bend = np.float32(0.1) * np.sin(2 * np.pi * (around + np.float32(random.random())))
    step = np.clip(np.sin(2 * np.pi * (place + bend)) * 6, -1, 1)
    return step.astype(np.float32) * np.float32(1.1)


def _cell(place: Float32[np.ndarray, "..."], size: int) -> Integer[np.ndarray, "..."]:
    return place.astype(np.int32) & (size - 1)
