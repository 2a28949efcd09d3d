"""The fracture of a simulated tibia: its surfaces, fragments and displacement. Lengths in mm."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Float, Float32

from radunion.phantom.leg import Leg
from radunion.scale import CORTICES, Cortex

Pattern = Literal["transverse", "oblique", "spiral", "wedge", "comminuted"]
PATTERNS: dict[Pattern, float] = {"transverse": 0.2, "oblique": 0.26, "spiral": 0.24, "wedge": 0.17, "comminuted": 0.13}
"""Shares of the patterns, from simple (AO/OTA 42-A) to wedge (B) and complex (C)."""
_REGIONS = ((0.5, (0.10, 0.34)), (0.35, (0.34, 0.62)), (0.15, (0.62, 0.84)))  # shares of the shaft's thirds, t
_DEFECT = 0.12
_WHOLE = 14.0  # mm of bone that a long fracture leaves whole at each end, about
_ENDS = ((0.65, (0.03, 0.10)), (0.35, (0.84, 0.95)))  # shares of the metaphyses' fractures, t
_HAIRLINE = (0.1, 0.4)  # mm, half width of a line that parts nothing
_IN_PLACE = 0.1  # how far fragments of such a one stand out of line, relative to typical
_WAVES, _JAGS = 4, (4.0, 24.0)  # of a crack's edge, and mm between their crests
_UNEVEN = 0.45  # by how much of itself a gap's width varies around the bone
_FAR = np.float32(60.0)


@dataclass(frozen=True)
class Crack:
    """One surface of the fracture: a jagged plane, or a spiral around the bone."""

    offset: float  # mm above the fracture's height, on the bone's axis
    slope: float  # rise along the steepest direction
    direction: float  # rad, of the steepest direction in the x, y plane
    spiral: float  # mm of rise for each rad around the bone
    roughness: float  # mm, amplitude of the jagged edge
    phase: float  # rad; the waves of its jagged edge are drawn from it
    side: float | None = None  # rad, the middle of the half of the bone that it runs through; none: all of it


@dataclass(frozen=True)
class Fracture:
    """One patient's fracture; it stays the same from visit to visit, only its healing changes."""

    height: float  # mm above the ankle
    pattern: Pattern
    cracks: tuple[Crack, ...]  # the first parts the bone in two, the others run through the fragment below it
    shift: tuple[float, float]  # mm, of the distal fragment in x, y
    angulation: tuple[float, float]  # slope of the distal fragment in x, y
    gap: float  # mm, half width when fresh
    wedge: float  # mm, by which a fragment between two cracks stands out
    defects: tuple[float, float, float, float]  # mm of bone that is missing on each side, by cortex
    biology: float  # how much callus it makes, 1 = typical, near 0 atrophic, 2 hypertrophic
    fibula: float | None  # mm above the ankle of the fibula's own fracture
    fibula_shift: tuple[float, float]  # mm
    look_seed: int = 0  # of how its callus and its gap vary around the bone
    broken: bool = True  # or a bone that never was; its height is where a film of it may be aimed at

    @property
    def zone(self) -> float:
        """Return how far from the height, in mm, the fracture and its callus reach."""
        return 44.0 + max(abs(crack.offset) + 14 * crack.slope + 2.6 * abs(crack.spiral) for crack in self.cracks)

    @property
    def rise(self) -> float:
        """Return how far from the height, in mm, its surfaces reach along the bone, roughly."""
        return _reach(self.cracks)

    def defect(self, cortex: Cortex) -> float:
        """Return the mm of bone that is missing at a cortex."""
        return self.defects[CORTICES.index(cortex)]


@dataclass(frozen=True, kw_only=True)
class FractureRanges:
    """What fractures a hospital sees."""

    displaced: float = 1.0  # how far fragments stand out of line, relative to typical
    drawn_out: float = 1.0  # how many times a short fracture's length one along the bone may have
    gap: tuple[float, float] = (0.5, 1.8)  # mm, half width when fresh
    hairline: float = 0.0  # share of those without metal that part nothing
    ends: float = 0.0  # share of those without metal that lie near a joint, beyond the shaft


def sample_fracture(
    leg: Leg, random: np.random.Generator, *, held: bool, kinds: FractureRanges | None = None
) -> Fracture:
    """Draw a fracture of the shaft, or near a joint where it is not `held`; held, by metal, it is nearly in line."""
    kinds = kinds or FractureRanges()
    hairline = not held and _happens(kinds.hairline, random)
    spread = kinds.displaced * (0.45 if held else 1.0) * leg.size * float(random.choice([0.7, 1.8], p=[0.7, 0.3]))
    spread *= _IN_PLACE if hairline else 1.0
    regions = _ENDS if not held and _happens(kinds.ends, random) else _REGIONS
    low, high = regions[int(random.choice(len(regions), p=[share for share, _ in regions]))][1]
    height = leg.length * float(random.uniform(low, high))
    pattern = list(PATTERNS)[int(random.choice(len(PATTERNS), p=list(PATTERNS.values())))]
    shift, angulation = random.normal(0, 2.6 * spread, 2), random.normal(0, 0.045 * spread, 2)
    fibular = random.normal(0, 2.5, 2)
    cracks = _cracks(pattern, random)
    if kinds.drawn_out > 1 and pattern != "transverse":
        room = min(height, leg.length - height) - _WHOLE
        cracks = _lengthened(cracks, float(random.uniform(1, kinds.drawn_out)), room)
    return Fracture(
        height=height,
        pattern=pattern,
        cracks=cracks,
        shift=(float(shift[0]), float(shift[1])),
        angulation=(float(angulation[0]), float(angulation[1])),
        gap=float(random.uniform(*(_HAIRLINE if hairline else kinds.gap))),
        wedge=float(abs(random.normal(0, 1.5 * spread))),
        defects=_defects(random),
        biology=float(np.clip(random.lognormal(0.0, 0.4), 0.15, 2.5)),
        fibula=_fibula(leg, height, random),
        fibula_shift=(float(fibular[0]), float(fibular[1])),
        look_seed=int(random.integers(2**31)),
    )


def _happens(share: float, random: np.random.Generator) -> bool:
    """Draw whether something happens that does so in a share of cases; where it never does nothing is drawn."""
    return share > 0 and bool(random.random() < share)


def unbroken(fracture: Fracture) -> Fracture:
    """Return a bone that never broke, as what a fracture would have left of it had it not happened."""
    nothing = (0.0, 0.0)
    return replace(
        fracture, shift=nothing, angulation=nothing, gap=0.0, wedge=0.0, defects=(0.0, 0.0, 0.0, 0.0), fibula=None,
        broken=False,
    )  # fmt: skip


def height_above(
    fracture: Fracture, crack: Crack, x: Float32[np.ndarray, "..."], y: Float32[np.ndarray, "..."], z: np.ndarray
) -> Float32[np.ndarray, "..."]:
    """Return the signed distance in mm above a crack, along its normal."""
    cos, sin = np.float32(np.cos(crack.direction)), np.float32(np.sin(crack.direction))
    along, across = cos * x + sin * y, cos * y - sin * x
    height = z - np.float32(fracture.height + crack.offset) - np.float32(crack.slope) * along
    height = height - np.float32(crack.roughness) * _jagged(crack, along, across)
    if crack.spiral:
        height = _wound(height, crack, along, across)
    lean = np.hypot(crack.slope, crack.spiral / 11)
    return (height / np.float32(np.sqrt(1 + lean * lean))).astype(np.float32)


def crossing(
    fracture: Fracture, crack: Crack, x: Float[np.ndarray, "*n"], y: Float[np.ndarray, "*n"]
) -> Float[np.ndarray, "*n"]:
    """Return the height in mm at which a crack crosses each line along the bone at x, y from its axis."""
    cos, sin = np.cos(crack.direction), np.sin(crack.direction)
    along, across = cos * x + sin * y, cos * y - sin * x
    wound = crack.spiral * np.arctan2(across, along)
    return np.asarray(fracture.height + crack.offset + crack.slope * along + wound)


def distance_to(
    fracture: Fracture, x: Float32[np.ndarray, "..."], y: Float32[np.ndarray, "..."], z: np.ndarray, main: np.ndarray
) -> Float32[np.ndarray, "..."]:
    """Return the distance in mm to the nearest crack, as if the gap were the same everywhere.

    `main` is the height above the first one. Where the fragments fit badly a gap is wider: there the distance is less.
    """
    nearest = np.abs(main)
    for crack in fracture.cracks[1:]:
        away = np.abs(height_above(fracture, crack, x, y, z))
        if crack.side is not None:
            towards = x * np.float32(np.cos(crack.side)) + y * np.float32(np.sin(crack.side))
            away = away + _FAR * (towards < 0)
        nearest = np.minimum(nearest, away)
    return np.asarray(nearest / _opening(fracture, x, y))


def _jagged(
    crack: Crack, along: Float32[np.ndarray, "..."], across: Float32[np.ndarray, "..."]
) -> Float32[np.ndarray, "..."]:
    """Return how a crack's edge deviates from its surface, about 1 on average: waves of no common length."""
    jag = np.zeros_like(along + across)
    for height, forward, aside, phase in _waves(crack.phase):
        jag += height * np.sin(along * forward + across * aside + phase)
    return jag


@lru_cache(maxsize=64)
def _waves(phase: float) -> tuple[tuple[np.float32, np.float32, np.float32, np.float32], ...]:
    """Return the height, the two slopes and the phase of each wave of an edge; drawn once for all rows of a film."""
    random = np.random.default_rng(int((phase + np.pi) * 1e6))
    lengths = np.exp(random.uniform(np.log(_JAGS[0]), np.log(_JAGS[1]), _WAVES))
    towards, phases = random.uniform(-np.pi, np.pi, (2, _WAVES))
    steps, heights = 2 * np.pi / lengths, np.sqrt(2 * lengths / lengths.sum())
    columns = (heights, steps * np.cos(towards), steps * np.sin(towards), phases)
    return tuple(zip(*(column.astype(np.float32) for column in columns), strict=True))


def _opening(
    fracture: Fracture, x: Float32[np.ndarray, "..."], y: Float32[np.ndarray, "..."]
) -> Float32[np.ndarray, "..."]:
    """Return how many times wider than typical the gap is: fragments fit better on one side than on another."""
    forward, aside, phase = _fit(fracture.look_seed)
    wave = x * forward + y * aside + phase
    return np.asarray(1 + np.float32(_UNEVEN) * np.sin(wave), dtype=np.float32)


@lru_cache(maxsize=64)
def _fit(seed: int) -> tuple[np.float32, np.float32, np.float32]:
    """Return the two slopes and the phase of the wave by which a gap's width varies."""
    random = np.random.default_rng([seed, 1])
    angle, phase, length = random.uniform(-np.pi, np.pi), random.uniform(-np.pi, np.pi), random.uniform(15, 45)
    step = 2 * np.pi / length
    return np.float32(step * np.cos(angle)), np.float32(step * np.sin(angle)), np.float32(phase)


def _wound(
    height: Float32[np.ndarray, "..."],
    crack: Crack,
    along: Float32[np.ndarray, "..."],
    across: Float32[np.ndarray, "..."],
) -> Float32[np.ndarray, "..."]:
    """Wind a plane around the bone; where its two ends meet, a straight split joins them."""
    angle = np.arctan2(across, along)
    height = height - np.float32(crack.spiral) * angle
    beyond = height + np.float32(2 * np.pi * crack.spiral) * np.sign(angle)  # as seen from the other end
    split = np.hypot(along, across) * (np.float32(np.pi) - np.abs(angle))
    return np.where(height * beyond < 0, np.sign(height) * np.minimum(np.abs(height), split), height)


def _cracks(pattern: Pattern, random: np.random.Generator) -> tuple[Crack, ...]:
    slope = {"transverse": 0.12, "oblique": 0.9, "spiral": 0.5, "wedge": 0.6, "comminuted": 0.5}[pattern]
    spiral = float(random.uniform(3.5, 8)) if pattern == "spiral" else 0.0
    main = _crack(random, 0.0, slope * float(random.uniform(0.6, 1.5)), spiral * random.choice([-1, 1]))
    if pattern == "wedge":
        return main, _crack(random, -float(random.uniform(4, 14)), float(random.uniform(0.6, 1.6)), side=main.direction)
    if pattern == "comminuted":
        others = range(int(random.integers(2, 5)))
        return main, *(
            _crack(
                random, float(random.uniform(-22, 6)), float(random.uniform(0, 1.8)), side=random.uniform(-np.pi, np.pi)
            )
            for _ in others
        )
    return (main,)


def _reach(cracks: Sequence[Crack]) -> float:
    return max(abs(crack.offset) + 12 * crack.slope + 2.6 * abs(crack.spiral) for crack in cracks)


def _lengthened(cracks: tuple[Crack, ...], factor: float, room: float) -> tuple[Crack, ...]:
    """Draw cracks out along the bone, as far as there is room on either side."""
    factor = max(min(factor, room / _reach(cracks)), 1.0)
    return tuple(
        replace(one, offset=one.offset * factor, slope=one.slope * factor, spiral=one.spiral * factor) for one in cracks
    )


def _crack(
    random: np.random.Generator, offset: float, slope: float, spiral: float = 0.0, side: float | None = None
) -> Crack:
    return Crack(
        offset=offset,
        slope=slope,
        direction=float(random.uniform(-np.pi, np.pi)),
        spiral=float(spiral),
        roughness=float(random.uniform(0.3, 1.3)),
        phase=float(random.uniform(-np.pi, np.pi)),
        side=None if side is None else float(side),
    )


def _defects(random: np.random.Generator) -> tuple[float, float, float, float]:
    if random.random() > _DEFECT:
        return (0.0, 0.0, 0.0, 0.0)
    size, worst = float(random.uniform(2, 10)), int(random.integers(4))
    first, second, third, fourth = (
        size if place == worst else size * float(random.uniform(0, 0.6)) * (random.random() < 0.5) for place in range(4)
    )
    return (first, second, third, fourth)


def _fibula(leg: Leg, height: float, random: np.random.Generator) -> float | None:
    """Draw where the fibula broke too: often at about the same height, now and then far above."""
    if random.random() > 0.62:
        return None
    far = 0.3 * leg.length * (random.random() < 0.2)
    return float(np.clip(height + far + random.normal(0, 30), 0.02 * leg.length, 0.9 * leg.length))
