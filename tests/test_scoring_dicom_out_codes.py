"""The private scheme can be written and is written down."""

import re
from pathlib import Path

import pytest
from pydicom.sr.coding import Code

from radunion.scoring.dicom_out import codes

RECORD = Path(__file__).parents[1] / "docs" / "decisions" / "0011-dicom-out.md"


@pytest.mark.parametrize("value", codes.OWN)
def test_a_code_fits_its_elements(value: str) -> None:
    code = codes.own(value)
    assert re.fullmatch(r"[A-Z0-9_]{1,16}", code.value)  # SH
    assert 1 <= len(code.meaning) <= 64  # LO
    assert code.meaning.isascii()
    assert code.scheme_designator == "99RADUNION"


def test_no_two_codes_mean_the_same() -> None:
    assert len(set(codes.OWN.values())) == len(codes.OWN)


def test_the_record_lists_every_code_with_its_meaning() -> None:
    rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| (.+?) \|$", RECORD.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows == codes.OWN


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (codes.SHAFT_OF_TIBIA, "52687003"),
        (codes.SIDES["medial"], "255561001"),
        (codes.SIDES["lateral"], "49370004"),
        (codes.SIDES["anterior"], "255549009"),
        (codes.SIDES["posterior"], "255551008"),
        (codes.LATERALITY["left"], "7771000"),
        (codes.LATERALITY["right"], "24028007"),
    ],
)
def test_a_code_of_the_standard_is_the_one_meant(code: Code, value: str) -> None:
    assert (code.value, code.scheme_designator) == (value, "SCT")
