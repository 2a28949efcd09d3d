"""The sheet of a heat-map: the picture with its marks, a scale of its colours, and words below.

No word comes from the film's tags or its path.
"""

import textwrap
from collections.abc import Iterator, Mapping

import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image, ImageDraw, ImageFont

from radunion import NOTICE, __version__
from radunion.scale import Cortex, View
from radunion.scoring.dicom_out.blend import colours_of
from radunion.scoring.dicom_out.maker import plain
from radunion.scoring.dicom_out.marks import Font, draw_marks
from radunion.scoring.dicom_out.outlines import outlined
from radunion.scoring.document import ScoreDocument
from radunion.scoring.words import level_in_words

_NARROWEST = 640
_LINE = 72
"""Letters to a line, however wide the sheet: they grow with it."""
_TITLES: dict[View, str] = {"ap": "AP view", "lateral": "Lateral view"}
_INK = (255, 255, 255)


def lettered(
    picture: UInt8[np.ndarray, "h w 3"],
    document: ScoreDocument,
    view: View,
    maps: Mapping[Cortex, Float32[np.ndarray, "h w"]],
) -> UInt8[np.ndarray, "height width 3"]:
    """Return the picture with its cortices marked, on a black sheet with room for the words below."""
    found = {cortex: one for cortex, values in maps.items() if (one := outlined(values)) is not None}
    unfound = [cortex for cortex in maps if cortex not in found]
    height, width = picture.shape[:2]
    sheet_width = max(width, _NARROWEST)
    size = round(sheet_width / 42)
    font = ImageFont.load_default(size)
    marked = Image.fromarray(picture)
    draw_marks(marked, found, font=font, size=size)
    lines = list(_lines(document, view, maps, unfound))
    sheet = Image.new("RGB", (sheet_width, height + round((2.5 + 1.4 * len(lines)) * size)))
    sheet.paste(marked, ((sheet_width - width) // 2, 0))
    _draw_scale(sheet, font, top=height + size // 2, size=size)
    draw = ImageDraw.Draw(sheet)
    for row, line in enumerate(lines):
        draw.text((size, height + round((2.0 + 1.4 * row) * size)), line, font=font, fill=_INK)
    return np.asarray(sheet)


def _lines(document: ScoreDocument, view: View, maps: Mapping[Cortex, object], unfound: list[Cortex]) -> Iterator[str]:
    """Yield the lines below the film; the notice first, in capitals, for no letter here is bold."""
    yield NOTICE.upper()
    yield f"{_TITLES[view]}. Outlined: half of a cortex's greatest evidence and more."
    for cortex in maps:
        lacks = " (no evidence on this film)" if cortex in unfound else ""
        yield f"{cortex.capitalize()} cortex: {level_in_words(document.cortices[cortex])}{lacks}"
    model = f"Model {document.model.name} {document.model.version}, radunion {__version__}"
    yield from textwrap.wrap(plain(model), _LINE)


def _draw_scale(sheet: Image.Image, font: Font, *, top: int, size: int) -> None:
    """Draw the colours from no evidence to the greatest, without the film that they are mixed with."""
    draw = ImageDraw.Draw(sheet)
    label = "evidence: none"
    start = size + round(draw.textlength(f"{label}  ", font=font))
    bar = np.tile(colours_of(np.linspace(0, 1, 12 * size, dtype=np.float32))[None], (size, 1, 1))
    draw.text((size, top), label, font=font, fill=_INK)
    sheet.paste(Image.fromarray(np.round(bar * 255).astype(np.uint8)), (start, top))
    draw.text((start + 12 * size + size // 2, top), "greatest", font=font, fill=_INK)
