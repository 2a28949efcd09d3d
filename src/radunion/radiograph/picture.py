"""What a decoder hands over: pixels and what the file says of them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float32

from radunion.radiograph.warning import WarningCode
from radunion.scale import View

Side = Literal["left", "right"]
ViewSource = Literal["ViewCodeSequence", "ViewPosition", "PatientOrientation", "text"]
SideSource = Literal["ImageLaterality", "Laterality", "text"]
SpacingSource = Literal[
    "PixelSpacing", "ImagerPixelSpacing", "ImagerPixelSpacing / magnification", "NominalScannedPixelSpacing"
]
"""`ImagerPixelSpacing` is at the detector: lengths are magnified."""


@dataclass(frozen=True)
class Picture:
    """A decoded film: pixels in [0, 1], bright = dense, and the codes of what is odd.

    `greys_told` is whether the file says which way its greys go.
    """

    pixels: Float32[np.ndarray, "h w"]
    codes: tuple[WarningCode, ...] = ()
    view: View | None = None
    view_source: ViewSource | None = None
    side: Side | None = None
    side_source: SideSource | None = None
    spacing_mm: tuple[float, float] | None = None
    spacing_source: SpacingSource | None = None
    greys_told: bool = False
