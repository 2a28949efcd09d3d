"""Soft tissue by the mm of it on a ray: limbs, rounded bodies, and the lungs' air. Lengths in mm."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.made.canvas import MARGIN, Canvas, Shape, Window
from radunion.phantom.made.plane import Point
from radunion.phantom.made.profile import Profile, radii, widest

_FINE = 257  # along a limb where pixels are looked up
_LEFT = 0.2  # of the tissue in front of and behind a lung is left at least


@dataclass(frozen=True)
class Flesh(Shape):
    """A limb's soft tissue around a line, with round ends; where two overlap the thicker one counts."""

    start: Point
    end: Point
    profile: Profile
    depth: float = 1.0  # along the ray, relative to the width
    bend: float = 0.0  # share of the length

    def draw(self, canvas: Canvas) -> None:
        """Raise the flesh on the rays to this one's."""
        line = canvas.line(self.start, self.end, reach=widest(self.profile) * 1.1 + MARGIN, bend=self.bend)
        radius = line.sampled(radii(self.profile, _FINE))
        beyond = np.maximum(np.maximum(-line.along, line.along - 1) * np.float32(line.length), 0)
        square = (line.off * line.off + beyond * beyond) / (radius * radius)
        path = 2 * radius * np.float32(self.depth) * np.sqrt(np.maximum(1 - square, 0))
        canvas.flesh[line.window] = np.maximum(canvas.flesh[line.window], path)


@dataclass(frozen=True)
class Lump(Shape):
    """An ellipsoid of soft tissue, in place of what is thinner there or upon what is there."""

    centre: Point
    half: tuple[float, float]  # half widths in the film's plane
    depth: float  # half width along the ray
    angle: float = 0.0  # rad
    upon: bool = False

    def draw(self, canvas: Canvas) -> None:
        """Raise the flesh on the rays to this one's, or add to it."""
        window, path = self.path(canvas)
        here = canvas.flesh[window]
        canvas.flesh[window] = here + path if self.upon else np.maximum(here, path)

    def path(self, canvas: Canvas) -> tuple[Window, Float32[np.ndarray, "h w"]]:
        """Return the ellipsoid's mm on each ray of a window."""
        window, square = canvas.ellipse(self.centre, self.half, self.angle)
        return window, np.float32(2 * self.depth) * np.sqrt(np.maximum(1 - square, 0))


@dataclass(frozen=True)
class Lung(Shape):
    """An ellipsoid that takes soft tissue away."""

    room: Lump
    air: float  # share of it

    def draw(self, canvas: Canvas) -> None:
        """Take the lung's air out of the flesh on the rays."""
        window, path = self.room.path(canvas)
        here = canvas.flesh[window]
        canvas.flesh[window] = np.maximum(here - path * np.float32(self.air), here * _LEFT)
