"""What is told of a file without decoding it, and that nobody's identity is."""

import re
import struct
import tracemalloc
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    SecondaryCaptureImageStorage,
)
from tests.test_scoring_archive_samples import PSEUDONYMS, SECRETS, odd_tree, save_dicom
from tests.test_scoring_samples import a_film, save_film

from radunion.cohort.pattern import compiled
from radunion.errors import UsageError
from radunion.scoring.archive.header import read_header
from radunion.scoring.archive.look import look
from radunion.scoring.archive.seen import SeenFile

NAMES = r"(?P<patient>\w+)/(?P<visit>\w+)_(?P<view>\w+)\.\w+"


def seen(path: Path, *, pattern: str | None = None, below: int = 1) -> SeenFile:
    expression = None if pattern is None else re.compile(pattern)
    folder = path.parents[below - 1]
    return look(folder, path.relative_to(folder).as_posix(), pseudonyms=PSEUDONYMS, pattern=expression)


def test_what_is_no_film_has_its_code(tmp_path: Path) -> None:
    odd = odd_tree(tmp_path)
    decoded = {"cut.dcm", "oblique.dcm"}  # a film so far
    linked = {"gone.dcm", "pair/round"}  # told when the folder is walked
    found = {name: look(tmp_path, name, pseudonyms=PSEUDONYMS, pattern=None).code for name in odd}
    assert {name: code for name, code in found.items() if name not in decoded | linked} == {
        name: code for name, code in odd.items() if name not in decoded | linked
    }
    assert [found[name] for name in sorted(decoded)] == [None, None]


def test_a_film_tells_view_side_and_order_and_no_identity(tmp_path: Path) -> None:
    film = seen(save_dicom(tmp_path / "film", ViewPosition="LL", SeriesNumber=3, InstanceNumber=7))
    assert (film.code, film.view, film.side, film.order) == (None, "lateral", "left", (3, 7))
    assert not film.view_said
    assert all(len(one) == 16 for one in (film.patient, film.day, film.instance))
    told = str(asdict(film))
    assert not [secret for secret in SECRETS if secret in told]


def test_equal_patient_and_day_are_equal_and_others_are_not(tmp_path: Path) -> None:
    film = seen(save_dicom(tmp_path / "1"))
    same = seen(save_dicom(tmp_path / "2", StudyDate="2001.02.03", StudyInstanceUID="9.9"))
    later = seen(save_dicom(tmp_path / "3", StudyDate="20010204"))
    other = seen(save_dicom(tmp_path / "4", PatientID="another"))
    elsewhere = seen(save_dicom(tmp_path / "5", IssuerOfPatientID="another hospital"))
    assert (same.patient, same.day) == (film.patient, film.day)
    assert later.patient == film.patient
    assert len({film.day, later.day, other.day, elsewhere.day}) == 4
    assert len({film.patient, other.patient, elsewhere.patient}) == 3


def test_dates_are_taken_in_order_and_the_study_stands_for_what_is_missing(tmp_path: Path) -> None:
    film = seen(save_dicom(tmp_path / "1"))
    acquired = seen(save_dicom(tmp_path / "2", StudyDate="", AcquisitionDate=SECRETS[2], ContentDate="20200101"))
    assert (acquired.day, acquired.notes) == (film.day, ())
    undated = [seen(save_dicom(tmp_path / name, StudyDate=None)) for name in "34"]
    assert undated[0].day == undated[1].day != film.day
    assert undated[0].notes == ("RA432",)
    nameless = [seen(save_dicom(tmp_path / name, PatientID="")) for name in "56"]
    assert nameless[0].day == nameless[1].day != film.day
    assert nameless[0].patient not in ("", film.patient)
    alone = seen(save_dicom(tmp_path / "7", PatientID=None, StudyInstanceUID=None))
    assert (alone.patient, alone.day) == ("", "")


def test_raw_films_are_told(tmp_path: Path) -> None:
    raw = seen(save_dicom(tmp_path / "1", SOPClassUID=DigitalXRayImageStorageForProcessing, Modality="DX"))
    intended = seen(save_dicom(tmp_path / "2", PresentationIntentType="FOR PROCESSING"))
    shown = seen(save_dicom(tmp_path / "3", SOPClassUID=DigitalXRayImageStorageForPresentation, Modality="DX"))
    assert (raw.raw, intended.raw, shown.raw) == (True, True, False)


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({"SOPClassUID": SecondaryCaptureImageStorage, "Modality": "CR"}, None),
        ({"SOPClassUID": SecondaryCaptureImageStorage, "Modality": "US"}, "RA413"),
        ({"SOPClassUID": "1.2.392.200036.9125.1.1.2", "Modality": "CR"}, None),
        ({"SOPClassUID": "1.2.392.200036.9125.1.1.2", "Modality": "MR"}, "RA413"),
        ({"Modality": ""}, None),
    ],
)
def test_class_and_modality_decide_what_is_a_film(tmp_path: Path, tags: dict[str, Any], code: str | None) -> None:
    assert seen(save_dicom(tmp_path / "film", **tags)).code == code


def test_one_odd_tag_does_not_cost_the_film(tmp_path: Path) -> None:
    path = save_dicom(tmp_path / "film", SeriesNumber=2, InstanceNumber=77777777)
    path.write_bytes(path.read_bytes().replace(b"77777777", b"seventh "))
    film = seen(path)
    assert (film.code, film.view, film.order) == (None, "ap", (2, 0))


def test_content_decides_and_not_the_suffix(tmp_path: Path) -> None:
    assert seen(save_dicom(tmp_path / "film.txt")).code is None
    assert seen(save_film(tmp_path / "picture.png", a_film(lateral=0.0)).rename(tmp_path / "picture.dcm")).code is None
    whole = save_dicom(tmp_path / "whole").read_bytes()
    (tmp_path / "bare").write_bytes(whole[132:])
    assert seen(tmp_path / "bare").view == "ap"
    (tmp_path / "noise").write_bytes(b"\x08\0" + bytes(range(256)))
    assert seen(tmp_path / "noise").code == "RA411"


def test_a_deflated_header_is_read_and_a_bomb_is_not_inflated(tmp_path: Path) -> None:
    film = dcmread(save_dicom(tmp_path / "film"))
    film.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    film.save_as(tmp_path / "deflated")
    content = (tmp_path / "deflated").read_bytes()
    with (tmp_path / "deflated").open("rb") as stream:
        assert read_header(stream).ViewPosition == "AP"
    assert seen(tmp_path / "deflated").view == "ap"
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    claim = struct.pack("<HH2sHI", 0x0008, 0x0008, b"UN", 0, 0xFFFFFFF0)
    bomb = deflate.compress(claim + bytes(1 << 26)) + deflate.flush()
    uid = DeflatedExplicitVRLittleEndian.encode()
    meta = content[: content.index(uid) + len(uid)]
    (tmp_path / "bomb").write_bytes(meta + bomb)
    tracemalloc.start()
    assert seen(tmp_path / "bomb").code == "RA401"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 23


def test_a_header_that_claims_much_is_passed_over(tmp_path: Path) -> None:
    film = seen(save_dicom(tmp_path / "1", PatientComments="x" * 9000, PatientID="y" * 5000))
    assert (film.code, film.view) == (None, "ap")
    assert film.notes == ("RA432",)  # no patient's identifier is that long


def test_names_tell_patient_visit_view_and_side(tmp_path: Path) -> None:
    films = [save_film(tmp_path / name, a_film(lateral=0.0)) for name in ("1.png", "2.png")]
    (tmp_path / "p").mkdir()
    first = seen(films[0].rename(tmp_path / "p" / "v_AP.png"), pattern=NAMES, below=2)
    second = seen(films[1].rename(tmp_path / "p" / "v_lat.png"), pattern=NAMES, below=2)
    assert (first.view, second.view, first.view_said) == ("ap", "lateral", True)
    assert (first.patient, first.day) == (second.patient, second.day)
    sided = NAMES.replace("_(?P<view>", "_(?P<side>[A-Z])(?P<view>")
    third = seen(save_film(tmp_path / "p" / "v_Rap.png", a_film(lateral=0.0)), pattern=sided, below=2)
    assert third.side == "right"


def test_names_that_do_not_fit_leave_dicom_to_its_tags(tmp_path: Path) -> None:
    picture = save_film(tmp_path / "x.png", a_film(lateral=0.0))
    assert seen(picture, pattern=NAMES).code == "RA419"
    assert seen(save_dicom(tmp_path / "x.dcm"), pattern=NAMES).view == "ap"
    said = seen(save_dicom(tmp_path / "p" / "v_lateral.dcm"), pattern=NAMES, below=2)
    assert (said.view, said.view_said) == ("lateral", True)
    assert seen(save_dicom(tmp_path / "p" / "v_skyline.dcm"), pattern=NAMES, below=2).code == "RA419"


def test_patterns_that_cannot_serve_are_refused() -> None:
    with pytest.raises(UsageError, match="must be a regular expression"):
        compiled("(")
    with pytest.raises(UsageError, match=re.escape("lacks (?P<visit>…), (?P<view>…)")):
        compiled("(?P<patient>.*)")
