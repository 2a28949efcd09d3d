"""The codes of the report: the standard's, and those of a private scheme for what the standard has none for."""

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from radunion.radiograph import Side
from radunion.scale import Convention, Cortex, Scale
from radunion.scoring.words import LEVEL_WORDS, SCALE_NAMES

SCHEME = "99RADUNION"

OWN: dict[str, str] = {
    "CORTEX": "Cortex of a healing fracture",
    "EXAMINATION": "Healing fracture, all cortices",
    "LEVEL": "mRUST level",
    **{f"MRUST_{level}": f"mRUST {level}, {words}" for level, words in LEVEL_WORDS.items()},
    "NOT_SCORABLE": "Not scorable",
    "NOT_SEEN": "Not seen",
    "LEVEL_IN_SET": "mRUST level in the set that holds the coverage",
    **{f"P_MRUST_{level}": f"Probability of mRUST {level}" for level in LEVEL_WORDS},
    "P_SCORABLE": "Probability that a reader could score the cortex",
    **{
        f"{scale.upper()}_{end}": f"{name} total, {meaning}"
        for scale, name in SCALE_NAMES.items()
        for end, meaning in (
            ("TOTAL", "median"),
            ("LOW", "median with missing cortices at their lowest"),
            ("HIGH", "median with missing cortices at their highest"),
            ("MEAN", "expected value"),
            ("FROM", "low end of the interval"),
            ("TO", "high end of the interval"),
        )
    },
    "P_UNION": "Probability of union",
    "P_UNION_LOW": "Probability of union, missing cortices at their lowest",
    "P_UNION_HIGH": "Probability of union, missing cortices at their highest",
    "UNION_RULE": "Rule by which union is called",
    "FAMILIARITY": "Films compared with those of training",
    "FAMILIAR": "Like those of training",
    "UNFAMILIAR": "Unlike those of training",
    "DISTANCE": "Distance of a film from those of training",
    "DISTANCE_MOST": "Largest distance of the films",
    "DISTANCE_LIMIT": "Distance above which films are unlike those of training",
    "COVERAGE": "Probability that sets and intervals hold",
    "CALIBRATED": "Sets are calibrated on patients held out",
    "CONVENTION": "Convention by which RUST maps to mRUST levels",
    "METRC": "metrc: RUST 1, 2, 3 are mRUST 1, 2, 3 to 4",
    "LITRENTA": "litrenta: RUST 1, 2, 3 are mRUST 1, 2 to 3, 4",
    "TRAINED_ON": "What the model was trained on",
    "FILM": "Film that was scored",
    "WARNING": "Warning",
    "NOTICE": "Notice",
}
"""Value and meaning of every private code; a published value never changes its meaning."""

SHAFT_OF_TIBIA: Code = codes.SCT.ShaftOfTibia
SIDES: dict[Cortex, Code] = {
    "medial": codes.SCT.Medial,
    "lateral": codes.SCT.Lateral,
    "anterior": codes.SCT.Anterior,
    "posterior": codes.SCT.Posterior,
}
"""Topographical modifier of the shaft: the cortex."""
LATERALITY: dict[Side, Code] = {"left": codes.SCT.Left, "right": codes.SCT.Right}
YES_NO: dict[bool, Code] = {True: codes.SCT.Yes, False: codes.SCT.No}
PROCEDURE: Code = codes.SCT.PlainRadiography

RATIO: Code = codes.UCUM.Ratio
NO_UNITS: Code = codes.UCUM.NoUnits


def own(value: str) -> Code:
    """Return a private code."""
    return Code(value, SCHEME, OWN[value])


def total_code(scale: Scale, end: str) -> Code:
    """Return the private code of a total or of one of its ends."""
    return own(f"{scale.upper()}_{end}")


def convention_code(convention: Convention) -> Code:
    """Return the private code of a convention."""
    return own(convention.upper())
