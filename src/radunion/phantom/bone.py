"""The tibia as a density field, integrated along parallel rays. Lengths in mm, densities relative to cortical bone.

The bone is evaluated on a grid that widens with it: heights by in-plane position by depth. A coarse pass covers the
whole bone, a fine one the zone of the fracture; both are interpolated onto the film later.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from radunion.phantom.anatomy import Leg, cortical_thickness, half_widths, spongy
from radunion.phantom.healing import CortexState, Fracture
from radunion.scale import CORTICES, Cortex

ZONE = 42.0  # mm above and below the fracture that the fine pass covers
_SLOPE_LIMIT = 1.6
_SAMPLES = {"coarse": (60, 72, 40), "fine": (150, 88, 44)}  # heights, in-plane positions, depths


@dataclass(frozen=True)
class Profile:
    """Line integrals (mm of cortical bone) on a grid: heights `z`, and positions from -1 to 1 times `reach`."""

    z: Float32[np.ndarray, " n"]
    reach: Float32[np.ndarray, " n"]
    thickness: Float32[np.ndarray, "n m"]


def project_tibia(
    leg: Leg, fracture: Fracture, states: Mapping[Cortex, CortexState], turn: float
) -> tuple[Profile, Profile]:
    """Integrate the tibia along rays turned by `turn` rad about z (0 = from the front); return coarse, fine."""
    low, high = fracture.height - ZONE, fracture.height + ZONE
    coarse = np.linspace(-6.0, leg.length + 4.0, _SAMPLES["coarse"][0])
    coarse = np.sort(np.concatenate([coarse, [low, high]]))
    fine = np.linspace(low, high, _SAMPLES["fine"][0])
    return (
        _project(leg, fracture, states, turn, coarse, _SAMPLES["coarse"][1:]),
        _project(leg, fracture, states, turn, fine, _SAMPLES["fine"][1:]),
    )


def centre_line(fracture: Fracture, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the bone's axis in x and y: straight above the fracture, shifted and angulated below it."""
    below = np.clip(fracture.height - z, 0, None)
    step = z < fracture.height
    return (
        step * (fracture.shift[0] + fracture.angulation[0] * below),
        step * (fracture.shift[1] + fracture.angulation[1] * below),
    )


def _project(
    leg: Leg,
    fracture: Fracture,
    states: Mapping[Cortex, CortexState],
    turn: float,
    heights: Float[np.ndarray, " n"],
    samples: tuple[int, int],
) -> Profile:
    width, depth = half_widths(leg, heights)
    centre_x, centre_y = centre_line(fracture, heights)
    room = np.hypot(centre_x, centre_y) + 8.0 + abs(fracture.shift[0]) + abs(fracture.shift[1])
    reach = (np.maximum(width, depth) * 1.2 + room).astype(np.float32)
    u = (reach[:, None] * np.linspace(-1, 1, samples[0], dtype=np.float32))[:, :, None]
    ray = np.linspace(-1, 1, samples[1], dtype=np.float32)
    d = (reach[:, None] * ray)[:, None, :]
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    x, y = u * cos - d * sin, u * sin + d * cos
    density = _density(leg, fracture, states, x, y, heights)
    step = reach * (ray[1] - ray[0])
    return Profile(heights.astype(np.float32), reach, density.sum(axis=2) * step[:, None])


def _density(
    leg: Leg,
    fracture: Fracture,
    states: Mapping[Cortex, CortexState],
    x: Float32[np.ndarray, "n u d"],
    y: Float32[np.ndarray, "n u d"],
    heights: Float[np.ndarray, " n"],
) -> Float32[np.ndarray, "n u d"]:
    z = heights.astype(np.float32)[:, None, None]
    plane = _distance_to_plane(fracture, x, y, z)
    distal = plane < 0
    below = np.clip(fracture.height - z, 0, None)
    x = x - distal * (np.float32(fracture.shift[0]) + np.float32(fracture.angulation[0]) * below)
    y = y - distal * (np.float32(fracture.shift[1]) + np.float32(fracture.angulation[1]) * below)
    width, depth = (half.astype(np.float32)[:, None, None] for half in half_widths(leg, heights))
    radius = np.sqrt((x / width) ** 2 + (y / depth) ** 2) + np.float32(1e-4)
    c, s = x / (width * radius), y / (depth * radius)
    crest = np.float32(leg.crest)
    outer = 1 + crest * (4 * s * s * s - 3 * s)
    inside = (outer - radius) * np.sqrt(width * depth)  # mm below the surface, roughly
    shell = cortical_thickness(leg, heights).astype(np.float32)[:, None, None] * (1 + crest * s)
    filling = spongy(leg, heights).astype(np.float32)[:, None, None]
    edge = np.float32(0.8)
    whole, canal = _soft(inside, edge), _soft(inside - shell, edge)
    if np.abs(heights - fracture.height).max() > ZONE + 1:  # the coarse pass is not used inside the zone
        return leg.density * (whole - canal) + filling * canal
    return _healing(fracture, states, plane, inside, whole, canal, c, s, leg, filling)


def _healing(
    fracture: Fracture,
    states: Mapping[Cortex, CortexState],
    plane: np.ndarray,
    inside: np.ndarray,
    whole: np.ndarray,
    canal: np.ndarray,
    c: np.ndarray,
    s: np.ndarray,
    leg: Leg,
    filling: np.ndarray,
) -> Float32[np.ndarray, "n u d"]:
    look = _blend(states, c, s)
    distance = np.abs(plane)
    gap = look["line"] * _soft(look["gap"] - distance, np.float32(0.7))
    reach = np.exp(-((distance / look["spread"]) ** 2))
    mounds = 1 - look["notch"] * np.exp(-((distance / 3.0) ** 2))
    cuff = _soft(inside + look["callus"] * reach, np.float32(1.6)) * (1 - whole) * mounds * (look["callus"] > 0.15)
    plug = canal * look["endosteal"] * np.exp(-((distance / 12.0) ** 2))
    bone = (leg.density * (whole - canal) + filling * canal) * (1 - gap)
    return bone + look["density"] * cuff + plug


def _blend(states: Mapping[Cortex, CortexState], c: np.ndarray, s: np.ndarray) -> dict[str, np.ndarray]:
    """Mix the four cortices' looks around the bone; the weights are sharp in the middle of each cortex."""
    raw = [np.clip(direction, 0, None) ** 4 for direction in (c, -c, s, -s)]
    total = raw[0] + raw[1] + raw[2] + raw[3] + np.float32(1e-6)
    names = ("line", "gap", "callus", "spread", "density", "notch", "endosteal")
    look = {name: np.zeros_like(total) for name in names}
    for weight, cortex in zip(raw, CORTICES, strict=True):
        weight /= total
        for name in names:
            value = getattr(states[cortex], name)
            if value:
                look[name] += np.float32(value) * weight
    return look


def _distance_to_plane(fracture: Fracture, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return the height above the fracture's jagged plane, along its normal."""
    slope = np.float32(min(fracture.obliquity, _SLOPE_LIMIT))
    along = np.float32(np.cos(fracture.direction)) * x + np.float32(np.sin(fracture.direction)) * y
    across = np.float32(-np.sin(fracture.direction)) * x + np.float32(np.cos(fracture.direction)) * y
    jag = np.sin(across * np.float32(0.55) + np.float32(fracture.phase)) + np.sin(along * np.float32(0.9))
    height = z - np.float32(fracture.height) - slope * along - np.float32(fracture.roughness) * jag
    return height / np.sqrt(1 + slope * slope)


def _soft(depth: np.ndarray, edge: np.float32) -> np.ndarray:
    """Return occupancy from a signed depth: 0 outside, 1 inside, linear over one edge width."""
    return np.clip(depth / edge + np.float32(0.5), 0, 1)
