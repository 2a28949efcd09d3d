"""Where the leg lies on one film, and how points of space fall on it. Lengths in mm.

Bone axes as in `anatomy`: x towards medial, y towards anterior, z from the ankle to the knee. A film has an in-plane
axis u and a depth d: u = x cos(turn) + y sin(turn), d = y cos(turn) - x sin(turn), so that a film from the front
(turn 0) shows x and one from the side (turn pi/2) shows y. Rays spread from the tube's focus; a point of the film is
named by the z and u at which its ray meets the plane d = 0 through the bone's axis.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Float32

FilmView = Literal["ap", "lateral"]
Array = Float[np.ndarray, "*n"]


@dataclass(frozen=True)
class Pose:
    """Where the leg lies on one film: `mirror` is the sign of the in-plane axis, `turn` the rotation about z."""

    view: FilmView
    height: int  # pixels
    width: int
    pitch: float  # mm a pixel, in the plane of the bone's axis
    mirror: int
    turn: float  # rad
    tilt: float  # rad in the plane of the film
    centre: tuple[float, float]  # mm: z and u at the middle of the film
    focus: float = 1050.0  # mm from the bone's axis to the tube's focus; below 0 where the tube is on the side of d < 0
    aim: tuple[float, float] = (0.0, 0.0)  # mm: z and u of the ray that meets the film at a right angle

    def to_bone(self) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
        """Return z and u of every pixel, in the plane of the bone's axis."""
        rows = (self.height / 2 - np.arange(self.height, dtype=np.float32)[:, None] - 0.5) * np.float32(self.pitch)
        columns = (np.arange(self.width, dtype=np.float32)[None] + 0.5 - self.width / 2) * np.float32(self.pitch)
        columns = columns * self.mirror
        cos, sin = np.float32(np.cos(self.tilt)), np.float32(np.sin(self.tilt))
        return (
            (rows * cos - columns * sin + np.float32(self.centre[0])).astype(np.float32),
            (rows * sin + columns * cos + np.float32(self.centre[1])).astype(np.float32),
        )

    def to_film(self, z: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return row and column of points named by their z and u in the plane of the bone's axis."""
        dz, du = z - self.centre[0], u - self.centre[1]
        rows = dz * np.cos(self.tilt) + du * np.sin(self.tilt)
        columns = (-dz * np.sin(self.tilt) + du * np.cos(self.tilt)) * self.mirror
        return self.height / 2 - rows / self.pitch, self.width / 2 + columns / self.pitch

    def seen(self, x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
        """Return for points of space their z and u in the plane of the axis, and how much larger they appear."""
        u = x * np.cos(self.turn) + y * np.sin(self.turn)
        d = y * np.cos(self.turn) - x * np.sin(self.turn)
        larger = self.focus / (self.focus - d)
        return self.aim[0] + (z - self.aim[0]) * larger, self.aim[1] + (u - self.aim[1]) * larger, larger

    def on_ray(self, z: np.ndarray, u: np.ndarray, d: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return x, y, z in space at depth d along the rays that meet the plane of the axis at z, u."""
        nearer = 1 - d / np.float32(self.focus)
        across = np.float32(self.aim[1]) + (u - np.float32(self.aim[1])) * nearer
        cos, sin = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        return (
            across * cos - d * sin,
            across * sin + d * cos,
            np.float32(self.aim[0]) + (z - np.float32(self.aim[0])) * nearer,
        )
