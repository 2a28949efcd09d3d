"""Where shapes are drawn: mm of flesh, bone and metal along the straight ray behind each pixel."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np
from jaxtyping import Float32

from radunion.phantom.made.plane import Point, turned

Window = tuple[slice, slice]
MARGIN = 1.0  # mm drawn around a shape
_FLESH, _BONE, _METAL = np.float32(0.021), np.float32(0.058), np.float32(0.5)  # attenuation a mm


@dataclass(frozen=True)
class Line:
    """The pixels of a window as seen from a straight or bent line."""

    window: Window
    along: Float32[np.ndarray, "h w"]  # 0 at its start, 1 at its end
    off: Float32[np.ndarray, "h w"]  # mm from it, signed
    length: float  # mm

    @property
    def between_ends(self) -> np.ndarray:
        """Return which pixels lie between the line's two ends."""
        return (self.along > 0) & (self.along < 1)

    def sampled(self, table: np.ndarray) -> Float32[np.ndarray, "h w"]:
        """Return at each pixel a table's value, whose rows run evenly from the start to the end."""
        last = len(table) - 1
        return table.astype(np.float32)[np.clip(self.along * last, 0, last).astype(np.int16)]


@dataclass(frozen=True)
class Canvas:
    """Three layers in mm, and how the world's points fall on them."""

    pitch: float  # mm a pixel
    origin: Point  # the world's point in the middle of the film
    tilt: float  # rad by which the world is turned
    x: Float32[np.ndarray, "h w"]  # mm from the middle of the film
    y: Float32[np.ndarray, "h w"]
    flesh: Float32[np.ndarray, "h w"]
    bone: Float32[np.ndarray, "h w"]
    metal: Float32[np.ndarray, "h w"]

    def moved(self, origin: Point) -> "Canvas":
        """Return the same layers with another point of the world in the middle."""
        return replace(self, origin=origin)

    def place(self, where: Point) -> Point:
        """Return where a point of the world falls, in mm from the middle of the film."""
        return turned(where - self.origin, self.tilt)

    def line(self, start: Point, end: Point, *, reach: float, bend: float = 0.0) -> Line:
        """Return the pixels within reach (mm) of a line that bends aside by a share of its length."""
        first, last = self.place(start), self.place(end)
        length = float(np.hypot(*(last - first))) or 1e-3
        sag = abs(bend) * length
        window = self.window(np.minimum(first, last) - reach - sag, np.maximum(first, last) + reach + sag)
        dx, dy = self.x[window] - np.float32(first[0]), self.y[window] - np.float32(first[1])
        heading = ((last - first) / length).astype(np.float32)
        t = (dx * heading[0] + dy * heading[1]) / np.float32(length)
        off = -dx * heading[1] + dy * heading[0]
        return Line(window, t, off - np.float32(4 * bend * length) * t * (1 - t) if bend else off, length)

    def ellipse(
        self, centre: Point, half: tuple[float, float], angle: float
    ) -> tuple[Window, Float32[np.ndarray, "n m"]]:
        """Return the window of an ellipse and, squared, each pixel's distance from its centre: 1 on the outline."""
        middle, turn = self.place(centre), angle + self.tilt
        reach = max(half) + MARGIN
        window = self.window(middle - reach, middle + reach)
        dx, dy = self.x[window] - np.float32(middle[0]), self.y[window] - np.float32(middle[1])
        cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        across, down = (dx * cos + dy * sin) / np.float32(half[0]), (-dx * sin + dy * cos) / np.float32(half[1])
        return window, across**2 + down**2

    def attenuation(self) -> Float32[np.ndarray, "h w"]:
        """Return the attenuation of all three layers together."""
        return _FLESH * self.flesh + _BONE * self.bone + _METAL * self.metal

    def window(self, low: Point, high: Point) -> Window:
        """Return the part of the film between two places (mm from its middle)."""
        height, width = self.x.shape
        return self._span(low[1], high[1], height), self._span(low[0], high[0], width)

    def _span(self, low: float, high: float, count: int) -> slice:
        first, end = low / self.pitch + count / 2, high / self.pitch + count / 2
        return slice(min(max(floor(first), 0), count), min(max(ceil(end), 0), count))


class Shape(ABC):
    """Something that adds to a canvas's layers; plain data in the world's mm."""

    @abstractmethod
    def draw(self, canvas: Canvas) -> None:
        """Add this shape to the layers."""


def blank(shape: tuple[int, int], *, pitch: float, origin: Point, tilt: float) -> Canvas:
    """Return empty layers of height by width pixels of pitch mm."""
    x, y = np.meshgrid(_middles(shape[1], pitch), _middles(shape[0], pitch))
    flesh, bone, metal = np.zeros((3, *shape), np.float32)
    return Canvas(pitch=pitch, origin=origin, tilt=tilt, x=x, y=y, flesh=flesh, bone=bone, metal=metal)


def paint(canvas: Canvas, shapes: Iterable[Shape]) -> None:
    """Draw shapes one after another."""
    for shape in shapes:
        shape.draw(canvas)


def _middles(count: int, pitch: float) -> Float32[np.ndarray, " n"]:
    return (np.arange(count, dtype=np.float32) - count / 2 + 0.5) * np.float32(pitch)
