"""The tibia's outer shape: its axis, half widths and outline at each height. Lengths in mm.

Proportions of the sections are of an adult's tibia as atlases of anatomy and anthropometry give them: a triangular
shaft with its crest in front, thinnest at the junction of its lower thirds, a plateau about 74 mm wide whose condyles
reach backwards, the tubercle, a plafond about 45 mm wide and the medial malleolus below it.
"""

from functools import cache

import numpy as np
from jaxtyping import Float, Float32

from radunion.phantom.leg import Leg

Heights = Float[np.ndarray, "*n"]
Depths = Float32[np.ndarray, "..."]

# t = z / length, half widths in x and y relative to the mid-shaft's radius.
_SECTIONS = np.array([
    (-0.08, 1.70, 1.35), (0.00, 1.84, 1.44), (0.03, 1.76, 1.42), (0.07, 1.47, 1.30), (0.12, 1.20, 1.16),
    (0.20, 0.99, 1.06), (0.30, 0.93, 1.05), (0.45, 0.97, 1.14), (0.60, 1.05, 1.26), (0.72, 1.20, 1.42),
    (0.82, 1.62, 1.62), (0.88, 2.08, 1.76), (0.93, 2.60, 1.88), (0.97, 2.90, 1.98), (1.00, 2.94, 1.98),
    (1.08, 2.80, 1.90),
])  # fmt: skip
_FIRST, _LAST, _STEPS = -0.08, 1.08, 465
_TUBERCLE, _TUBERCLE_SPAN = 0.895, 0.035
_MALLEOLUS = (0.86, -0.1, -4.0, 6.0, 10.0, 12.5)  # x and y relative to the plafond's half widths, z, half axes in mm


def half_widths(leg: Leg, z: Heights) -> tuple[Heights, Heights]:
    """Return the tibia's outer half widths in x and y at heights z."""
    places, width, depth = _dense_sections()
    t = np.clip(np.asarray(z) / leg.length, _FIRST, _LAST)
    grown = leg.shaft * _flare(leg, t)
    return np.interp(t, places, width) * grown, np.interp(t, places, depth) * grown


def axis(leg: Leg, z: Heights) -> tuple[Heights, Heights]:
    """Return x and y of the intact bone's axis at heights z: a bow, and a plateau that overhangs backwards."""
    t = np.clip(np.asarray(z) / leg.length, 0, 1)
    bow = np.sin(np.pi * t)
    overhang = np.clip((t - 0.8) / 0.2, 0, 1) ** 2
    return leg.bow[0] * bow, leg.bow[1] * bow - 7.0 * leg.size * overhang


def cortical_thickness(leg: Leg, z: Heights) -> Heights:
    """Return the shell's thickness: full along the shaft, about 1 mm at the joints."""
    t = np.clip(np.asarray(z) / leg.length, 0, 1)
    shaft = np.clip(np.minimum(t / 0.30, (1 - t) / 0.36), 0, 1)
    return 0.9 + (leg.cortex - 0.9) * shaft * shaft * (3 - 2 * shaft)


def spongy(leg: Leg, z: Heights) -> Heights:
    """Return the relative density inside the shell: trabeculae near the joints, marrow in the shaft."""
    t = np.clip(np.asarray(z) / leg.length, 0, 1)
    metaphysis = np.exp(-((t / 0.12) ** 2)) + np.exp(-(((1 - t) / 0.17) ** 2))
    return leg.trabecular * np.clip(metaphysis, 0, 1)


def outline(leg: Leg, z: Heights, s: Depths) -> Depths:
    """Return the outer radius relative to the ellipse, where `s` is the sine of the direction (1 = anterior)."""
    t = np.asarray(z) / leg.length
    shaft = np.clip(np.minimum(t / 0.2, (1 - t) / 0.2), 0.1, 1)
    crest = (leg.crest * shaft).astype(np.float32)
    front, back = np.maximum(s, 0), np.maximum(-s, 0)
    lump = (0.22 * np.exp(-(((t - _TUBERCLE) / _TUBERCLE_SPAN) ** 2))).astype(np.float32)
    notch = (0.16 * np.exp(-(((1 - t) / 0.05) ** 2))).astype(np.float32)
    front2 = front * front
    return 1 + crest * s * (4 * s * s - 3) + lump * front2 * front2 * front2 - notch * back**3


def end_depth(leg: Leg, x: Depths, y: Depths, z: Depths) -> Depths:
    """Return the depth in mm below the plateau's and above the plafond's surface, whichever is less."""
    size = np.float32(leg.size)
    eminence = 7 * size * np.exp(-np.square((np.abs(x) - 5 * size) / (4 * size))) * np.exp(-np.square(y / (14 * size)))
    dish = -1.8 * size * np.exp(-np.square((np.abs(x) - 20 * size) / (10 * size)))
    top = np.float32(leg.length) + np.float32(leg.slope) * (y + 4 * size) + eminence + dish
    arch = 4.0 * size * np.clip(1 - np.square(y / (17 * size)), -0.6, 1)
    return np.minimum(top - z, z - arch)


def malleolus_depth(leg: Leg, x: Depths, y: Depths, z: Depths) -> Depths:
    """Return the depth in mm inside the medial malleolus, roughly; below 0 outside."""
    width, depth = half_widths(leg, np.zeros(1))
    at_x, at_y, at_z, *half = _MALLEOLUS
    size = np.float32(leg.size)
    away = np.sqrt(
        np.square((x - np.float32(at_x * width[0])) / (half[0] * size))
        + np.square((y - np.float32(at_y * depth[0])) / (half[1] * size))
        + np.square((z - np.float32(at_z) * size) / (half[2] * size))
    )
    return ((1 - away) * np.float32(half[0]) * size).astype(np.float32)


def soft_tissue(leg: Leg, z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return half widths in x and y, and the y offset of the skin's ellipse: ankle, calf, knee."""
    t = np.clip(z / leg.length, -0.2, 1.3)
    calf = np.exp(-(((t - 0.68) / 0.27) ** 2))
    knee = np.clip(t - 0.88, 0, 0.2)
    ankle = np.exp(-((t / 0.10) ** 2))
    width = leg.calf * (0.58 + 0.36 * calf + 0.9 * knee + 0.06 * ankle)
    depth = leg.calf * (0.64 + 0.42 * calf + 0.9 * knee + 0.10 * ankle)
    return width, depth, -leg.calf * (0.10 + 0.22 * calf)


def _flare(leg: Leg, t: np.ndarray) -> np.ndarray:
    ankle, knee = np.clip((0.16 - t) / 0.16, 0, 1), np.clip((t - 0.78) / 0.22, 0, 1)
    return 1 + (leg.flare[0] - 1) * ankle + (leg.flare[1] - 1) * knee


@cache
def _dense_sections() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from scipy.interpolate import PchipInterpolator

    places = np.linspace(_FIRST, _LAST, _STEPS)
    widths = PchipInterpolator(_SECTIONS[:, 0], _SECTIONS[:, 1:])(places)
    return places, widths[:, 0], widths[:, 1]
