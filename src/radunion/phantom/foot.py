"""The foot below the tibia, from the front or from the side. Lengths in mm.

Outlines are drawn after atlases of anatomy: the middle of the ankle's joint at 0, y downwards, x towards the toes from
the side and towards medial from the front.
"""

import numpy as np

from radunion.phantom.leg import Leg
from radunion.phantom.made.bones import Tube
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.flesh import Flesh
from radunion.phantom.made.plane import point
from radunion.phantom.made.profile import scaled
from radunion.phantom.outline import Frame, OutlinedBone, OutlinedFlesh, Points
from radunion.phantom.pose import Pose

_TALUS: Points = (
    (-22, 9), (-16, 4), (-6, 1), (6, 1), (15, 4), (22, 10), (32, 12), (41, 15), (44, 23), (38, 29), (26, 27),
    (17, 25), (8, 30), (-4, 31), (-16, 27), (-24, 19),
)  # fmt: skip
_CALCANEUS: Points = (
    (-10, 35), (-20, 31), (-32, 35), (-46, 38), (-56, 44), (-59, 56), (-55, 68), (-44, 72), (-30, 68), (-10, 62),
    (10, 59), (26, 57), (34, 51), (36, 43), (30, 37), (18, 33), (6, 37),
)  # fmt: skip
_NAVICULAR: Points = (
    (46, 15), (53, 13), (58, 18), (60, 28), (56, 36), (49, 36), (45, 27),
)  # fmt: skip
_CUBOID: Points = (
    (38, 45), (48, 40), (62, 44), (70, 52), (66, 60), (50, 62), (39, 58),
)  # fmt: skip
_CUNEIFORMS: Points = (
    (61, 19), (72, 21), (84, 28), (87, 38), (78, 47), (66, 43), (61, 34),
)  # fmt: skip
_SIDE = ((_TALUS, 17), (_CALCANEUS, 16), (_NAVICULAR, 17), (_CUBOID, 12), (_CUNEIFORMS, 16))  # with half their depth
_SIDE_FLESH: Points = (
    (22, -22), (32, -10), (60, 3), (100, 22), (140, 40), (180, 54), (203, 64), (207, 76), (192, 85), (150, 83),
    (100, 80), (50, 82), (0, 84), (-40, 88), (-60, 84), (-70, 66), (-68, 44), (-56, 22), (-42, 0), (-30, -22),
)  # fmt: skip
_SIDE_RAYS = (  # a metatarsal's start and end, its radius, and the toe's length
    ((84.0, 31.0), (143.0, 60.0), 7.5, 50.0),
    ((80.0, 34.0), (146.0, 64.0), 4.5, 42.0),
    ((78.0, 38.0), (143.0, 67.0), 4.5, 38.0),
    ((74.0, 46.0), (138.0, 70.0), 4.5, 34.0),
    ((67.0, 56.0), (130.0, 74.0), 5.0, 30.0),
)
_FRONT_TALUS: Points = ((-16, 4), (0, 3), (16, 4), (20, 12), (19, 24), (11, 33), (-9, 33), (-19, 24), (-20, 12))
_FRONT_HEEL: Points = ((-16, 26), (2, 22), (16, 28), (19, 46), (10, 62), (-8, 64), (-20, 50))
_FRONT_TARSALS = (  # x, y and half widths at full length
    (4.0, 22.0, 20.0, 9.0),
    (17.0, 42.0, 9.0, 14.0),
    (5.0, 40.0, 7.0, 11.0),
    (-6.0, 42.0, 8.0, 12.0),
    (-19.0, 38.0, 11.0, 17.0),
)
_FRONT_RAYS = (
    (18.0, 32.0, 7.5, 50.0),
    (8.0, 15.0, 4.5, 42.0),
    (-1.0, 0.0, 4.5, 38.0),
    (-10.0, -15.0, 4.5, 34.0),
    (-19.0, -30.0, 5.0, 30.0),
)  # x, x, radius, toe
_BASES, _HEADS = 56.0, 118.0  # y at full length, before the foot's own start
_START = 30.0
_METATARSAL = ((0.0, 1.25), (0.12, 0.95), (0.5, 0.75), (0.85, 0.95), (1.0, 1.2))
_PHALANX = ((0.0, 1.0), (0.4, 0.65), (1.0, 0.8))
_TOE = ((0.0, 10.0), (1.0, 8.0))


def draw_foot(random: np.random.Generator, leg: Leg, pose: Pose) -> list[Shape]:
    """Draw the foot of a leg as it is seen on a film."""
    side = 1 if pose.mirror > 0 else -1
    return _from_front(random, leg, side) if pose.view == "ap" else _from_side(random, leg, side)


def _from_side(random: np.random.Generator, leg: Leg, side: int) -> list[Shape]:
    """Draw a foot that points to one side; as a rule its toes hang down a little."""
    frame = Frame(point(0.0, 2.0 * leg.size), leg.size, side, leg.droop)
    tarsals: list[Shape] = [OutlinedBone(frame.place(points), depth * leg.size, leg.density) for points, depth in _SIDE]
    rays: list[Shape] = []
    for start, end, radius, toe in _SIDE_RAYS:
        heading = np.arctan2(end[1] - start[1], end[0] - start[0]) - random.uniform(0.1, 0.5)
        tip = (end[0] + toe * np.cos(heading), end[1] + toe * np.sin(heading))
        rays += _ray(random, leg, frame.at(*start), frame.at(*end), frame.at(*tip), radius)
    return [*tarsals, *rays, OutlinedFlesh(frame.place(_SIDE_FLESH), depth=33 * leg.size, rim=22 * leg.size)]


def _from_front(random: np.random.Generator, leg: Leg, side: int) -> list[Shape]:
    """Draw a foot that points towards the tube: the more it does, the shorter and denser it looks."""
    long = leg.foot_seen
    frame = Frame(point(0.0, 0.0), leg.size, side, float(random.normal(0, leg.foot_turned)))
    deep = min(8 / long, 17.0) * leg.foot_depth
    bones: list[Shape] = [
        OutlinedBone(frame.place(_FRONT_TALUS), 20 * leg.size, leg.density),
        OutlinedBone(frame.place(_FRONT_HEEL), 24 * leg.size, leg.density),
        *(_tarsal(leg, frame, place, long, deep) for place in _FRONT_TARSALS),
    ]
    for base, head, radius, toe in _FRONT_RAYS:
        start, end = frame.at(base, _START + _BASES * long), frame.at(head, _START + _HEADS * long)
        tip = frame.at(head * 1.1, _START + (_HEADS + toe) * long)
        bones += _ray(random, leg, start, end, tip, radius)
    far = frame.at(0.0, _START + _HEADS * long)
    wide = scaled(((0.0, 33.0), (0.3, 38.0), (1.0, 46.0)), leg.size)
    flesh = Flesh(frame.at(0.0, -20.0), far, wide, depth=0.6 + 1.1 * max(1 - long, 0.0))
    heel = Flesh(frame.at(0.0, 10.0), frame.at(0.0, 56.0), scaled(((0.0, 30.0), (1.0, 32.0)), leg.size), depth=2.2)
    return [*bones, flesh, heel, *_end_on(leg, frame, long)]


def _end_on(leg: Leg, frame: Frame, long: float) -> list[Shape]:
    """Draw what of a foot lies along the ray, where it is deeper than it is wide."""
    if leg.foot_depth <= 1:
        return []
    wide, depth = scaled(((0.0, 24.0), (0.4, 33.0), (1.0, 24.0)), leg.size), (1.0 + 0.6 * (1 - long)) * leg.foot_depth
    return [Flesh(frame.at(0.0, 34.0), frame.at(0.0, 40.0 + 70 * long), wide, depth=depth)]


def _tarsal(leg: Leg, frame: Frame, place: tuple[float, float, float, float], long: float, deep: float) -> Shape:
    x, y, across, down = place
    turns = np.linspace(0, 2 * np.pi, 9)[:-1]
    square = np.abs(np.cos(2 * turns)) * 0.18 + 0.86  # flattened sides
    points = np.stack(
        [x + across * np.cos(turns) / square, _START + y * long + down * long * np.sin(turns) / square], 1
    )
    return OutlinedBone(frame.place(points), deep * leg.size, leg.density, wall=0.9)


def _ray(
    random: np.random.Generator, leg: Leg, start: np.ndarray, end: np.ndarray, tip: np.ndarray, radius: float
) -> list[Shape]:
    """Draw a metatarsal and its toe of two phalanges."""
    toe = tip - end
    first, last = float(random.uniform(0.08, 0.12)), float(random.uniform(0.55, 0.62))
    bones = [
        (start, end, _METATARSAL, radius),
        (end + toe * first, end + toe * last, _PHALANX, 0.9 * radius),
        (end + toe * (last + 0.06), tip, _PHALANX, 0.75 * radius),
    ]
    size = leg.size
    return [
        *(
            Tube(a, b, scaled(shape, wide * size), wall=0.4 * wide * size, density=leg.density)
            for a, b, shape, wide in bones
        ),
        Flesh(end, tip, scaled(_TOE, size), depth=1.2),
    ]
