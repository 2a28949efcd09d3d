"""The mm of plaster on each ray: a shell around the skin's ellipse, and the foot's part. Lengths in mm."""

import numpy as np
from jaxtyping import Float32

from radunion.phantom.anatomy import soft_tissue
from radunion.phantom.fixation.boot import FADE, add_boot, lowest
from radunion.phantom.fixation.kinds import Plaster
from radunion.phantom.fixation.texture import Texture, texture_of
from radunion.phantom.leg import Leg
from radunion.phantom.pose import Pose

Points = Float32[np.ndarray, " n"]

_STEP = 2.0  # mm between tabulated heights
_SOFT = np.float32(0.16)  # rad over which a slab thins out at its borders
_RIM = np.float32(9.0)  # mm of the upper end that is folded over
_BEHIND = -np.pi / 2


def plaster_path(plaster: Plaster, leg: Leg, pose: Pose) -> Float32[np.ndarray, "h w"]:
    """Return the mm of plaster on each ray."""
    z, u = pose.to_bone()
    path = np.zeros_like(z)
    texture = texture_of(plaster)
    tables = _tables(plaster, leg, pose, texture)
    near = (z > lowest(leg, pose)) & (z < plaster.top + 6) & (np.abs(u - tables[1].mean()) < tables[3:5].max() + 40)
    path[near] = _shell(plaster, pose, texture, tables, z[near], u[near]) * _below(leg, pose, z[near])
    add_boot(path, plaster, texture, leg, pose)
    return path * np.float32(plaster.density)


def _tables(plaster: Plaster, leg: Leg, pose: Pose, texture: Texture) -> np.ndarray:
    """Return rows of z, u of the middle, half depth, and half width of both surfaces on both sides, by height."""
    heights = np.arange(lowest(leg, pose) - 30, plaster.top + 40, _STEP)
    width, depth, offset = soft_tissue(leg, heights)
    at_z, middle, larger = pose.seen(np.zeros_like(heights), offset, heights)
    cos, sin = np.cos(pose.turn), np.sin(pose.turn)
    across, along = np.hypot(width * cos, depth * sin), np.hypot(width * sin, depth * cos)
    sides = [
        (across + plaster.gap + off + texture.wave(surface, side, heights)) * larger
        for side in (0, 1)
        for surface, off in ((0, 0.0), (1, plaster.thickness))
    ]
    return np.stack([at_z, middle, (along + plaster.gap) * larger, *sides])


def _shell(plaster: Plaster, pose: Pose, texture: Texture, tables: np.ndarray, z: Points, u: Points) -> Points:
    """Return the path through the near and the far wall, each as thick as it is there."""
    row = (z - np.float32(tables[0, 0])) * np.float32((tables.shape[1] - 1) / (tables[0, -1] - tables[0, 0]))
    at = np.clip(row, 0, tables.shape[1] - 2).astype(np.int32)
    part = (row - at).astype(np.float32)
    middle, deep, *sides = (_between(table, at, part) for table in tables[1:].astype(np.float32))
    off = u - middle
    right = off > 0
    inner, outer = np.where(right, sides[0], sides[2]), np.where(right, sides[1], sides[3])
    to_inner, to_outer = (
        _half(off, inner, deep),
        _half(off, np.maximum(outer, inner + 1), deep + np.float32(plaster.thickness)),
    )
    wall = np.maximum(to_outer - to_inner, 0)
    place = (to_inner + to_outer) / 2
    return sum(
        (wall * _present(plaster, pose, texture, z, off / outer, side * place / deep) for side in (-1, 1)),
        np.zeros_like(z),
    )


def _present(plaster: Plaster, pose: Pose, texture: Texture, z: Points, off: Points, deep: Points) -> Points:
    """Return the relative thickness of a wall, 0 beyond its ends and a slab's borders."""
    cos, sin = np.float32(np.cos(pose.turn)), np.float32(np.sin(pose.turn))
    heading = np.arctan2(off * sin + deep * cos, off * cos - deep * sin)
    thick = texture.thickness(z, heading)
    below = np.float32(plaster.top) + 4 * (thick - 1) + 3 * np.sin(2 * heading) - z
    thick = thick * np.clip(below / 2, 0, 1) * (1 + np.float32(0.35) * np.clip(2 - below / _RIM, 0, 1))
    if plaster.shape == "slab":
        away = np.abs(
            np.mod(heading - np.float32(_BEHIND) + np.float32(np.pi), np.float32(2 * np.pi)) - np.float32(np.pi)
        )
        thick = thick * np.clip((np.float32(plaster.wrap) - away) / _SOFT + (thick - 1), 0, 1)
    return thick


def _below(leg: Leg, pose: Pose, z: Points) -> Points:
    """Return 1 along the leg, falling to 0 where the foot's part takes over."""
    return np.clip((z - np.float32(lowest(leg, pose))) / np.float32(FADE), 0, 1)


def _half(off: Points, half: Points, deep: Points) -> Points:
    return deep * np.sqrt(np.clip(1 - np.square(off / half), 0, None))


def _between(table: Float32[np.ndarray, " k"], at: np.ndarray, part: Points) -> Points:
    return table[at] + (table[at + 1] - table[at]) * part
