"""Bones as tubes, ellipsoids and arcs of short tubes, by the mm of bone on a ray. Lengths in mm."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from radunion.phantom.made.canvas import MARGIN, Canvas, Shape
from radunion.phantom.made.plane import Point, point, turned
from radunion.phantom.made.profile import Profile, evenly, radii, widest

_STATIONS = 33  # along a tube where its ends are rounded
_FINE = 257  # along a tube where pixels are looked up
_ROUND = 0.6  # of the end's radius is rounded off
_END = 0.22  # of a tube's length, at both ends, where its cortex thins and its canal fills with spongy bone
_THIN = 0.3  # of the cortex is left at the very end
_SPONGY = 0.4  # density within an ellipsoid, relative to its cortex
_SOLID = np.float32(0.01)  # squared share of the half width that is canal where the cortex fills the bone


@dataclass(frozen=True)
class Tube(Shape):
    """A long bone: a cortex around a canal, with rounded and spongy ends."""

    start: Point
    end: Point
    profile: Profile
    wall: float  # thickness of the cortex at mid-shaft
    density: float  # 1 = the usual
    bend: float = 0.0  # share of the length
    spongy: float = 0.35  # density within the ends, relative to the cortex
    hollow: float = 0.8  # share of the canal that is no bone at mid-shaft

    def draw(self, canvas: Canvas) -> None:
        """Add the bone on the rays."""
        line = canvas.line(self.start, self.end, reach=widest(self.profile) + MARGIN, bend=self.bend)
        outer, inner, empty = (line.sampled(table) for table in self._tables(line.length))
        square = line.off * line.off
        canal = np.sqrt(np.maximum(inner * inner - square, 0))
        path = 2 * (np.sqrt(np.maximum(outer * outer - square, 0)) - empty * canal)
        canvas.bone[line.window] += path * line.between_ends * np.float32(self.density)

    def _tables(
        self, length: float
    ) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
        """Return along the tube its radius, its canal's radius and the share of the canal that is empty."""
        places = evenly(_STATIONS)
        outer = _rounded(radii(self.profile, _STATIONS), length)
        shaft = np.clip(np.minimum(places, 1 - places) / _END, 0, 1)
        inner = np.clip(outer - self.wall * (_THIN + (1 - _THIN) * shaft), 0, None)
        empty = self.hollow * shaft + (1 - self.spongy) * (1 - shaft)
        fine = evenly(_FINE)
        return np.interp(fine, places, outer), np.interp(fine, places, inner), np.interp(fine, places, empty)


@dataclass(frozen=True)
class Blob(Shape):
    """A short bone: an ellipsoid with a thin cortex and a spongy inside."""

    centre: Point
    half: tuple[float, float]  # half widths in the film's plane
    density: float
    angle: float = 0.0  # rad
    depth: float | None = None  # half width along the ray; none: the lesser of the two
    wall: float = 2.0

    def draw(self, canvas: Canvas) -> None:
        """Add the bone on the rays."""
        window, square = canvas.ellipse(self.centre, self.half, self.angle)
        narrow = min(self.half)
        canal = np.float32((1 - self.wall / narrow) ** 2) if self.wall < narrow else _SOLID
        inside = np.float32(1 - _SPONGY) * np.sqrt(np.maximum(canal - square, 0))
        thick = np.float32(2 * (self.depth or narrow) * self.density)
        canvas.bone[window] += thick * (np.sqrt(np.maximum(1 - square, 0)) - inside)


def arc(
    centre: Point,
    half: tuple[float, float],
    spans: tuple[float, float],
    *,
    radius: float,
    density: float,
    pieces: int = 9,
    angle: float = 0.0,
) -> list[Shape]:
    """Return a bone bent along part of an ellipse: short tubes from one angle (rad) to another."""
    angles = np.linspace(*spans, pieces + 1)
    stops = [
        turned(point(x, y), angle) + centre
        for x, y in zip(np.cos(angles) * half[0], np.sin(angles) * half[1], strict=True)
    ]
    return [
        Tube(a, b, ((0.0, radius), (1.0, radius)), wall=radius * 0.4, density=density, spongy=0.6)
        for a, b in pairwise(stops)
    ]


def _rounded(outer: Float[np.ndarray, " n"], length: float) -> Float[np.ndarray, " n"]:
    places = evenly(len(outer))
    from_end = np.minimum(places, 1 - places) * length
    cap = np.minimum(outer, max(outer[0], outer[-1])) * _ROUND + 1e-3
    return outer * np.sqrt(np.clip(1 - np.clip(1 - from_end / cap, 0, 1) ** 2, 0, 1))
