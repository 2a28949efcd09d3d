"""Rods and boxes in space, and the mm of them on each ray of a cone beam. Bone axes as in `pose`; lengths in mm.

A hollow solid takes away what another of its material has put there: a nail's bore, a plate's hole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Float32

from radunion.phantom.pose import Pose

Material = Literal["steel", "titanium", "aluminium", "carbon"]
Point = tuple[float, float, float]
Rays = Float32[np.ndarray, "h w"]
Axis = Float[np.ndarray, "3"]

_FINE = 2  # rays in a pixel, each way
_FLAT = np.float32(1e-4)  # slope below which a ray counts as parallel


@dataclass(frozen=True)
class Rod:
    """A cylinder; one with a thread ripples."""

    start: Point
    end: Point
    radius: float
    material: Material = "steel"
    thread: float = 0.0  # mm, by which the radius rises and falls
    lead: float = 1.75  # mm from thread to thread
    hollow: bool = False


@dataclass(frozen=True)
class Box:
    """A box about the line from start to end: `thickness` along `normal`, `width` across both."""

    start: Point
    end: Point
    normal: Point
    width: float
    thickness: float
    material: Material = "steel"
    hollow: bool = False


Solid = Rod | Box
Window = tuple[slice, slice]


@dataclass(frozen=True)
class _Beam:
    """Rays as points of the plane d = 0, and their slopes in z and u for each mm of d."""

    z: Rays
    u: Rays
    slope_z: Rays
    slope_u: Rays

    def along(self, axis: Axis, origin: Axis) -> tuple[Rays, Rays]:
        """Return the place of each ray's point from an origin along an axis (u, d, z), and its slope."""
        across, deep, up = axis.astype(np.float32)
        place = self.u * across + self.z * up - np.float32(axis @ origin)
        return place, self.slope_u * across + deep + self.slope_z * up


def metal_path(solids: Iterable[Solid], pose: Pose) -> Float32[np.ndarray, "h w"]:
    """Return the mm of solid on each ray."""
    film = np.zeros((pose.height, pose.width), np.float32)
    for solid in solids:
        window = _window(solid, pose)
        if window is None:
            continue
        path = _mean(_through(solid, _rays(pose, window), pose))
        film[window] += -path if solid.hollow else path
    return np.maximum(film, 0)


def _through(solid: Solid, beam: _Beam, pose: Pose) -> Rays:
    """Return the length of each ray within a solid."""
    start, end = _turned(solid.start, pose), _turned(solid.end, pose)
    length = float(np.linalg.norm(end - start))
    axis = (end - start) / length
    low, high = _between(*beam.along(axis, start), 0.0, length)
    if isinstance(solid, Rod):
        into, out = _cylinder(solid, beam, start, axis)
        low, high = np.maximum(low, into), np.minimum(high, out)
    else:
        normal = _turned(solid.normal, pose)
        for side, half in ((normal, solid.thickness / 2), (np.cross(axis, normal), solid.width / 2)):
            into, out = _between(*beam.along(side, start), -half, half)
            low, high = np.maximum(low, into), np.minimum(high, out)
    slant = np.sqrt(1 + np.square(beam.slope_z) + np.square(beam.slope_u))
    return np.maximum(high - low, 0) * slant


def _cylinder(rod: Rod, beam: _Beam, start: Axis, axis: Axis) -> tuple[Rays, Rays]:
    """Return the depths at which rays enter and leave an endless cylinder; entry lies behind exit where they miss."""
    first = np.cross(axis, np.eye(3)[int(np.argmin(np.abs(axis)))])
    first = first / np.linalg.norm(first)
    p, slope_p = beam.along(first, start)
    q, slope_q = beam.along(np.cross(axis, first), start)
    square = np.square(slope_p) + np.square(slope_q) + np.float32(1e-7)
    nearest = -(p * slope_p + q * slope_q) / square
    off = np.square(p + nearest * slope_p) + np.square(q + nearest * slope_q)
    room = np.square(_radius(rod, beam, start, axis, nearest)) - off
    half = np.sqrt(np.maximum(room, 0) / square) - (room <= 0)
    return nearest - half, nearest + half


def _radius(rod: Rod, beam: _Beam, start: Axis, axis: Axis, depth: Rays) -> Rays | np.float32:
    if not rod.thread:
        return np.float32(rod.radius)
    place, slope = beam.along(axis, start)
    turns = (place + depth * slope) * np.float32(2 * np.pi / rod.lead)
    return np.float32(rod.radius) + np.float32(rod.thread) * np.sin(turns)


def _between(place: Rays, slope: Rays, low: float, high: float) -> tuple[Rays, Rays]:
    """Return the depths at which rays enter and leave the room between two planes."""
    safe = np.where(np.abs(slope) < _FLAT, _FLAT, slope)
    one, other = (np.float32(low) - place) / safe, (np.float32(high) - place) / safe
    return np.minimum(one, other), np.maximum(one, other)


def _turned(point: Point, pose: Pose) -> Axis:
    """Return a point, or a direction, in the film's axes u, d, z."""
    x, y, z = point
    cos, sin = np.cos(pose.turn), np.sin(pose.turn)
    return np.array([x * cos + y * sin, y * cos - x * sin, z])


def _window(solid: Solid, pose: Pose) -> Window | None:
    """Return the part of the film that a solid may fall on, none where it misses the film."""
    x, y, z = np.array([solid.start, solid.end]).T
    seen_z, seen_u, larger = pose.seen(x, y, z)
    rows, columns = pose.to_film(seen_z, seen_u)
    reach = solid.radius + solid.thread if isinstance(solid, Rod) else np.hypot(solid.width, solid.thickness) / 2
    room = 1 + 1.1 * reach * float(larger.max()) / pose.pitch
    top, bottom = max(0, int(rows.min() - room)), min(pose.height, int(np.ceil(rows.max() + room)))
    left, right = max(0, int(columns.min() - room)), min(pose.width, int(np.ceil(columns.max() + room)))
    return (slice(top, bottom), slice(left, right)) if top < bottom and left < right else None


def _rays(pose: Pose, window: Window) -> _Beam:
    rows, columns = (
        (np.arange(_FINE * part.start, _FINE * part.stop, dtype=np.float32) + np.float32(0.5)) / np.float32(_FINE)
        for part in window
    )
    up = ((pose.height / 2 - rows) * np.float32(pose.pitch))[:, None]
    across = ((columns - pose.width / 2) * np.float32(pose.pitch * pose.mirror))[None]
    cos, sin = np.float32(np.cos(pose.tilt)), np.float32(np.sin(pose.tilt))
    z, u = up * cos - across * sin + np.float32(pose.centre[0]), up * sin + across * cos + np.float32(pose.centre[1])
    focus = np.float32(pose.focus)
    return _Beam(z, u, (np.float32(pose.aim[0]) - z) / focus, (np.float32(pose.aim[1]) - u) / focus)


def _mean(fine: Rays) -> Float32[np.ndarray, "rows columns"]:
    """Return the mean of each pixel's rays."""
    height, width = fine.shape
    return fine.reshape(height // _FINE, _FINE, width // _FINE, _FINE).mean(axis=(1, 3))
