"""How a film was kept before it came to us: size, bits, JPEG. Grey in, grey out."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import Range, chance, within
from radunion.phantom.exposure.scaled import resized


@dataclass(frozen=True)
class StoredRanges:
    """Between which bounds archives differ."""

    shrunk: float = 0.3  # share of films kept smaller than the detector's
    factor: Range = (0.68, 0.97)
    bits: tuple[int, ...] = (8, 8, 10, 12, 12)
    jpeg: float = 0.45  # share of 8-bit films that went through JPEG
    quality: tuple[int, int] = (60, 96)


@dataclass(frozen=True)
class Stored:
    """How one film was kept."""

    factor: float  # of the size, 1 = untouched
    bits: int
    quality: int | None  # of JPEG


def sample_stored(random: np.random.Generator, ranges: StoredRanges) -> Stored:
    """Draw how one film was kept."""
    bits = int(random.choice(ranges.bits))
    quality = int(random.integers(*ranges.quality)) if bits == 8 and chance(random, ranges.jpeg) else None
    return Stored(within(random, ranges.factor) if chance(random, ranges.shrunk) else 1.0, bits, quality)


def kept(film: Float32[np.ndarray, "h w"], stored: Stored) -> Float32[np.ndarray, "h w"]:
    """Return a film as it comes back from the archive, at its own size, in [0, 1]."""
    height, width = film.shape
    if stored.factor < 1:
        film = resized(film, max(round(height * stored.factor), 1), max(round(width * stored.factor), 1))
    top = np.float32(2**stored.bits - 1)
    whole = np.round(np.clip(film, 0, 1) * top)
    film = (_through_jpeg(whole, stored.quality) if stored.quality else whole) / top
    return np.clip(resized(film, height, width), 0, 1) if stored.factor < 1 else film


def _through_jpeg(whole: Float32[np.ndarray, "h w"], quality: int) -> Float32[np.ndarray, "h w"]:
    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(whole.astype(np.uint8)).save(buffer, format="jpeg", quality=quality)
    return np.asarray(Image.open(buffer), dtype=np.float32)
