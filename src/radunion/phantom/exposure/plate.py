"""The image plate: blur, quantum noise, the reader's streaks, dust. Light in, light out."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import Range, by_factor, chance, rough, seed, within

_DIMMEST = 5e-4  # light below which a reader sees nothing
_WEAK = 0.4  # of the streaks, the lines across them
_SCALES = ((3.0, 0.45), (14.0, 0.6), (60.0, 0.7))  # pixels, weight


@dataclass(frozen=True)
class PlateRanges:
    """Between which bounds plates differ; streaks, dust and dose were set by eye on the development films."""

    blur: Range = (0.15, 0.65)
    dose: Range = (1.2e4, 1e6)
    streaks: Range = (0.002, 0.022)
    streaked: float = 0.7
    lying: float = 0.1  # share of plates whose streaks run across the film
    dusty: float = 0.5
    specks: tuple[int, int] = (3, 40)


@dataclass(frozen=True)
class Plate:
    """One exposure's plate."""

    blur: float  # pixels
    dose: float  # quanta a pixel in air
    streaks: float  # spread of the log gain between columns
    lying: bool  # streaks run across, not along
    specks: int
    seed: int


def sample_plate(random: np.random.Generator, ranges: PlateRanges) -> Plate:
    """Draw one exposure's plate."""
    return Plate(
        blur=within(random, ranges.blur),
        dose=by_factor(random, ranges.dose),
        streaks=within(random, ranges.streaks) if chance(random, ranges.streaked) else 0.0,
        lying=chance(random, ranges.lying),
        specks=int(random.integers(*ranges.specks)) if chance(random, ranges.dusty) else 0,
        seed=seed(random),
    )


def read_out(light: Float32[np.ndarray, "h w"], plate: Plate) -> Float32[np.ndarray, "h w"]:
    """Return the signal that the reader makes of light: its negative logarithm, 0 in air."""
    from scipy.ndimage import gaussian_filter

    random = np.random.default_rng(plate.seed)
    seen = gaussian_filter(light, plate.blur, truncate=3.0)
    grain = random.standard_normal(light.shape, dtype=np.float32)
    seen += np.sqrt(seen / np.float32(plate.dose)) * grain
    signal = -np.log(np.maximum(seen, np.float32(_DIMMEST)))
    if plate.streaks:
        signal += np.float32(plate.streaks) * _streaks(random, light.shape, lying=plate.lying)
        signal += np.float32(_WEAK * plate.streaks) * _streaks(random, light.shape, lying=not plate.lying)
    if plate.specks:
        _sprinkle(signal, random, plate.specks)
    return signal


def _streaks(random: np.random.Generator, shape: tuple[int, ...], *, lying: bool) -> Float32[np.ndarray, "..."]:
    count = shape[0] if lying else shape[1]
    line = np.sum([np.float32(weight) * rough(random, count, scale) for scale, weight in _SCALES], axis=0)
    return line[:, None] if lying else line[None]


def _sprinkle(signal: Float32[np.ndarray, "h w"], random: np.random.Generator, count: int) -> None:
    """Lay specks and short scratches on the plate; each hides some of the light."""
    height, width = signal.shape
    for _ in range(count):
        row, column = int(random.integers(height)), int(random.integers(width))
        long = int(random.integers(2, 14)) if chance(random, 0.3) else 1
        slope = float(random.normal(0, 0.25))
        rows = np.arange(row, min(row + long, height))
        columns = np.clip(np.round(column + slope * (rows - row)), 0, width - 1).astype(int)
        signal[rows, columns] += np.float32(by_factor(random, (0.08, 1.2)))
