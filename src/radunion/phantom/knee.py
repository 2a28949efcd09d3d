"""The femur, the patella and the thigh's flesh above the tibia, from the front or from the side. Lengths in mm.

Outlines are drawn after atlases of anatomy, in the femur's own frame: its lower end at 0, its shaft upwards (y < 0), x
towards the front from the side, towards medial from the front.
"""

from radunion.phantom.leg import Leg
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.plane import point
from radunion.phantom.outline import Frame, OutlinedBone, OutlinedFlesh, Points
from radunion.phantom.pose import Pose

_FEMUR: dict[str, Points] = {
    "lateral": (
        (14, -420), (14, -250), (14, -110), (18, -80), (27, -60), (32, -42), (29, -22), (18, -6), (4, -1),
        (-12, -2), (-26, -9), (-34, -24), (-34, -40), (-26, -55), (-17, -74), (-13, -110), (-13, -250),
        (-13, -420),
    ),
    "ap": (
        (14, -420), (14, -250), (14, -120), (20, -85), (34, -56), (40, -36), (40, -14), (31, -2), (18, 0), (9, -5),
        (5, -15), (-5, -15), (-9, -5), (-18, 0), (-31, -2), (-40, -14), (-40, -36), (-34, -56), (-20, -85),
        (-14, -120), (-13, -250), (-13, -420),
    ),
}  # fmt: skip
_PATELLA: dict[str, Points] = {
    "lateral": ((37, -54), (45, -52), (51, -38), (49, -20), (43, -11), (37, -20), (35, -38)),
    "ap": ((0, -60), (15, -55), (21, -42), (16, -26), (3, -17), (-10, -22), (-20, -38), (-15, -54)),
}
_THIGH: dict[str, Points] = {
    "lateral": (
        (70, -420),
        (66, -200),
        (56, -80),
        (54, -30),
        (40, 16),
        (0, 40),
        (-36, 16),
        (-48, -30),
        (-56, -80),
        (-80, -200),
        (-84, -420),
    ),
    "ap": (
        (74, -420),
        (70, -200),
        (56, -80),
        (49, -20),
        (40, 24),
        (0, 48),
        (-40, 24),
        (-49, -20),
        (-56, -80),
        (-70, -200),
        (-74, -420),
    ),
}
_HINGE = (-8.0, -22.0)  # the middle of the condyles
_GAP = 5.0  # of cartilage
_BACK = -6.0  # of the condyles against the tibia's axis
_DEPTH = {"lateral": 33.0, "ap": 26.0}


def draw_knee(leg: Leg, pose: Pose) -> list[Shape]:
    """Draw the knee of a leg as it is seen on a film."""
    view, size = pose.view, leg.size
    frame = _frame(leg, pose)
    stout = Frame(frame.origin, size * leg.calf / (52 * size), frame.mirror, frame.angle)
    return [
        OutlinedFlesh(stout.place(_THIGH[view]), depth=55 * size),
        OutlinedBone(frame.place(_FEMUR[view]), _DEPTH[view] * 0.8 * size, leg.density, wall=3.0 * size, spongy=0.24),
        OutlinedBone(frame.place(_PATELLA[view]), (19 if view == "lateral" else 8) * size, leg.density, spongy=0.3),
    ]


def _frame(leg: Leg, pose: Pose) -> Frame:
    """Return the femur's frame in the film's plane: bent about the condyles, which stay upon the plateau."""
    size, side = leg.size, 1 if pose.mirror > 0 else -1
    top = -leg.length - _GAP * size
    if pose.view == "ap":
        return Frame(point(0.0, top), size, side)
    bent = Frame(point(0.0, 0.0), size, side, -leg.flexion)
    hinge, straight = bent.at(*_HINGE), Frame(point(0.0, 0.0), size, side).at(*_HINGE)
    return Frame(straight - hinge + point(_BACK * size * side, top), size, side, -leg.flexion)
