"""Bangles around a wrist. Lengths in mm; the wrist's world is that of `made.arm`, whose elbow is at the origin."""

from dataclasses import dataclass

import numpy as np

from radunion.phantom.draws import within
from radunion.phantom.made.canvas import Canvas, Shape
from radunion.phantom.made.plane import point


@dataclass(frozen=True)
class Bangle(Shape):
    """A ring of metal or glass, seen aslant."""

    down: float  # from the elbow
    half: tuple[float, float]  # half widths along and across the forearm
    wire: float  # radius of the wire
    dense: float  # 1 = steel
    angle: float  # rad

    def draw(self, canvas: Canvas) -> None:
        """Add the wire on the rays."""
        reach = (self.half[1] + self.wire, self.half[0] + self.wire)
        window, square = canvas.ellipse(point(0.0, self.down), reach, self.angle)
        off = np.abs(np.sqrt(square) - (1 - self.wire / max(reach))) * np.float32(min(reach))
        wire = np.float32(self.wire)
        canvas.metal[window] += np.float32(2 * self.dense) * np.sqrt(np.maximum(wire * wire - off * off, 0))


def sample_bangles(random: np.random.Generator) -> tuple[Bangle, ...]:
    """Draw one or a few bangles beside each other."""
    down, across = within(random, (185.0, 215.0)), within(random, (28.0, 34.0))
    return tuple(
        Bangle(
            down=down + 6.0 * number,
            half=(within(random, (3.0, 13.0)), across),
            wire=within(random, (1.0, 2.2)),
            dense=within(random, (0.4, 1.0)),
            angle=float(random.normal(0, 0.12)),
        )
        for number in range(int(random.integers(1, 5)))
    )
