"""What the leg lies on: the edge of a cushion or of the table."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import by_factor, chance, within
from radunion.phantom.pose import Pose
from radunion.phantom.scene.thing import InBeam


@dataclass(frozen=True)
class Support(InBeam):
    """A cushion under the leg or the table's edge: a step of attenuation beyond a slanting line."""

    row: float  # share of the film's height at its middle
    slope: float
    strength: float  # mu times path
    softness: float  # pixels
    below: bool

    def lay(self, attenuation: Float32[np.ndarray, "h w"], pose: Pose) -> None:
        """Add the step in place."""
        height, width = attenuation.shape
        rows = np.arange(height, dtype=np.float32)[:, None]
        line = self.row * height + self.slope * (np.arange(width, dtype=np.float32)[None] - width / 2)
        beyond = (rows - line) * (1 if self.below else -1) / np.float32(self.softness)
        attenuation += np.float32(self.strength) * np.clip(beyond + 0.5, 0, 1)


def sample_support(random: np.random.Generator) -> Support:
    """Draw a cushion's or the table's edge."""
    below = chance(random, 0.6)
    return Support(
        row=within(random, (0.65, 0.95) if below else (0.05, 0.35)),
        slope=float(random.normal(0, 0.08)),
        strength=within(random, (0.04, 0.3)),
        softness=by_factor(random, (1.0, 20.0)),
        below=below,
    )
