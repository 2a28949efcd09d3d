"""The sheet that a film or a picture fills, and the view that a limb is seen in."""

from typing import Literal

import numpy as np

from radunion.phantom.draws import pick

View = Literal["ap", "lateral"]
VIEWS: tuple[View, ...] = ("ap", "lateral")

_ASPECTS = (373 / 454, 373 / 454, 454 / 373, 1.0, 0.6)  # width by height, the most usual twice


def sheet_shape(random: np.random.Generator, longest: int) -> tuple[int, int]:
    """Draw a sheet's height and width in pixels, of which the greater is `longest`."""
    aspect = pick(random, _ASPECTS)
    if aspect <= 1:
        return longest, round(longest * aspect)
    return round(longest / aspect), longest
