"""What a fixation adds to a film. Attenuation per mm at about 45 keV, the middle of a beam of 60 to 65 kV."""

import numpy as np
from jaxtyping import Float32

from radunion.phantom.fixation.kinds import Fixation
from radunion.phantom.fixation.plaster_path import plaster_path
from radunion.phantom.leg import Leg
from radunion.phantom.pose import Pose
from radunion.phantom.solids import Material, Solid, metal_path

MU_METAL: dict[Material, float] = {"steel": 0.95, "titanium": 0.42, "aluminium": 0.11, "carbon": 0.034}
"""Below the tabulated ones of NIST for steel and titanium, whose thickness hardens the beam."""
MU_PLASTER = 0.052


def held_by(fixation: Fixation, leg: Leg, pose: Pose) -> Float32[np.ndarray, "h w"]:
    """Return mu times path of the metal and the plaster on each ray."""
    added = shadow(fixation.solids, pose)
    for plaster in fixation.plasters:
        added += np.float32(MU_PLASTER) * plaster_path(plaster, leg, pose)
    return added


def shadow(solids: tuple[Solid, ...], pose: Pose) -> Float32[np.ndarray, "h w"]:
    """Return mu times path of rods and boxes, each by its material."""
    added = np.zeros((pose.height, pose.width), np.float32)
    for material, mu in MU_METAL.items():
        those = [solid for solid in solids if solid.material == material]
        if those:
            added += np.float32(mu) * metal_path(those, pose)
    return added
