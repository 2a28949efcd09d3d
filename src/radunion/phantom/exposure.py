"""From attenuation to the stored film: scatter, detector blur, quantum noise, the vendor's display. 0 to 1."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32


@dataclass(frozen=True)
class Exposure:
    """One film's physics and display."""

    scatter: float  # scattered light relative to the local mean of the primary
    photons: float  # a pixel in air, sets the noise
    blur: float  # pixels
    sharpen: float  # the vendor's edge enhancement
    gamma: float  # of the display curve
    air: float  # display value of the collimated background
    texture: float  # strength of the trabecular pattern
    seed: int


def sample_exposure(random: np.random.Generator) -> Exposure:
    """Draw one film's exposure."""
    return Exposure(
        scatter=float(random.uniform(0.08, 0.35)),
        photons=float(np.exp(random.uniform(np.log(2e3), np.log(2e4)))),
        blur=float(random.uniform(0.3, 0.8)),
        sharpen=float(random.uniform(0.3, 1.4)),
        gamma=float(random.uniform(0.8, 1.35)),
        air=float(random.uniform(0.0, 0.16)),
        texture=float(random.uniform(0.01, 0.035)),
        seed=int(random.integers(2**31)),
    )


def expose(attenuation: Float32[np.ndarray, "h w"], exposure: Exposure) -> Float32[np.ndarray, "h w"]:
    """Turn mu times path into a displayed film, bright = dense."""
    from scipy.ndimage import gaussian_filter

    random = np.random.default_rng(exposure.seed)
    shape = attenuation.shape
    texture = gaussian_filter(random.standard_normal(shape, dtype=np.float32), 1.2)
    primary = np.exp(-attenuation * (1 + np.float32(exposure.texture * 3) * texture))
    light = primary + np.float32(exposure.scatter) * _broad(primary) * np.float32(0.35)
    light = gaussian_filter(light, exposure.blur)
    grain = random.standard_normal(shape, dtype=np.float32)
    light += np.sqrt(np.clip(light, 0, None) / np.float32(exposure.photons)) * grain
    signal = -np.log(np.clip(light, 1e-3, None))
    signal += np.float32(0.5 * exposure.sharpen) * (signal - gaussian_filter(signal, 2.0))
    signal += np.float32(0.5 * exposure.sharpen) * (signal - _broad(signal)) * np.float32(0.3)
    return _display(signal, exposure)


def _display(signal: np.ndarray, exposure: Exposure) -> Float32[np.ndarray, "h w"]:
    sample = signal[::8, ::8]
    low, high = np.percentile(sample, (4, 99.4))
    scaled = np.clip((signal - low) / max(float(high - low), 1e-3), 0, 1.08)
    curve = scaled ** np.float32(exposure.gamma)
    return np.clip(exposure.air + (1 - exposure.air) * curve, 0, 1).astype(np.float32)


def _broad(image: np.ndarray) -> np.ndarray:
    """Return a wide blur, made on an eighth of the size."""
    from PIL import Image
    from scipy.ndimage import gaussian_filter

    height, width = image.shape
    small = Image.fromarray(image).resize((max(width // 8, 1), max(height // 8, 1)), Image.Resampling.BOX)
    blurred = gaussian_filter(np.asarray(small), 4.0)
    return np.asarray(Image.fromarray(blurred).resize((width, height), Image.Resampling.BILINEAR))
