"""Clouds: noise whose power falls with frequency, as in photographs of nature."""

import numpy as np
from jaxtyping import Float, Float32

from radunion.phantom.draws import chance, uniform


def cloud(
    random: np.random.Generator, shape: tuple[int, int], steepness: float | None = None
) -> Float32[np.ndarray, "h w"]:
    """Draw a cloud from 0 to 1; its amplitude falls with frequency to a power, drawn unless it is given."""
    steepness = uniform(random, 0.3, 3.0) if steepness is None else steepness
    frequency = _frequencies(random, shape)
    waves = (
        random.standard_normal(frequency.shape) + 1j * random.standard_normal(frequency.shape)
    ) * frequency**-steepness
    waves[0, 0] = 0
    values = np.fft.irfft2(waves, shape)
    return stretched(np.clip((values - values.mean()) / values.std(), -2.5, 2.5))


def stretched(values: Float[np.ndarray, "h w"], low: float = 0.0, high: float = 1.0) -> Float32[np.ndarray, "h w"]:
    """Stretch a picture's values to a range."""
    darkest, brightest = values.min(), values.max()
    return (low + (high - low) * (values - darkest) / max(brightest - darkest, 1e-6)).astype(np.float32)


def _frequencies(random: np.random.Generator, shape: tuple[int, int]) -> Float[np.ndarray, "h k"]:
    height, width = shape
    streaks = uniform(random, 0.5, 2.0) if chance(random, 0.4) else 1.0
    down, across = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    frequency = np.sqrt(down**2 * streaks + across**2 / streaks)
    frequency[0, 0] = 1
    return frequency
