"""Outlines and names of cortices, drawn on a picture: white on black, so that they stand out on bone and beside it."""

from collections.abc import Mapping

from PIL import Image, ImageDraw, ImageFont

from radunion.scale import Cortex
from radunion.scoring.dicom_out.outlines import Outlined

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_INK, _EDGE = (255, 255, 255), (0, 0, 0)
_ASIDE = 0.03
"""How far from its outline a name stands, as a part of the picture's width."""


def draw_marks(picture: Image.Image, found: Mapping[Cortex, Outlined], *, font: Font, size: int) -> None:
    """Draw what was found of each cortex; `size` is the height of letters in pixels."""
    draw = ImageDraw.Draw(picture)
    thin = max(1, size // 12)
    for one in found.values():
        for line in one.lines:
            _draw_line(draw, [(float(x), float(y)) for x, y in line], thin)
    for cortex in found:
        _draw_name(draw, cortex, found, picture.width, font=font, thin=thin)


def _draw_name(
    draw: ImageDraw.ImageDraw,
    cortex: Cortex,
    found: Mapping[Cortex, Outlined],
    width: int,
    *,
    font: Font,
    thin: int,
) -> None:
    x, y = (float(place) for place in found[cortex].peak)
    to_left = _stands_left(cortex, found, width)
    room = draw.textlength(cortex, font=font) + 4 * thin
    far = [float(line[:, 0].min() if to_left else line[:, 0].max()) for line in found[cortex].lines]
    end = max(min(far) - _ASIDE * width, room) if to_left else min(max(far) + _ASIDE * width, width - room)
    _draw_line(draw, [(x, y), (end, y)], thin)
    draw.text(
        (end, y),
        cortex,
        font=font,
        fill=_INK,
        stroke_width=2 * thin,
        stroke_fill=_EDGE,
        anchor="rm" if to_left else "lm",
    )


def _stands_left(cortex: Cortex, found: Mapping[Cortex, Outlined], width: int) -> bool:
    """Tell whether a name goes to the left: that of the leftmost peak of several, else where there is more room."""
    if len(found) == 1:
        return bool(found[cortex].peak[0] > width / 2)
    return cortex == min(found, key=lambda one: float(found[one].peak[0]))


def _draw_line(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], thin: int) -> None:
    draw.line(points, fill=_EDGE, width=3 * thin, joint="curve")
    draw.line(points, fill=_INK, width=thin, joint="curve")
