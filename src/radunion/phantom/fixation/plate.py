"""Plates along the tibia and the fibula, contoured to the bone, with their screws. Lengths in mm."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from radunion.phantom.fibula import fibula_axis
from radunion.phantom.fixation.screws import broken, screw
from radunion.phantom.fixation.site import Vector, as_point, surface
from radunion.phantom.fracture import Fracture
from radunion.phantom.leg import Leg
from radunion.phantom.solids import Box, Material, Rod, Solid

Line = Float[np.ndarray, "_ 3"]

_SIDES = (
    (0.35, 0.35, 0.72),
    (2.5, 0.25, 0.18),
    (-1.9, 0.3, 0.10),
)  # heading, its spread, share: medial, lateral, behind
_BROKEN, _DISTAL, _TWIN, _ON_FIBULA = 0.03, 0.7, 0.35, 0.55  # shares
_LOW_ENOUGH = 0.36  # of the length: fractures below it may get a plate that reaches the ankle
_ENDS = (0.92, 0.76, 0.45)  # widths of the steps of a plate's rounded end
_END = 0.14  # of the plate's width, the length of each step
_HOLE = 1.25  # radius of a hole relative to its screw


@dataclass(frozen=True)
class _Make:
    """One make of plate; widths and pitch in mm."""

    width: float
    thickness: float
    pitch: float  # from hole to hole
    screw: float  # radius
    flare: float  # width of its lower end relative to the rest
    twin: bool  # pairs of holes that meet
    material: Material


def sample_plates(leg: Leg, fracture: Fracture, random: np.random.Generator) -> tuple[Solid, ...]:
    """Draw a plate on the tibia, now and then another on a broken fibula."""
    material: Material = "steel" if random.random() < 0.45 else "titanium"
    solids = _on_tibia(leg, fracture, material, random)
    if fracture.fibula is not None and fracture.fibula < 0.6 * leg.length and random.random() < _ON_FIBULA:
        solids += _on_fibula(leg, fracture.fibula, material, random)
    return tuple(solids)


def _on_tibia(leg: Leg, fracture: Fracture, material: Material, random: np.random.Generator) -> list[Solid]:
    side = int(random.choice(len(_SIDES), p=[share for *_, share in _SIDES]))
    heading = float(random.normal(*_SIDES[side][:2]))
    distal = fracture.height < _LOW_ENOUGH * leg.length and random.random() < _DISTAL
    make = _Make(
        width=float(random.uniform(11, 16)) * leg.size,
        thickness=float(random.uniform(3.0, 5.0)) * leg.size,
        pitch=float(random.uniform(12, 18)) * leg.size,
        screw=float(random.uniform(1.7, 2.4)) * leg.size,
        flare=float(random.uniform(1.2, 1.75)) if distal else 1.0,
        twin=bool(random.random() < _TWIN),
        material=material,
    )
    heights = _heights(leg, fracture, make, random, distal=distal)
    off = float(random.uniform(0.3, 2.0)) + make.thickness / 2
    joints, normals = _laid_on(leg, fracture, heights, heading, off)
    places = (joints[1:] + joints[:-1]) / 2
    solids = _plate(joints, normals, make)
    for number in _filled(places[:, 2], fracture, random):
        solids += _screws(leg, fracture, places[number], normals[number], make, random)
    if distal:
        solids += _screws(leg, fracture, places[0] + [0, 0, 5.0], normals[0], make, random)
    return solids


def _heights(
    leg: Leg, fracture: Fracture, make: _Make, random: np.random.Generator, *, distal: bool
) -> Float[np.ndarray, " n"]:
    """Return the heights of the joints between the plate's parts, of which each has its hole."""
    holes = int(random.integers(6, 15))
    span = holes * make.pitch
    low = (
        float(random.uniform(2, 14)) * leg.size
        if distal
        else fracture.height - span * float(random.uniform(0.35, 0.65))
    )
    if distal:
        span = max(span, fracture.height - low + 3.5 * make.pitch)
    low = float(np.clip(low, 2.0, max(2.0, 0.96 * leg.length - span)))
    high = min(low + span, 0.97 * leg.length)
    return low + make.pitch * np.arange(int((high - low) / make.pitch) + 1)


def _laid_on(
    leg: Leg, fracture: Fracture, heights: Float[np.ndarray, " n"], heading: float, off: float
) -> tuple[Line, Line]:
    """Return a smooth course a little off the bone, and which way out is at each of its parts."""
    joints = surface(leg, fracture, heights, heading)
    for _ in range(2):
        joints[1:-1] = (joints[:-2] + 2 * joints[1:-1] + joints[2:]) / 4
    along = np.diff(joints, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    out = np.array([np.cos(heading), np.sin(heading), 0.0])
    normals = out - along * (along @ out)[:, None]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    at_joints = np.concatenate([normals[:1], (normals[1:] + normals[:-1]) / 2, normals[-1:]])
    return joints + off * at_joints, normals


def _plate(joints: Line, normals: Line, make: _Make) -> list[Solid]:
    """Return the plate's parts with their holes, wider towards the lower end of a flared one, and its rounded ends."""
    solids: list[Solid] = []
    for number, normal in enumerate(normals):
        wide = make.width * (1 + (make.flare - 1) * (max(0.0, 1 - number / 3)))
        solids.append(_part(joints[number], joints[number + 1], normal, wide, make))
        solids += _holes(joints[number], joints[number + 1], normal, wide, make)
    for end, before, normal in ((joints[0], joints[1], normals[0]), (joints[-1], joints[-2], normals[-1])):
        out = (end - before) / np.linalg.norm(end - before)
        wide = make.width * (make.flare if end is joints[0] else 1.0)
        step = _END * wide * out
        solids += [
            _part(end + number * step, end + (number + 1) * step, normal, share * wide, make)
            for number, share in enumerate(_ENDS)
        ]
    return solids


def _part(start: Vector, end: Vector, normal: Vector, width: float, make: _Make) -> Box:
    return Box(as_point(start), as_point(end), as_point(normal), width, make.thickness, make.material)


def _holes(start: Vector, end: Vector, normal: Vector, width: float, make: _Make) -> list[Solid]:
    """Return a part's holes: one, or two that meet, or two beside each other where the plate is wide."""
    along = (end - start) / np.linalg.norm(end - start)
    apart = np.cross(along, normal) * 0.28 * width if width > 1.35 * make.width else along * 1.25 * make.screw
    if not make.twin and width <= 1.35 * make.width:
        apart = 0.0 * apart
    middle, half = (start + end) / 2, normal * make.thickness / 2
    offsets = (-apart, apart) if apart.any() else (apart,)
    return [
        Rod(as_point(middle + o - half), as_point(middle + o + half), _HOLE * make.screw, make.material, hollow=True)
        for o in offsets
    ]


def _filled(heights: Float[np.ndarray, " n"], fracture: Fracture, random: np.random.Generator) -> list[int]:
    """Draw which holes hold screws: few at the fracture, most at the ends."""
    away = np.abs(heights - fracture.height)
    chance = np.where(away < 14, 0.12, float(random.uniform(0.45, 0.9)))
    chance[[0, 1, -1]] = 0.95
    return np.flatnonzero(random.random(heights.size) < chance).tolist()


def _screws(
    leg: Leg, fracture: Fracture, place: Vector, normal: Vector, make: _Make, random: np.random.Generator
) -> tuple[Rod, ...]:
    inwards = -normal + random.normal(0, 0.06, 3)
    inwards /= np.linalg.norm(inwards)
    one = screw(
        leg, fracture, through=place, inwards=inwards, radius=make.screw, material=make.material,
        beyond=float(random.uniform(-1.0, 3.0)), head_from=-0.2 * make.thickness,
    )  # fmt: skip
    return broken(one, random) if random.random() < _BROKEN else one


def _on_fibula(leg: Leg, height: float, material: Material, random: np.random.Generator) -> list[Solid]:
    """Return a thin plate on the outside of the fibula, its screws through both walls."""
    make = _Make(
        width=float(random.uniform(8, 10)) * leg.size, thickness=float(random.uniform(1.4, 2.6)) * leg.size,
        pitch=float(random.uniform(9, 12)) * leg.size, screw=float(random.uniform(1.4, 1.8)) * leg.size,
        flare=1.0, twin=False, material=material,
    )  # fmt: skip
    heights = height + make.pitch * (np.arange(int(random.integers(6, 9)) + 1) - float(random.uniform(2.5, 4)))
    x, y, radius = fibula_axis(leg, heights)
    heading = float(random.normal(np.pi, 0.4))
    out = np.array([np.cos(heading), np.sin(heading), 0.0])
    joints = np.stack([x, y, heights], axis=1) + out * (radius + make.thickness / 2 + 0.3)[:, None]
    normals = np.repeat(out[None], len(joints) - 1, axis=0)
    solids = _plate(joints, normals, make)
    for place, wide in zip((joints[1:] + joints[:-1]) / 2, radius, strict=False):
        if abs(place[2] - height) > 8 and random.random() < 0.85:
            deep = 2 * wide + make.thickness + float(random.uniform(-1, 2))
            solids += [
                Rod(as_point(place), as_point(place - out * deep), make.screw * 0.9, material, thread=0.2, lead=1.3),
                Rod(as_point(place + out), as_point(place - out), make.screw * 1.7, material),
            ]
    return solids
