"""What a scene consists of: things in the beam and things on the shown film. Plain data that draw themselves."""

from abc import ABC, abstractmethod
from typing import Literal

import numpy as np
from jaxtyping import Float32

from radunion.phantom.pose import Pose

Side = Literal["left", "right"]


class InBeam(ABC):
    """Something that the beam passes through."""

    @abstractmethod
    def lay(self, attenuation: Float32[np.ndarray, "h w"], pose: Pose) -> None:
        """Add its mu times path in place."""


class OnFilm(ABC):
    """Something that is on the film when the beam is long gone."""

    @abstractmethod
    def draw(self, film: Float32[np.ndarray, "h w"]) -> None:
        """Draw it in place; grey from 0 to 1."""
