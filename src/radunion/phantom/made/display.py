"""From attenuation to the grey values that a viewer shows: scatter, the vendor's sharpening, the display's curve."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import uniform

_SAMPLE = 3  # every so many pixels tell the window
_DIMMEST = 1e-3  # of the light in air that still counts


@dataclass(frozen=True)
class Display:
    """How one sheet's light becomes grey values."""

    scatter: float  # relative to the primary light around
    crispness: float  # strength of the fine sharpening
    flatness: float  # strength of the broad one
    low: float  # percentile of the signal shown black
    high: float  # percentile shown white
    gamma: float
    air: float  # grey of what is black otherwise


def sample_display(random: np.random.Generator) -> Display:
    """Draw one sheet's display."""
    return Display(
        scatter=uniform(random, 0.03, 0.12),
        crispness=uniform(random, 0.0, 0.7),
        flatness=uniform(random, 0.0, 0.5),
        low=uniform(random, 0.5, 4.0),
        high=uniform(random, 98.5, 99.9),
        gamma=uniform(random, 0.6, 1.7),
        air=uniform(random, 0.0, 0.2),
    )


def show(attenuation: Float32[np.ndarray, "h w"], display: Display) -> Float32[np.ndarray, "h w"]:
    """Return the grey values from 0 to 1, bright = dense."""
    signal = _sharpened(_signal(attenuation, display), display)
    low, high = np.percentile(signal[::_SAMPLE, ::_SAMPLE], (display.low, display.high))
    grey = np.clip((signal - low) / max(high - low, 1e-3), 0, 1.1) ** np.float32(display.gamma)
    return np.clip(display.air + (1 - display.air) * grey, 0, 1).astype(np.float32)


def _signal(attenuation: Float32[np.ndarray, "h w"], display: Display) -> Float32[np.ndarray, "h w"]:
    from scipy.ndimage import gaussian_filter

    primary = np.exp(-attenuation)
    light = primary + np.float32(display.scatter) * gaussian_filter(primary, len(primary) / 14)
    return -np.log(np.maximum(light, _DIMMEST))


def _sharpened(signal: Float32[np.ndarray, "h w"], display: Display) -> Float32[np.ndarray, "h w"]:
    from scipy.ndimage import gaussian_filter

    fine = signal - gaussian_filter(signal, 1.2)
    broad = signal - gaussian_filter(signal, len(signal) / 20)
    return signal + np.float32(display.crispness) * fine + np.float32(display.flatness) * broad
