"""A radio-opaque ruler along the leg."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import side, within
from radunion.phantom.pose import Pose
from radunion.phantom.scene.lettering import lettered, window
from radunion.phantom.scene.thing import InBeam


@dataclass(frozen=True)
class Ruler(InBeam):
    """A radio-opaque ruler along the leg: a line with a tick each centimetre, numbered each fifth."""

    column: float  # share of the film's width
    strength: float  # mu times path

    def lay(self, attenuation: Float32[np.ndarray, "h w"], pose: Pose) -> None:
        """Add the ruler in place."""
        height, width = attenuation.shape
        column = min(max(round(self.column * width), 2), width - 3)
        inward = 1 if self.column < 0.5 else -1
        attenuation[:, column] += np.float32(self.strength)
        for number, row in enumerate(np.arange(0, height - 1, 10.0 / pose.pitch)):
            long = 12 if number % 5 == 0 else 6
            first, last = sorted((column, column + inward * long))
            attenuation[int(row), max(first, 0) : last] += np.float32(self.strength)
            if number % 5 == 0 and number:
                _number(attenuation, str(number), (row / height, (column + inward * 20) / width), self.strength)


def sample_ruler(random: np.random.Generator) -> Ruler:
    """Draw a ruler near the film's left or right edge."""
    return Ruler(0.5 + side(random) * within(random, (0.38, 0.47)), within(random, (0.6, 3.0)))


def _number(attenuation: np.ndarray, text: str, place: tuple[float, float], strength: float) -> None:
    cover = lettered(text, 8)
    on_film, of_cover = window(attenuation.shape, place, cover.shape)
    attenuation[on_film] += np.float32(strength) * cover[of_cover]
