"""A contact sheet: real films above simulated ones, at one scale."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float32
from PIL import Image, ImageDraw

from benchmarks.realism_crops import Looked
from radunion import NOTICE

_MARGIN, _TITLE, _COLUMNS = 6, 22, 9
_PALE, _INK = 235, 0
Pixels = Float32[np.ndarray, "h w"]
_PARTS: tuple[tuple[str, Callable[[Looked], Pixels], float], ...] = (
    ("whole films", lambda one: one.whole, 0.5),
    ("strips along the shaft", lambda one: one.strip, 0.75),
    ("crops, twice as large", lambda one: one.crops[0], 2.0),
)


def contact_sheet(path: Path, real: Sequence[Looked], simulated: Sequence[Looked], *, seed: int) -> Path:
    """Write a PNG of drawn films: whole, along the shaft and from near, a row of real over a row of simulated ones."""
    random = np.random.default_rng(seed)
    sources = [("real", _drawn(real, random)), ("SIMULATED", _drawn(simulated, random))]
    rows = [
        (f"{name}: {part}", [_scaled(take(one), larger) for one in films])
        for part, take, larger in _PARTS
        for name, films in sources
    ]
    _sheet(rows).save(path)
    return path


def _drawn(films: Sequence[Looked], random: np.random.Generator) -> list[Looked]:
    fit = [one for one in films if one.crops]
    return [fit[place] for place in random.permutation(len(fit))[:_COLUMNS]]


def _scaled(pixels: Pixels, larger: float) -> Image.Image:
    height, width = (round(side * larger) for side in pixels.shape)
    picture = Image.fromarray(np.round(255 * np.clip(pixels, 0, 1)).astype(np.uint8))
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def _sheet(rows: list[tuple[str, list[Image.Image]]]) -> Image.Image:
    width = max(sum(one.width + _MARGIN for one in row) for _, row in rows) + _MARGIN
    heights = [_TITLE + max(one.height for one in row) + _MARGIN for _, row in rows]
    sheet = Image.new("L", (width, sum(heights) + _TITLE), _PALE)
    pen = ImageDraw.Draw(sheet)
    pen.text((_MARGIN, 5), f"Real films beside simulated ones; {NOTICE}", fill=_INK)
    top = _TITLE
    for (title, row), height in zip(rows, heights, strict=True):
        pen.text((_MARGIN, top + 5), title, fill=_INK)
        left = _MARGIN
        for one in row:
            sheet.paste(one, (left, top + _TITLE))
            left += one.width + _MARGIN
        top += height
    return sheet
