"""Where simulated films are taken: who comes, how they are treated, how films are framed, exposed and shown."""

from dataclasses import dataclass, field
from typing import Literal

from radunion.phantom.exposure import FLAT_PANELS, WELL_EXPOSED, ExposureRanges
from radunion.phantom.fixation import FixationKind
from radunion.phantom.fracture import FractureRanges
from radunion.phantom.leg import Feet
from radunion.phantom.scene import SceneRanges

Framing = Literal["ankle", "whole", "knee", "fracture", "thigh"]
Range = tuple[float, float]
HospitalName = Literal["textbook", "everyday", "elsewhere"]


@dataclass(frozen=True, kw_only=True)
class Hospital:
    """Settings of one hospital; a model is tried on films of another one than it learned from."""

    fixation: tuple[tuple[FixationKind, float], ...]  # shares of patients
    framing: tuple[tuple[Framing, float], ...]  # shares of films
    height: Range  # mm of the leg that the height of a film shows
    turned: float  # rad, spread of the leg's rotation about its axis
    leaning: float  # rad, spread of its lean on the film
    focus: Range  # mm from the bone to the tube's focus
    children: float = 0.12  # share of patients whose growth plates are open
    feet: Feet = field(default_factory=Feet)
    fractures: FractureRanges = field(default_factory=FractureRanges)
    swelling: Range = (0.0, 0.25)  # share by which a fresh fracture's leg is thicker
    wasting: Range = (0.0, 0.3)  # share of its density that an unused bone loses
    exposure: ExposureRanges = field(default_factory=ExposureRanges)
    scene: SceneRanges = field(default_factory=SceneRanges)


TEXTBOOK = Hospital(
    fixation=(("none", 0.42), ("nail", 0.4), ("cast", 0.12), ("plate", 0.06)),
    framing=(("whole", 0.6), ("fracture", 0.4)),
    height=(340.0, 430.0),
    turned=0.08,
    leaning=0.06,
    focus=(1000.0, 1100.0),
    children=0.0,
    fractures=FractureRanges(displaced=0.6),
    exposure=WELL_EXPOSED,
    scene=SceneRanges(
        blades=0.0, marker=0.1, other_leg=0.0, holding=0.0, folds=0.0, beads=0.0, support=0.0, ruler=0.0, rim=0.0,
        shutter=0.0, badge=0.0
    ),
)  # fmt: skip
"""Adults' legs on well exposed films without clutter: what a demonstration of a few minutes can learn."""

EVERYDAY = Hospital(
    fixation=(
        ("none", 0.24), ("nail", 0.28), ("plate", 0.14), ("cast", 0.14), ("splint", 0.06), ("fixator", 0.08),
        ("ring", 0.06),
    ),
    framing=(("ankle", 0.35), ("whole", 0.28), ("knee", 0.1), ("fracture", 0.17), ("thigh", 0.1)),
    height=(280.0, 500.0),
    turned=0.12,
    leaning=0.11,
    focus=(900.0, 1200.0),
    children=0.18,
    fractures=FractureRanges(displaced=1.3, drawn_out=2.5, gap=(0.3, 2.4), hairline=0.2, ends=0.15),
    feet=Feet(depth=(1.0, 2.6), seen=(0.35, 1.3), turned=0.2),
)  # fmt: skip
"""Wide ranges: most of what is taken of a broken leg."""

ELSEWHERE = Hospital(
    fixation=(
        ("none", 0.18), ("nail", 0.42), ("plate", 0.14), ("cast", 0.10), ("splint", 0.02), ("fixator", 0.10),
        ("ring", 0.04),
    ),
    framing=(("whole", 0.55), ("fracture", 0.25), ("ankle", 0.2)),
    height=(360.0, 470.0),
    turned=0.16,
    leaning=0.07,
    focus=(1150.0, 1500.0),
    fractures=FractureRanges(drawn_out=2.0),
    feet=Feet(depth=(1.2, 2.0)),
    exposure=FLAT_PANELS,
    scene=SceneRanges(blades=0.5, marker=0.6, other_leg=0.12, holding=0.0, folds=0.15, caption=0.3, badge=0.0, rim=0.0),
)  # fmt: skip
"""Another place: more nails, whole legs from farther away, markers and collimation as a rule."""

HOSPITALS: dict[HospitalName, Hospital] = {"textbook": TEXTBOOK, "everyday": EVERYDAY, "elsewhere": ELSEWHERE}
