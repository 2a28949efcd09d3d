"""The tibia as a density field, integrated along the rays. Lengths in mm, densities relative to cortical bone.

The bone is evaluated on a grid that widens with it: heights by in-plane position by depth. A coarse pass covers the
whole bone, a fine one the zone of the fracture; both are interpolated onto the film later.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from radunion.phantom.anatomy import axis, cortical_thickness, end_depth, half_widths, malleolus_depth, outline, spongy
from radunion.phantom.fracture import Fracture, distance_to, height_above
from radunion.phantom.healing import CortexState
from radunion.phantom.leg import Leg
from radunion.phantom.pose import Pose
from radunion.scale import CORTICES, Cortex

Field = Float32[np.ndarray, "n u d"]

_COARSE, _FINE = 2.6, 0.62  # mm between heights
_SAMPLES = {"coarse": (88, 44), "fine": (96, 64)}  # in-plane positions, depths
_BELOW, _ABOVE = 22.0, 14.0  # mm of the malleolus, and of the eminence, beyond the ends
_EDGE = np.float32(0.8)
_RAMP = 20.0  # mm above and below the fracture over which the grid follows the fragment's shift
_AT_ONCE = 8  # heights, so that what is computed of them stays in the processor's cache
_PHYSES = (0.055, 0.955)  # t of the growth plates


@dataclass(frozen=True)
class Profile:
    """Line integrals (mm of cortical bone) on a grid: heights `z`, and positions from -1 to 1 times `reach`."""

    z: Float32[np.ndarray, " n"]
    reach: Float32[np.ndarray, " n"]
    middle: Float32[np.ndarray, " n"]  # mm, of the positions
    cortical: Float32[np.ndarray, "n m"]
    spongy: Float32[np.ndarray, "n m"]


@dataclass(frozen=True)
class Sample:
    """What the bone would be at each point if it were whole."""

    inside: Field  # mm below the surface, roughly
    shell: Field  # share of the point that is cortical
    canal: Field  # share that lies within the shell
    c: Field  # direction from the axis: cosine (1 = medial) and sine (1 = anterior)
    s: Field
    cortical: Float32[np.ndarray, "n _ d"]  # density
    filling: Float32[np.ndarray, "n _ d"]


def project_tibia(
    leg: Leg, fracture: Fracture, states: Mapping[Cortex, CortexState], pose: Pose
) -> tuple[Profile, Profile]:
    """Integrate the tibia along a film's rays; return the coarse and the fine pass."""
    z, _ = pose.to_bone()
    shown = float(z.min()) - _COARSE, float(z.max()) + _COARSE
    coarse = _heights((-_BELOW, leg.length + _ABOVE), shown, _COARSE)
    fine = _heights((fracture.height - fracture.zone, fracture.height + fracture.zone), shown, _FINE)
    return (
        _project(leg, fracture, states, pose, coarse, _SAMPLES["coarse"], healed=False),
        _project(leg, fracture, states, pose, fine, _SAMPLES["fine"], healed=True),
    )


def centre_line(leg: Leg, fracture: Fracture, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the bone's axis in x and y: as grown above the fracture, shifted and angulated below it."""
    x, y = axis(leg, z)
    below = np.clip(fracture.height - z, 0, None)
    step = z < fracture.height
    return (
        x + step * (fracture.shift[0] + fracture.angulation[0] * below),
        y + step * (fracture.shift[1] + fracture.angulation[1] * below),
    )


def _grid_axis(leg: Leg, fracture: Fracture, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle of the grid in x and y: like the centre line but without its step.

    Rows on both sides of a step would be interpolated at points that do not belong together, which draws a line across
    the film where the bone broke.
    """
    x, y = axis(leg, z)
    above = z - fracture.height
    below, part = np.clip(-above, 0, None), np.clip(0.5 - above / (2 * _RAMP), 0, 1)
    return (
        x + part * fracture.shift[0] + fracture.angulation[0] * below,
        y + part * fracture.shift[1] + fracture.angulation[1] * below,
    )


def _heights(of_bone: tuple[float, float], shown: tuple[float, float], step: float) -> Float[np.ndarray, " n"]:
    """Return evenly spaced heights of a stretch of bone as far as the film shows it."""
    return np.arange(max(of_bone[0], shown[0]), min(of_bone[1], shown[1]), step)


def _project(
    leg: Leg,
    fracture: Fracture,
    states: Mapping[Cortex, CortexState],
    pose: Pose,
    heights: Float[np.ndarray, " n"],
    samples: tuple[int, int],
    *,
    healed: bool,
) -> Profile:
    width, depth = half_widths(leg, heights)
    centre_x, centre_y = _grid_axis(leg, fracture, heights)
    middle = (centre_x * np.cos(pose.turn) + centre_y * np.sin(pose.turn)).astype(np.float32)
    away = (centre_y * np.cos(pose.turn) - centre_x * np.sin(pose.turn)).astype(np.float32)
    slack = 9.0 + np.hypot(*fracture.shift) + fracture.zone * np.hypot(*fracture.angulation)
    reach = (np.maximum(width, depth) * 1.25 + slack).astype(np.float32)
    u = (middle[:, None] + reach[:, None] * np.linspace(-1, 1, samples[0], dtype=np.float32))[:, :, None]
    ray = np.linspace(-1, 1, samples[1], dtype=np.float32)
    d = (away[:, None] + reach[:, None] * ray)[:, None, :]
    rows = heights.astype(np.float32)
    step = (reach * (ray[1] - ray[0]))[:, None]
    cortical, filling = (np.empty((len(rows), samples[0]), dtype=np.float32) for _ in range(2))
    for first in range(0, len(rows), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        x, y, z = pose.on_ray(rows[part, None, None], u[part], d[part])
        dense = _density(leg, fracture, states, x, y, z, healed=healed)
        cortical[part], filling[part] = (one.sum(axis=2) * step[part] for one in dense)
    return Profile(rows, reach, middle, cortical, filling)


def _density(
    leg: Leg,
    fracture: Fracture,
    states: Mapping[Cortex, CortexState],
    x: Field,
    y: Field,
    z: Float32[np.ndarray, "n 1 d"],
    *,
    healed: bool,
) -> tuple[Field, Field]:
    centre_x, centre_y = (centre.astype(np.float32) for centre in axis(leg, z))
    x, y = x - centre_x, y - centre_y
    main = height_above(fracture, fracture.cracks[0], x, y, z)
    rounded = float(np.mean([state.rounded for state in states.values()]))
    x, y = _put_back(fracture, x, y, z, main, np.float32(max(rounded, 0.01)))
    whole = _whole(leg, x, y, z)
    if not healed:
        return whole.cortical * whole.shell, whole.filling * whole.canal
    return _healing(fracture, states, distance_to(fracture, x, y, z, main), whole)


def _put_back(
    fracture: Fracture, x: Field, y: Field, z: np.ndarray, main: Field, rounded: np.float32
) -> tuple[Field, Field]:
    """Return where points of displaced fragments were before the fracture; `rounded` mm smooth the step."""
    below = np.clip(np.float32(fracture.height) - z, 0, None)
    distal = _soft(-main, rounded)
    x = x - distal * (np.float32(fracture.shift[0]) + np.float32(fracture.angulation[0]) * below)
    y = y - distal * (np.float32(fracture.shift[1]) + np.float32(fracture.angulation[1]) * below)
    for crack in fracture.cracks[1:] if fracture.wedge else ():
        if crack.side is None:
            continue
        cos, sin = np.float32(np.cos(crack.side)), np.float32(np.sin(crack.side))
        loose = (main < 0) & (height_above(fracture, crack, x, y, z) > 0) & (x * cos + y * sin > 0)
        out = loose * np.float32(fracture.wedge)
        x, y = x - out * cos, y - out * sin
    return x, y


def _whole(leg: Leg, x: Field, y: Field, z: Float32[np.ndarray, "n 1 d"]) -> Sample:
    width, depth = (half.astype(np.float32) for half in half_widths(leg, z))
    radius = np.sqrt(np.square(x / width) + np.square(y / depth)) + np.float32(1e-4)
    c, s = x / (width * radius), y / (depth * radius)
    inside = (outline(leg, z, s) - radius) * np.sqrt(width * depth)
    shell = cortical_thickness(leg, z).astype(np.float32) * (1 + np.float32(1.6 * leg.crest) * s)
    rows = _near_ends(leg, z)
    if rows.any():
        inside[rows] = np.minimum(inside[rows], end_depth(leg, x[rows], y[rows], z[rows]))
        inside[rows] = np.maximum(inside[rows], malleolus_depth(leg, x[rows], y[rows], z[rows]))
    whole, canal = _soft(inside, _EDGE), _soft(inside - shell, _EDGE)
    cortical, filling = np.full_like(z, leg.density), spongy(leg, z).astype(np.float32)
    if leg.physis:
        open_plate, rim = _growth_plates(leg, x, y, z)
        cortical, filling = cortical * (1 - open_plate), filling * (1 - open_plate) + rim
    return Sample(inside, whole - canal, canal, c, s, cortical, filling)


def _near_ends(leg: Leg, z: np.ndarray) -> np.ndarray:
    low, high = z.min(axis=(1, 2)), z.max(axis=(1, 2))
    return (low < 8) | (high > leg.length - 20)


def _growth_plates(leg: Leg, x: Field, y: Field, z: np.ndarray) -> tuple[Field, Field]:
    """Return the share that an open plate takes of the bone, and the density of the rims beside it."""
    plate, rim = np.zeros_like(x), np.zeros_like(x)
    for place in _PHYSES:
        away = np.abs(
            z - np.float32(place * leg.length) - np.float32(1.6) * np.sin(x * np.float32(0.16) + y * np.float32(0.11))
        )
        plate += np.float32(0.8 * leg.physis) * _soft(np.float32(1.1) - away, np.float32(0.9))
        rim += np.float32(0.25) * np.exp(-np.square((away - np.float32(2.6)) / np.float32(1.1)))
    return plate, rim


def _healing(
    fracture: Fracture, states: Mapping[Cortex, CortexState], distance: Field, whole: Sample
) -> tuple[Field, Field]:
    look = _blend(states, whole.c, whole.s)
    gap = look["line"] * _soft(look["gap"] - distance, np.float32(0.7))
    reach = np.exp(-np.square(distance / look["spread"]))
    mounds = 1 - look["notch"] * np.exp(-np.square(distance / np.float32(3.0)))
    outside = 1 - np.minimum(whole.shell + whole.canal, 1)
    height = look["callus"] * reach  # mm outside the cortex; below half a millimetre there is none
    cuff = (
        _soft(whole.inside + height, np.float32(1.6)) * outside * mounds * np.clip(2 * height - np.float32(0.2), 0, 1)
    )
    plug = whole.canal * look["endosteal"] * np.exp(-np.square(distance / np.float32(12.0)))
    hard = 1 + look["sclerosis"] * np.exp(-np.square(distance / np.float32(4.0)))
    cortical = whole.cortical * whole.shell * hard * (1 - gap) + look["density"] * cuff + plug
    return cortical, whole.filling * whole.canal * (1 - gap)


def _blend(states: Mapping[Cortex, CortexState], c: Field, s: Field) -> dict[str, Field]:
    """Mix the four cortices' looks around the bone; the weights are sharp in the middle of each cortex."""
    raw = [np.square(np.square(np.clip(direction, 0, None))) for direction in (c, -c, s, -s)]
    total = raw[0] + raw[1] + raw[2] + raw[3] + np.float32(1e-6)
    names = ("line", "gap", "callus", "spread", "density", "notch", "endosteal", "sclerosis")
    look = {name: np.zeros_like(total) for name in names}
    for weight, cortex in zip(raw, CORTICES, strict=True):
        weight /= total
        for name in names:
            value = getattr(states[cortex], name)
            if value:
                look[name] += np.float32(value) * weight
    return look


def _soft(depth: np.ndarray, edge: np.float32) -> np.ndarray:
    """Return occupancy from a signed depth: 0 outside, 1 inside, linear over one edge width."""
    return np.clip(depth / edge + np.float32(0.5), 0, 1)
