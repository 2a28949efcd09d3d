"""What is odd about a film that can still be read, as coded warnings."""

from dataclasses import dataclass
from typing import Literal

WarningCode = Literal[
    "RF201",
    "RF202",
    "RF203",
    "RF204",
    "RF205",
    "RF206",
    "RF207",
    "RF208",
    "RF209",
    "RF210",
    "RF211",
    "RF212",
    "RF213",
    "RF214",
]

FILM_WARNINGS: dict[WarningCode, str] = {
    "RF201": "the film is blank: every pixel has the same value",
    "RF202": "the film is faint: its pixels use less than a tenth of the range",
    "RF203": "the picture is in colour and was read as grey; a radiograph has no colour",
    "RF204": "the film holds raw detector values (FOR PROCESSING); contrast differs from a displayed film",
    "RF205": "the display window or lookup table cannot be used; the full range of the film was taken",
    "RF206": "millimetres are measured at the detector, so lengths are magnified",
    "RF207": "the pixel spacing cannot be used and was ignored",
    "RF208": "the tags that name the view contradict each other; the first in order was taken",
    "RF209": "the film is stored turned, by its orientation tag; it was left as stored",
    "RF210": "the file does not say that it is a projection radiograph",
    "RF211": "the EXIF orientation cannot be read; the picture was left as stored",
    "RF212": "the compressed pixels have no end marker and may be cut short",
    "RF213": "the pixels are not square; lengths differ along rows and columns",
    "RF214": "the file holds more pixels than its header says; if the size is wrong the film is sheared",
}
"""Code of each warning and its sentence; a sentence never holds a DICOM attribute value."""


@dataclass(frozen=True, slots=True)
class FilmWarning:
    """Say what is odd about a film."""

    code: WarningCode
    message: str

    @classmethod
    def of(cls, code: WarningCode) -> "FilmWarning":
        """Return the warning of a code with its sentence."""
        return cls(code, FILM_WARNINGS[code])
