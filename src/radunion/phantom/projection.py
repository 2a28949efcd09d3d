"""From a leg in space to line integrals on a film. Lengths in mm, attenuation dimensionless (mu times path)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float32

from radunion.phantom import joints
from radunion.phantom.anatomy import Leg, half_widths, soft_tissue
from radunion.phantom.bone import ZONE, Profile, centre_line, project_tibia
from radunion.phantom.fixation import Fixation, Screw
from radunion.phantom.healing import CortexState, Fracture
from radunion.scale import CORTICES_ON, Cortex

MU_SOFT, MU_BONE, MU_METAL, MU_PLASTER = 0.021, 0.058, 0.55, 0.035  # per mm at about 60 kV


@dataclass(frozen=True)
class Pose:
    """Where the leg lies on one film: `mirror` is the sign of the in-plane axis, `turn` the rotation about z."""

    view: Literal["ap", "lateral"]
    height: int  # pixels
    width: int
    pitch: float  # mm a pixel, in the patient
    mirror: int
    turn: float  # rad
    tilt: float  # rad in the plane of the film
    centre: tuple[float, float]  # mm: z and u at the middle of the film

    def to_bone(self) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
        """Return z and u of every pixel."""
        rows = (self.height / 2 - np.arange(self.height, dtype=np.float32)[:, None] - 0.5) * np.float32(self.pitch)
        columns = (np.arange(self.width, dtype=np.float32)[None] + 0.5 - self.width / 2) * np.float32(self.pitch)
        columns = columns * self.mirror
        cos, sin = np.float32(np.cos(self.tilt)), np.float32(np.sin(self.tilt))
        return (
            (rows * cos - columns * sin + np.float32(self.centre[0])).astype(np.float32),
            (rows * sin + columns * cos + np.float32(self.centre[1])).astype(np.float32),
        )

    def to_film(self, z: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return row and column of points of the bone."""
        dz, du = z - self.centre[0], u - self.centre[1]
        rows = dz * np.cos(self.tilt) + du * np.sin(self.tilt)
        columns = (-dz * np.sin(self.tilt) + du * np.cos(self.tilt)) * self.mirror
        return self.height / 2 - rows / self.pitch, self.width / 2 + columns / self.pitch


def attenuation(
    leg: Leg, fracture: Fracture, states: Mapping[Cortex, CortexState], fixation: Fixation, pose: Pose
) -> Float32[np.ndarray, "h w"]:
    """Sum mu times path over everything in the beam."""
    z, u = pose.to_bone()
    coarse, fine = project_tibia(leg, fracture, states, pose.turn)
    bone = np.where(np.abs(z - np.float32(fracture.height)) < ZONE - 1, _lookup(fine, z, u), _lookup(coarse, z, u))
    bone += _fibula(leg, fracture, pose, z, u)
    soft, joint_bone = joints.project(leg, pose.view, z, u)
    total = MU_BONE * (bone + joint_bone) + MU_SOFT * np.maximum(soft, _flesh(leg, pose, z, u, 0.0))
    if fixation.kind != "none" or fixation.bar is not None:
        total += _hardware(leg, fracture, fixation, pose, z, u)
    return total.astype(np.float32)


def offset_in_view(pose: Pose, x: float, y: float) -> float:
    """Return the in-plane position of an axis at x, y."""
    return x * float(np.cos(pose.turn)) + y * float(np.sin(pose.turn))


def cortex_box(leg: Leg, fracture: Fracture, pose: Pose, cortex: Cortex) -> tuple[float, float, float, float] | None:
    """Return the box (x0, y0, x1, y1 in pixels) of a cortex around the fracture, None where the view hides it."""
    if cortex not in CORTICES_ON[pose.view]:
        return None
    width, depth = half_widths(leg, np.array([fracture.height]))
    half = float(width[0] if pose.view == "ap" else depth[0])
    sign = 1 if cortex in ("medial", "anterior") else -1
    near, far = sign * (half - leg.cortex - 1), sign * (half + 7)
    return _box(pose, (fracture.height - 20, fracture.height + 20), (near, far))


def fracture_box(leg: Leg, fracture: Fracture, pose: Pose) -> tuple[float, float, float, float] | None:
    """Return the box of the fracture (x0, y0, x1, y1 in pixels), None where it lies off the film."""
    width, depth = half_widths(leg, np.array([fracture.height]))
    half = float(width[0] if pose.view == "ap" else depth[0])
    rise = half * min(fracture.obliquity, 1.6) + fracture.gap + fracture.roughness + 2
    return _box(pose, (fracture.height - rise, fracture.height + rise), (-half - 2, half + 2))


def _box(pose: Pose, z: tuple[float, float], u: tuple[float, float]) -> tuple[float, float, float, float] | None:
    rows, columns = pose.to_film(np.array([z[0], z[0], z[1], z[1]]), np.array([u[0], u[1], u[0], u[1]]))
    x0, x1 = np.clip([columns.min(), columns.max()], 0, pose.width)
    y0, y1 = np.clip([rows.min(), rows.max()], 0, pose.height)
    box = (round(float(x0), 1), round(float(y0), 1), round(float(x1), 1), round(float(y1), 1))
    return box if x1 - x0 >= 2 and y1 - y0 >= 2 else None


def _lookup(profile: Profile, z: np.ndarray, u: np.ndarray) -> Float32[np.ndarray, "h w"]:
    """Interpolate line integrals at every pixel; zero outside the grid."""
    from scipy.ndimage import map_coordinates

    index = np.arange(len(profile.z), dtype=np.float32)
    row = np.interp(z, profile.z, index).astype(np.float32)
    reach = np.interp(z, profile.z, profile.reach).astype(np.float32)
    columns = profile.thickness.shape[1]
    column = (u / reach + 1) * np.float32((columns - 1) / 2)
    inside = (z > profile.z[0]) & (z < profile.z[-1])
    values = map_coordinates(profile.thickness, [row, column], order=1, mode="constant", output=np.float32)
    return values * inside


def _chord(distance: np.ndarray, radius: np.ndarray | float) -> np.ndarray:
    """Return the path through a disc at a distance from its centre."""
    return 2 * np.sqrt(np.clip(np.square(radius) - np.square(distance), 0, None))


def _fibula(leg: Leg, fracture: Fracture, pose: Pose, z: np.ndarray, u: np.ndarray) -> np.ndarray:
    t = np.clip(z / leg.length, -0.05, 1)
    flare = np.exp(-((t / 0.06) ** 2)) + np.exp(-(((t - 0.94) / 0.05) ** 2))
    radius = np.float32(leg.fibula) * (1 + 0.5 * flare)
    axis = offset_in_view(pose, *leg.fibula_offset) * (1 - 0.12 * np.exp(-((t / 0.12) ** 2)))
    inner = np.clip(radius - 1.8 + 1.0 * flare, 0, None) * 0.9
    distance = u - np.float32(axis)
    path = _chord(distance, radius) - 0.75 * _chord(distance, inner)
    if fracture.fibula is not None:
        edge = np.abs(z - np.float32(fracture.fibula) - 0.6 * distance)
        path = path * (1 - 0.7 * np.clip(1.8 - edge, 0, 1))
    return path * np.clip((z + 14) / 6, 0, 1) * np.clip((0.96 * leg.length - z) / 6, 0, 1) * leg.density


def _flesh(leg: Leg, pose: Pose, z: np.ndarray, u: np.ndarray, margin: float) -> np.ndarray:
    """Return the path through the soft tissue's ellipse, grown by a margin."""
    heights = np.linspace(-60, leg.length + 120, 80)
    width, depth, offset = soft_tissue(leg, heights)
    across, along = (width, depth) if pose.view == "ap" else (depth, width)
    half = np.interp(z, heights, across + margin).astype(np.float32)
    deep = np.interp(z, heights, along + margin).astype(np.float32)
    centre = 0.0 if pose.view == "ap" else np.interp(z, heights, offset).astype(np.float32)
    shape = np.sqrt(np.clip(1 - np.square((u - centre) / half), 0, None))
    return 2 * deep * shape * np.clip((z + 55) / 25, 0, 1)


def _hardware(leg: Leg, fracture: Fracture, fixation: Fixation, pose: Pose, z: np.ndarray, u: np.ndarray) -> np.ndarray:
    total = np.zeros_like(z)
    if fixation.kind == "nail":
        x, y = centre_line(fracture, z)
        axis = x * np.float32(np.cos(pose.turn)) + y * np.float32(np.sin(pose.turn))
        within = (z > fixation.nail_from) & (z < fixation.nail_to)
        total += MU_METAL * 0.6 * _chord(u - 0.8 * axis, fixation.nail_radius) * within
        for screw in fixation.screws:
            total += MU_METAL * 0.7 * _screw(fracture, screw, pose, z, u)
    if fixation.kind == "cast":
        outer = _flesh(leg, pose, z, u, fixation.cast_gap + fixation.cast)
        total += MU_PLASTER * (outer - _flesh(leg, pose, z, u, fixation.cast_gap))
    if fixation.bar is not None:
        rail = offset_in_view(pose, fixation.bar.x, fixation.bar.y)
        total += MU_METAL * _chord(u - np.float32(rail), fixation.bar.radius) * (np.abs(z - fracture.height) < 95)
    return total


def _screw(fracture: Fracture, screw: Screw, pose: Pose, z: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return the path through a screw: a bar where it lies in the film's plane, a disc where it points at us."""
    heading = screw.heading - pose.turn
    along, away = abs(np.cos(heading)), abs(np.sin(heading))
    x, y = centre_line(fracture, np.array([screw.height]))
    axis = offset_in_view(pose, float(x[0]), float(y[0]))
    reach = 0.5 * screw.length * along + screw.radius * away
    inside = np.abs(u - axis) < reach
    thick = _chord(z - screw.height, screw.radius)
    return np.minimum(thick / max(along, 0.05), screw.length) * inside
