"""From a leg in space to line integrals on a film. Lengths in mm, attenuation dimensionless (mu times path)."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float32

from radunion.phantom.anatomy import soft_tissue
from radunion.phantom.bone import Profile, project_tibia
from radunion.phantom.fibula import project_fibula
from radunion.phantom.fracture import Fracture
from radunion.phantom.healing import CortexState
from radunion.phantom.joints import draw_joints
from radunion.phantom.leg import Leg
from radunion.phantom.pose import Pose
from radunion.scale import Cortex

MU_MUSCLE, MU_FAT, MU_BONE = 0.0240, 0.0205, 0.085  # per mm at about 45 keV, the middle of a beam of 60 to 65 kV
_FINE_INSET = 1.5  # mm at the ends of the fracture's zone where the coarse pass is used

Film = Float32[np.ndarray, "h w"]
Points = Float32[np.ndarray, " n"]


def attenuation(leg: Leg, fracture: Fracture, states: Mapping[Cortex, CortexState], pose: Pose) -> Film:
    """Sum mu times path over the leg itself, without what holds it."""
    z, u = pose.to_bone()
    joints = draw_joints(leg, pose)
    bone = _tibia(leg, fracture, states, pose, z, u)
    bone = bone + project_fibula(leg, fracture, pose, z, u) + joints.bone
    muscle, fat = flesh(leg, pose, z, u)
    beyond = np.maximum(joints.flesh - muscle - fat, 0)
    return (MU_BONE * bone + MU_MUSCLE * (muscle + beyond) + MU_FAT * fat).astype(np.float32)


def flesh(leg: Leg, pose: Pose, z: Film, u: Film) -> tuple[Film, Film]:
    """Return the mm of muscle and of fat beneath the skin on each ray."""
    heights = np.linspace(-60, leg.length + 120, 80)
    width, depth, offset = soft_tissue(leg, heights)
    at_z, at_u, larger = pose.seen(np.zeros_like(heights), offset, heights)
    across, along = (width, depth) if pose.view == "ap" else (depth, width)
    half, deep, centre = (
        np.interp(z, at_z, table).astype(np.float32) for table in (across * larger, along * larger, at_u)
    )
    ends = np.clip((z + 22 * np.float32(leg.size)) / 14, 0, 1)
    off = np.square((u - centre) / half)
    lean = np.float32(1 - leg.fat)
    whole = 2 * deep * np.sqrt(np.clip(1 - off, 0, None)) * ends
    muscle = 2 * lean * deep * np.sqrt(np.clip(1 - off / (lean * lean), 0, None)) * ends
    return muscle, whole - muscle


def _tibia(leg: Leg, fracture: Fracture, states: Mapping[Cortex, CortexState], pose: Pose, z: Film, u: Film) -> Film:
    coarse, fine = project_tibia(leg, fracture, states, pose)
    near = np.abs(z - np.float32(fracture.height)) < fracture.zone - _FINE_INSET
    bone = np.zeros_like(z)
    for profile, rows in ((coarse, ~near), (fine, near)):
        _add(bone, profile, rows, leg, pose, z, u)
    return bone


def _add(bone: Film, profile: Profile, rows: Bool[np.ndarray, "h w"], leg: Leg, pose: Pose, z: Film, u: Film) -> None:
    """Interpolate a profile's line integrals at the pixels of some rows."""
    from scipy.ndimage import map_coordinates

    if len(profile.z) < 2:
        return
    left, right = (profile.middle - profile.reach).min(), (profile.middle + profile.reach).max()
    within = rows & (z > profile.z[0]) & (z < profile.z[-1]) & (u > left) & (u < right)
    z, u = z[within], u[within]
    row = (z - profile.z[0]) / (profile.z[1] - profile.z[0])
    reach, middle = (np.interp(z, profile.z, table).astype(np.float32) for table in (profile.reach, profile.middle))
    column = ((u - middle) / reach + 1) * np.float32((profile.cortical.shape[1] - 1) / 2)
    cortical, spongy = (
        map_coordinates(layer, [row, column], order=1, mode="constant", output=np.float32)
        for layer in (profile.cortical, profile.spongy)
    )
    bone[within] = cortical + spongy * _trabeculae(leg, pose, z, u)


def _trabeculae(leg: Leg, pose: Pose, z: Points, u: Points) -> Points:
    """Return the pattern of trabeculae about 1: streaks along the bone that stay with the leg from visit to visit."""
    from scipy.ndimage import gaussian_filter, map_coordinates

    random = np.random.default_rng([leg.texture_seed, 2 + (pose.view == "ap")])
    fine = gaussian_filter(random.standard_normal((256, 192), dtype=np.float32), (1.6, 0.7), mode="wrap")
    broad = gaussian_filter(random.standard_normal((256, 192), dtype=np.float32), (7, 4), mode="wrap")
    pattern = 0.10 * fine / fine.std() + 0.10 * broad / broad.std()
    rows, columns = np.mod(z / np.float32(0.55), 256), np.mod(u / np.float32(0.55), 192)
    return 1 + map_coordinates(pattern, [rows, columns], order=1, mode="grid-wrap", output=np.float32)
