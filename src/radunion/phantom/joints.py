"""The knee and the foot of a leg on one film, as layers of flesh and bone."""

import numpy as np

from radunion.phantom.foot import draw_foot
from radunion.phantom.knee import draw_knee
from radunion.phantom.leg import Leg
from radunion.phantom.made.canvas import Canvas, blank, paint
from radunion.phantom.made.plane import point
from radunion.phantom.pose import Pose

_NEAR = 40.0  # mm from a joint at which it may be seen


def draw_joints(leg: Leg, pose: Pose) -> Canvas:
    """Draw the knee and the foot as they lie on a film; the layers are mm of flesh and bone."""
    canvas = blank(
        (pose.height, pose.width),
        pitch=pose.pitch,
        origin=point(pose.centre[1] * pose.mirror, -pose.centre[0]),
        tilt=-pose.mirror * pose.tilt,
    )
    half = (pose.height * abs(np.cos(pose.tilt)) + pose.width * abs(np.sin(pose.tilt))) * pose.pitch / 2
    if pose.centre[0] + half > leg.length - _NEAR:
        paint(canvas, draw_knee(leg, pose))
    if pose.centre[0] - half < _NEAR:
        paint(canvas, draw_foot(np.random.default_rng([leg.texture_seed, pose.view == "ap"]), leg, pose))
    return canvas
