"""Which cortices metal hides on a film, from the geometry alone. Lengths in mm."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from radunion.phantom.anatomy import half_widths
from radunion.phantom.bone import centre_line
from radunion.phantom.boxes import crossing_at
from radunion.phantom.fixation.held import shadow
from radunion.phantom.fixation.kinds import Fixation
from radunion.phantom.fracture import Fracture
from radunion.phantom.leg import Leg
from radunion.phantom.pose import Pose
from radunion.phantom.solids import Rod, Solid
from radunion.scale import CORTICES_ON, Cortex

REACH, BESIDE = 12.0, 2.0  # above and below the fracture, and outside the edge, that a reader looks at
COVERED = 0.5  # of that strip
OPAQUE = 0.7  # mu times path through which a cortex is not judged
_PITCH = 1.2
_ASIDE = 6.0


def hidden_cortices(covered: Mapping[Cortex, float]) -> frozenset[Cortex]:
    """Return the cortices of which metal covers at least half beside the fracture, by the shares that it covers."""
    return frozenset(cortex for cortex, share in covered.items() if share >= COVERED)


def covered_shares(leg: Leg, fracture: Fracture, fixation: Fixation, pose: Pose) -> dict[Cortex, float]:
    """Return which share of each of a view's cortices lies behind metal beside the fracture; plaster covers none."""
    shown = CORTICES_ON[pose.view]
    crossings = {cortex: crossing_at(leg, fracture, cortex) for cortex in shown}
    heights = np.linspace(min(crossings.values()) - REACH, max(crossings.values()) + REACH, 13)
    width, depth = half_widths(leg, heights)
    at_z, middle, larger = pose.seen(*centre_line(leg, fracture, heights), heights)
    half = larger * np.hypot(width * np.cos(pose.turn), depth * np.sin(pose.turn))
    near = _over(fixation.solids, pose, (float(at_z[0]), float(at_z[-1])), float((half - leg.cortex).min()), middle)
    if not near:
        return dict.fromkeys(shown, 0.0)
    small = _strip(pose, at_z, middle, half)
    opaque = shadow(near, small) > OPAQUE
    z, u = small.to_bone()
    off, half = u - np.interp(z, at_z, middle), np.interp(z, at_z, half)
    shares: dict[Cortex, float] = {}
    for cortex in shown:
        inwards = half - off * (1 if cortex in ("medial", "anterior") else -1)
        beside = np.abs(z - np.interp(crossings[cortex], heights, at_z)) < REACH
        shares[cortex] = float(opaque[beside & (inwards > -BESIDE) & (inwards < leg.cortex)].mean())
    return shares


def _over(
    solids: tuple[Solid, ...], pose: Pose, heights: tuple[float, float], inmost: float, middle: np.ndarray
) -> tuple[Solid, ...]:
    """Return the solids whose surrounding box on the film reaches the heights and leaves the canal between the strips.

    `inmost` is how near to the bone's middle a cortex begins.
    """
    if not solids:
        return ()
    ends = np.array([[solid.start, solid.end] for solid in solids])
    z, u, larger = pose.seen(*np.moveaxis(ends, 2, 0))
    reach = np.array([_radius(solid) for solid in solids]) * larger.max(axis=1)
    tall = (z.min(axis=1) - reach < heights[1]) & (z.max(axis=1) + reach > heights[0])
    wide = (u.min(axis=1) - reach < middle.max() - inmost) | (u.max(axis=1) + reach > middle.min() + inmost)
    return tuple(solid for solid, seen in zip(solids, tall & wide, strict=True) if seen)


def _radius(solid: Solid) -> float:
    return solid.radius if isinstance(solid, Rod) else float(np.hypot(solid.width, solid.thickness)) / 2


def _strip(pose: Pose, z: np.ndarray, middle: np.ndarray, half: np.ndarray) -> Pose:
    """Return a coarse film of the fracture alone, upright."""
    left, right = float((middle - half).min()) - _ASIDE, float((middle + half).max()) + _ASIDE
    return replace(
        pose,
        height=round(float(z[-1] - z[0]) / _PITCH),
        width=round((right - left) / _PITCH),
        pitch=_PITCH,
        mirror=1,
        tilt=0.0,
        centre=(float(z[0] + z[-1]) / 2, (left + right) / 2),
    )
