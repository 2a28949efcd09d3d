"""Letters as coverage from 0 to 1, by the font that comes with Pillow."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float32

_LEAST = 5  # pixels of a letter's height


@lru_cache(maxsize=256)
def lettered(text: str, height: int) -> Float32[np.ndarray, "h w"]:
    """Return one line of text, trimmed, about `height` pixels high."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(max(round(height * 1.35), _LEAST))
    left, top, right, bottom = font.getbbox(text)
    sheet = Image.new("L", (max(round(right - left), 1), max(round(bottom - top), 1)))
    ImageDraw.Draw(sheet).text((-left, -top), text, fill=255, font=font)
    image = np.asarray(sheet, dtype=np.float32) / 255
    image.setflags(write=False)
    return image


def stacked(lines: tuple[str, ...], height: int) -> Float32[np.ndarray, "h w"]:
    """Return lines of text below each other, each centred; the first is the largest."""
    images = [lettered(line, height if number == 0 else max(height * 2 // 3, 5)) for number, line in enumerate(lines)]
    gap, width = max(height // 3, 2), max(image.shape[1] for image in images)
    sheet = np.zeros((sum(image.shape[0] for image in images) + gap * (len(images) - 1), width), np.float32)
    top = 0
    for image in images:
        left = (width - image.shape[1]) // 2
        sheet[top : top + image.shape[0], left : left + image.shape[1]] = image
        top += image.shape[0] + gap
    return sheet


def turned(cover: Float32[np.ndarray, "_ _"], angle: float) -> Float32[np.ndarray, "_ _"]:
    """Return coverage turned by an angle (rad) on a sheet large enough for it."""
    from PIL import Image

    sheet = Image.fromarray(cover).rotate(np.degrees(angle), Image.Resampling.BILINEAR, expand=True)
    return np.asarray(sheet)


def window(
    shape: tuple[int, ...], place: tuple[float, float], size: tuple[int, ...]
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return where a thing of a size lies on a film of a shape, and which part of the thing that is.

    `place` is the thing's middle (row, column) in shares of the film.
    """
    on_film, of_thing = [], []
    for whole, share, length in zip(shape, place, size, strict=True):
        first = round(share * whole - length / 2)
        low, high = min(max(first, 0), whole), min(max(first + length, 0), whole)
        on_film.append(slice(low, high))
        of_thing.append(slice(low - first, high - first))
    return (on_film[0], on_film[1]), (of_thing[0], of_thing[1])
