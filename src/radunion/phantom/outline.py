"""Bones and flesh given by their outline on the film: thick in the middle, with a dense rim. Lengths in mm."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from radunion.phantom.made.canvas import Canvas, Shape, Window
from radunion.phantom.made.plane import Point

Points = tuple[tuple[int, int], ...]
_FINE = 2  # pixels of the mask in one of the film, each way
_SMOOTH = 6  # points of the drawn outline between two given ones


@dataclass(frozen=True)
class Frame:
    """How the points of an outline lie in the world: scaled, perhaps mirrored, turned (rad), and moved."""

    origin: Point
    size: float = 1.0
    mirror: int = 1
    angle: float = 0.0

    def place(self, points: Points | Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 2"]:
        """Return the points in the world."""
        x, y = np.asarray(points, dtype=np.float64).T * self.size
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return np.stack([(x * cos - y * sin) * self.mirror, x * sin + y * cos], axis=1) + self.origin

    def at(self, x: float, y: float) -> Point:
        """Return one point in the world."""
        placed: Point = self.place(np.array([[x, y]], dtype=np.float64))[0]
        return placed


@dataclass(frozen=True)
class OutlinedBone(Shape):
    """A bone with a thin cortex and a spongy inside."""

    points: Float[np.ndarray, "n 2"]
    depth: float  # half its thickness along the ray
    density: float
    wall: float = 1.1
    spongy: float = 0.34  # density within, relative to the cortex

    def draw(self, canvas: Canvas) -> None:
        """Add the bone on the rays."""
        window, inside = _depth_inside(canvas, self.points)
        if not inside.size:
            return
        half = max(float(inside.max()), 1e-3)
        whole, core = _rounded(inside, half), _rounded(inside - self.wall, max(half - self.wall, 1e-3))
        inner = np.float32((self.depth - self.wall) * (1 - self.spongy)) * core
        canvas.bone[window] += np.float32(2 * self.density) * np.maximum(np.float32(self.depth) * whole - inner, 0)


@dataclass(frozen=True)
class OutlinedFlesh(Shape):
    """Soft tissue; where two overlap the thicker one counts."""

    points: Float[np.ndarray, "n 2"]
    depth: float
    rim: float = 30.0  # from the skin to where it is thickest

    def draw(self, canvas: Canvas) -> None:
        """Raise the flesh on the rays to this one's."""
        window, inside = _depth_inside(canvas, self.points)
        if inside.size:
            path = np.float32(2 * self.depth) * _rounded(inside, self.rim)
            canvas.flesh[window] = np.maximum(canvas.flesh[window], path)


def _rounded(inside: Float32[np.ndarray, "h w"], half: float) -> Float32[np.ndarray, "h w"]:
    """Return 0 at the edge to 1 at `half` inside, along a circle."""
    off = 1 - np.clip(inside / np.float32(half), 0, 1)
    return np.sqrt(np.maximum(1 - off * off, 0)) * (inside > 0)


def _depth_inside(canvas: Canvas, points: Float[np.ndarray, "n 2"]) -> tuple[Window, Float32[np.ndarray, "h w"]]:
    """Return the outline's window of the film and, within it, each pixel's distance from the edge; 0 outside."""
    from PIL import Image, ImageDraw
    from scipy.ndimage import distance_transform_edt

    placed = np.array([canvas.place(where) for where in _smoothed(points)])
    window = canvas.window(placed.min(axis=0), placed.max(axis=0))
    rows, columns = window
    height, width = rows.stop - rows.start, columns.stop - columns.start
    if height < 1 or width < 1:
        return window, np.zeros((0, 0), np.float32)
    corner = np.array([columns.start - canvas.x.shape[1] / 2, rows.start - canvas.x.shape[0] / 2])
    mask = Image.new("1", (width * _FINE, height * _FINE))
    pixels = (placed / canvas.pitch - corner) * _FINE
    ImageDraw.Draw(mask).polygon([(float(x), float(y)) for x, y in pixels], fill=1)
    away = distance_transform_edt(_bordered(np.asarray(mask), window, canvas))
    fine = away[_FINE:-_FINE, _FINE:-_FINE].reshape(height, _FINE, width, _FINE).mean(axis=(1, 3))
    return window, (fine * (canvas.pitch / _FINE)).astype(np.float32)


def _bordered(mask: np.ndarray, window: Window, canvas: Canvas) -> np.ndarray:
    """Widen a mask as it is where the film ends, so that the film's edge is no edge of the bone."""
    return np.pad(mask, _FINE, mode="edge" if _cut(window, canvas) else "constant")


def _cut(window: Window, canvas: Canvas) -> bool:
    height, width = canvas.x.shape
    return window[0].start == 0 or window[1].start == 0 or window[0].stop == height or window[1].stop == width


def _smoothed(points: Float[np.ndarray, "n 2"]) -> Sequence[Point]:
    from scipy.interpolate import CubicSpline

    closed = np.concatenate([points, points[:1]])
    steps = np.concatenate([[0.0], np.cumsum(np.sqrt(np.hypot(*np.diff(closed, axis=0).T)))])
    spline = CubicSpline(steps, closed, bc_type="periodic")
    return list(spline(np.linspace(0, steps[-1], _SMOOTH * len(points), endpoint=False)))
