"""One film from file to array: pixels in [0, 1] with bright = dense, its view, side and spacing, and what is odd."""

from radunion.radiograph.film import Radiograph, read_radiograph
from radunion.radiograph.picture import Side, SideSource, SpacingSource, ViewSource
from radunion.radiograph.preprocessing import Crop, Placement, Preprocessing, crop_of, place, prepare
from radunion.radiograph.shaft import Shaft, Window, find_shaft
from radunion.radiograph.warning import FILM_WARNINGS, FilmWarning, WarningCode

__all__ = [
    "FILM_WARNINGS",
    "Crop",
    "FilmWarning",
    "Placement",
    "Preprocessing",
    "Radiograph",
    "Shaft",
    "Side",
    "SideSource",
    "SpacingSource",
    "ViewSource",
    "WarningCode",
    "Window",
    "crop_of",
    "find_shaft",
    "place",
    "prepare",
    "read_radiograph",
]
