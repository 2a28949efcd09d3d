"""Hand-made statistics of a crop in [0, 1], each with a name: what they tell apart says what to make better."""

import numpy as np
from jaxtyping import Float, Float32
from scipy.ndimage import gaussian_filter, laplace, sobel, uniform_filter
from scipy.stats import kurtosis, skew

BANDS = 8
_QUANTILES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
Pixels = Float32[np.ndarray, "h w"]


def statistics(crop: Pixels) -> dict[str, float]:
    """Return all statistics by name."""
    return {**_histogram(crop), **_gradients(crop), **_noise(crop), **_spectrum(crop)}


def radial_power(patch: Pixels, *, bands: int = BANDS) -> Float[np.ndarray, " bands"]:
    """Return log10 of the power by spatial frequency, from 0 to half a cycle a pixel, in bands of equal width."""
    window = np.outer(np.hanning(patch.shape[0]), np.hanning(patch.shape[1]))
    power = np.abs(np.fft.fft2((patch - patch.mean()) * window)) ** 2 / (window**2).sum()
    band = np.minimum((_frequency(patch.shape) * 2 * bands).astype(int), bands)
    total = np.bincount(band.ravel(), power.ravel(), minlength=bands + 1)[:bands]
    count = np.bincount(band.ravel(), minlength=bands + 1)[:bands]
    return np.log10(total / np.maximum(count, 1) + 1e-9)


def _histogram(crop: Pixels) -> dict[str, float]:
    levels = {f"grey, quantile {share:g}": value for share, value in zip(_QUANTILES, _quantiles(crop), strict=True)}
    return {
        **levels,
        "grey, spread": float(crop.std()),
        "grey, skewness": float(skew(crop, axis=None)),
        "grey, share at the black end": float((crop <= 0.002).mean()),
        "grey, share at the white end": float((crop >= 0.998).mean()),
    }


def _gradients(crop: Pixels) -> dict[str, float]:
    across, along = sobel(crop, 1) / 8, sobel(crop, 0) / 8
    size = np.hypot(across, along)
    low, middle, high, top = np.quantile(size, (0.1, 0.5, 0.9, 0.99))
    return {
        "gradient, quantile 0.1": float(low),
        "gradient, median": float(middle),
        "gradient, quantile 0.9": float(high),
        "gradient, quantile 0.99": float(top),
        "gradient, sharp over median": float(top / (middle + 1e-4)),
        "gradient, across over along the shaft": float(np.abs(across).mean() / (np.abs(along).mean() + 1e-5)),
        "curvature, kurtosis": float(kurtosis(laplace(crop), axis=None)),
    }


def _noise(crop: Pixels) -> dict[str, float]:
    """Tell the fine texture apart from shape: what a blur of 1.5 pixels takes away, where little else changes."""
    fine = crop - gaussian_filter(crop, 1.5)
    local = np.sqrt(np.maximum(uniform_filter(fine**2, 9), 0))
    flat, busy = np.quantile(local, (0.1, 0.9))
    bright = crop > np.median(crop)
    return {
        "fine texture, flattest tenth": float(flat),
        "fine texture, busiest tenth": float(busy),
        "fine texture, bright over dark": float((local[bright].mean() + 1e-4) / (local[~bright].mean() + 1e-4)),
        "fine texture, likeness of neighbours": _likeness(fine),
    }


def _spectrum(crop: Pixels) -> dict[str, float]:
    power = radial_power(crop)
    shares = {f"power, {band / (2 * BANDS):.2f} cycles/pixel and up": float(power[band]) for band in range(1, BANDS)}
    return {**shares, "power, slope": float(power[-1] - power[1])}


def _likeness(fine: Pixels) -> float:
    right, down = (fine[:, 1:] * fine[:, :-1]).mean(), (fine[1:] * fine[:-1]).mean()
    return float((right + down) / 2 / ((fine**2).mean() + 1e-9))


def _quantiles(crop: Pixels) -> list[float]:
    return [float(value) for value in np.quantile(crop, _QUANTILES)]


def _frequency(shape: tuple[int, ...]) -> Float[np.ndarray, "h w"]:
    return np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.fftfreq(shape[1])[None])
