"""What lies above and below the tibia: femur, patella, talus and foot, as ellipsoids. Lengths in mm."""

from typing import Literal

import numpy as np
from jaxtyping import Float32

from radunion.phantom.anatomy import Leg

# Each: z and u of the centre, half axes along z and u, tilt (rad), depth of the ray at the centre (mm), hollow share.
Ellipsoid = tuple[float, float, float, float, float, float, float]

_KNEE: dict[str, tuple[Ellipsoid, ...]] = {
    "ap": (
        (28.0, 20.0, 24.0, 21.0, 0.1, 52.0, 0.6),
        (28.0, -20.0, 24.0, 21.0, -0.1, 52.0, 0.6),
        (90.0, 0.0, 70.0, 17.0, 0.0, 30.0, 0.5),
    ),
    "lateral": (
        (30.0, -6.0, 26.0, 30.0, 0.2, 66.0, 0.6),
        (42.0, 36.0, 22.0, 10.0, 0.1, 34.0, 0.4),
        (95.0, 0.0, 70.0, 16.0, 0.0, 30.0, 0.5),
    ),
}
_FOOT: dict[str, tuple[Ellipsoid, ...]] = {
    "ap": (
        (-14.0, 0.0, 13.0, 20.0, 0.0, 46.0, 0.5),
        (-42.0, -2.0, 24.0, 17.0, 0.1, 60.0, 0.5),
        (-80.0, -4.0, 38.0, 24.0, 0.1, 44.0, 0.5),
    ),
    "lateral": (
        (-13.0, 2.0, 12.0, 25.0, 0.1, 38.0, 0.5),
        (-36.0, -26.0, 16.0, 32.0, -0.25, 34.0, 0.55),
        (-36.0, 44.0, 14.0, 26.0, -0.35, 36.0, 0.5),
        (-60.0, 92.0, 7.0, 38.0, -0.35, 28.0, 0.4),
    ),
}
_FLESH: dict[str, tuple[Ellipsoid, ...]] = {
    "ap": ((-58.0, -2.0, 66.0, 40.0, 0.05, 130.0, 0.0),),
    "lateral": ((-38.0, -16.0, 38.0, 52.0, -0.2, 70.0, 0.0), (-52.0, 62.0, 24.0, 92.0, -0.33, 66.0, 0.0)),
}


def project(
    leg: Leg, view: Literal["ap", "lateral"], z: Float32[np.ndarray, "h w"], u: Float32[np.ndarray, "h w"]
) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
    """Return paths (mm) through the foot's soft tissue and through the bones of both joints."""
    size = leg.length / 370
    soft, bone = np.zeros_like(z), np.zeros_like(z)
    for ellipsoid in _FLESH[view]:
        _add(soft, ellipsoid, size, 0.0, z, u)
    for ellipsoid in _FOOT[view]:
        _add(bone, ellipsoid, size, 0.0, z, u)
    for ellipsoid in _KNEE[view]:
        _add(bone, ellipsoid, size, leg.length, z, u)
    return soft, bone * np.float32(leg.density)


def _add(target: np.ndarray, ellipsoid: Ellipsoid, size: float, base: float, z: np.ndarray, u: np.ndarray) -> None:
    """Add one ellipsoid: a dense rim and, inside it, spongy bone (`hollow` 0 is solid soft tissue)."""
    at_z, at_u, half_z, half_u, tilt, depth, hollow = (
        ellipsoid[0] * size + base, *(value * size for value in ellipsoid[1:4]), *ellipsoid[4:]
    )  # fmt: skip
    rows = np.flatnonzero((np.abs(z - at_z) < half_z + half_u).any(axis=1))
    if not rows.size:
        return
    window = slice(int(rows[0]), int(rows[-1]) + 1)
    dz, du = z[window] - np.float32(at_z), u[window] - np.float32(at_u)
    cos, sin = np.float32(np.cos(tilt)), np.float32(np.sin(tilt))
    squared = ((dz * cos - du * sin) / half_z) ** 2 + ((dz * sin + du * cos) / half_u) ** 2
    path = np.sqrt(np.clip(1 - squared, 0, None))
    if hollow:
        path = 0.32 * path + 0.10 * np.sqrt(path) * (path > 0) - 0.08 * hollow * np.clip(0.9 - squared, 0, None)
    target[window] += np.float32(depth) * path.astype(np.float32)
