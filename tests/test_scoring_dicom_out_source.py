"""What is taken over from the films, what never is, and which films are refused."""

import logging
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRBigEndian, ImplicitVRLittleEndian
from tests.test_scoring_dicom_out_samples import (
    enlarged,
    evidence_of,
    opened,
    private_element,
    report_of,
    save_dicom,
    save_pair,
)
from tests.test_scoring_samples import a_film, save_film, write

from radunion.errors import FilmError, MissingExtraError
from radunion.scoring import Bundle, score_films
from radunion.scoring.dicom_out import dicom_files, must_become_dicom

REQUIRED = (
    *("PatientID", "PatientName", "PatientBirthDate", "PatientSex"),
    *("StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName"),
)
KEPT = (
    *("SpecificCharacterSet", "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientAge"),
    *("StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "StudyDescription"),
    *("AccessionNumber", "ReferringPhysicianName"),
)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write(tmp_path_factory.mktemp("model") / "tiny")


def slow(*values: Any) -> Any:
    return pytest.param(*values, marks=pytest.mark.slow)


def made_of(paths: list[Path], bundle: Bundle) -> dict[str, Dataset]:
    """Return what films become."""
    return {name: opened(content) for name, content in bytes_of(paths, bundle).items()}


def bytes_of(paths: list[Path], bundle: Bundle) -> Mapping[str, bytes]:
    """Return what films become, with evidence for one cortex a film: that is enough for every kind of object."""
    scored = score_films(paths, bundle)
    found = evidence_of(scored, bundle)
    for cortex in ("lateral", "posterior"):
        found.pop(cortex, None)
    content = dicom_files(scored, evidence=found).content
    assert len(content) == 1 + 2 * len(paths)
    return content


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_patient_and_study_are_those_of_the_film(tmp_path: Path, bundle: Bundle, syntax: UID) -> None:
    paths = save_pair(tmp_path, syntax=syntax)[:1]
    film = opened(paths[0].read_bytes())
    for one in made_of(paths, bundle).values():
        assert {keyword: one[keyword].value for keyword in KEPT} == {keyword: film[keyword].value for keyword in KEPT}
        assert one.SeriesInstanceUID != film.SeriesInstanceUID


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 192", "山田^太郎=やまだ^たろう"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),  # PS3.5 H.3.1
        slow(["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),  # PS3.5 H.3.2
        ("ISO_IR 126", "Διονυσιος"),
        ("ISO_IR 100", "Buc^Jérôme"),
        slow(["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
        slow("GB18030", "Wang^XiaoDong=王^小东"),
    ],
)
def test_a_name_keeps_its_letters(tmp_path: Path, bundle: Bundle, charset: Any, name: str) -> None:
    tags = {"SpecificCharacterSet": charset, "PatientName": name, "StudyDescription": name.split("=")[-1]}
    paths = save_pair(tmp_path, **tags)[:1]
    before = opened(paths[0].read_bytes())
    assert str(before.PatientName) == name
    for one in made_of(paths, bundle).values():
        assert str(one.PatientName) == name
        assert one.StudyDescription == before.StudyDescription == name.split("=")[-1]
        assert one.SpecificCharacterSet == before.SpecificCharacterSet


def test_bytes_that_no_character_set_explains_are_kept(tmp_path: Path, bundle: Bundle) -> None:
    path = save_pair(tmp_path, SpecificCharacterSet="ISO_IR 100", PatientName="Buc^Jérôme")[0]
    path.write_bytes(path.read_bytes().replace(b"ISO_IR 100", b"ISO_IR 999"))
    for content in bytes_of([path], bundle).values():
        assert "Buc^Jérôme".encode("latin-1") in content


@pytest.mark.parametrize(
    "tags",
    [
        {"PatientID": "", "PatientName": "", "StudyDate": "", "PatientComments": "z" * 5000},
        {
            "PatientSex": "MALE",
            "PatientBirthDate": "1970",
            "StudyDate": "2020-01-02",
            "PatientName": "Onlyonecomponent",
        },
        {"PatientName": "x" * 200, "PatientID": "9" * 100, "StudyDescription": "y" * 500, "AccessionNumber": "8" * 40},
    ],
)
def test_odd_values_are_taken_over_as_they_are(
    tmp_path: Path, bundle: Bundle, tags: dict[str, Any], recwarn: pytest.WarningsRecorder
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        paths = save_pair(tmp_path, **tags)[:1]
    made = bytes_of(paths, bundle)
    assert not recwarn.list
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for content in made.values():
            one = opened(content)
            assert {keyword: str(one[keyword].value) for keyword in tags} == tags


@pytest.mark.parametrize(
    "without",
    [
        ("PatientID", "StudyDate", "StudyTime", "StudyID", "Manufacturer", "ImagerPixelSpacing"),
        (
            *("PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "ReferringPhysicianName"),
            *("SpecificCharacterSet", "StudyDescription", "PatientAge", "WindowCenter", "WindowWidth"),
        ),
    ],
)
def test_what_the_film_lacks_is_empty_where_it_must_be_there(
    tmp_path: Path, bundle: Bundle, without: tuple[str, ...]
) -> None:
    path = save_dicom(tmp_path / "film.dcm", enlarged(a_film(lateral=0.0)), without=without, ViewPosition="AP")
    for one in made_of([path], bundle).values():
        assert not any(one[keyword].value for keyword in set(without) & set(REQUIRED))
        assert not [keyword for keyword in without if keyword in one and keyword not in (*REQUIRED, "Manufacturer")]
        assert one.Manufacturer == "radunion"


def test_a_value_that_cannot_be_read_is_left_out(tmp_path: Path, bundle: Bundle) -> None:
    path = save_pair(tmp_path, PregnancyStatus=4)[0]
    whole, cut = (b"\x10\x00\xc0\x21" + kind + b"\x02\x00" for kind in (b"US", b"FD"))
    assert whole in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(whole, cut))  # two bytes of a number that takes eight
    for one in made_of([path], bundle).values():
        assert "PregnancyStatus" not in one
        assert one.PatientID == "SIM-0001"


def test_nothing_else_of_the_film_is_taken_over(tmp_path: Path, bundle: Bundle) -> None:
    marked = Dataset()
    marked.PatientID = "SIM-0001"
    marked.add_new(0x00090010, "LO", "SIMULATED MAKER")
    marked.add(private_element("secret-in-a-sequence"))
    tags: dict[str, Any] = {
        "OperatorsName": "secret^operator",
        "ImageComments": "secret comment",
        "InstitutionAddress": "secret street",
        "DeviceSerialNumber": "secret serial",
        "RequestedProcedureDescription": "secret request",
        "OtherPatientIDsSequence": [marked],
    }
    paths = save_pair(tmp_path, **tags)
    for path in paths:
        film = opened(path.read_bytes())
        film.add_new(0x00090010, "LO", "SIMULATED MAKER")
        film.add(private_element("secret-private"))
        film.save_as(path)
    for name, content in bytes_of(paths, bundle).items():
        assert b"secret" not in content, name
        assert b"Simulated hospital" not in content
        assert b"ROOM7" not in content
        assert str(tmp_path).encode() not in content
        assert opened(content).OtherPatientIDsSequence[0].PatientID == "SIM-0001"


def test_nothing_of_the_patient_is_logged_or_warned(
    tmp_path: Path, bundle: Bundle, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    paths = save_pair(tmp_path, PatientName="Onlyonecomponent", PatientSex="MALE")
    caplog.set_level(logging.DEBUG)
    bytes_of(paths, bundle)
    told = caplog.text + "".join(capfd.readouterr())
    film = opened(paths[0].read_bytes())
    for value in ("Onlyonecomponent", "SIM-0001", "MALE", film.StudyInstanceUID, film.SOPInstanceUID):
        assert value not in told
    assert logging.getLogger("highdicom").level == logging.NOTSET
    assert logging.getLogger("highdicom").propagate


def refused(paths: list[Path], bundle: Bundle) -> str:
    scored = score_films(paths, bundle)
    with pytest.raises(FilmError) as error:
        dicom_files(scored, evidence=evidence_of(scored, bundle))
    told = str(error.value)
    assert "SIM-" not in told
    assert "Simulated" not in told
    return told


@pytest.mark.parametrize(
    "tags",
    [
        {"PatientID": "SIM-0002"},
        {"PatientID": ""},
        {"PatientBirthDate": "19700102"},
        {"IssuerOfPatientID": "SIM-B"},
    ],
)
def test_films_of_two_patients_are_refused(tmp_path: Path, bundle: Bundle, tags: dict[str, Any]) -> None:
    ap, lateral = save_pair(tmp_path, IssuerOfPatientID="SIM-A")
    save_dicom(lateral, enlarged(a_film(lateral=1.0)), **{"IssuerOfPatientID": "SIM-A", "ViewPosition": "LL", **tags})
    told = refused([ap, lateral], bundle)
    assert told == (
        f"{lateral}: the two films must be of one patient and it names another than {ap} does; "
        "give two films of one examination"
    )


def test_without_ids_the_names_must_agree(tmp_path: Path, bundle: Bundle) -> None:
    ap, lateral = save_pair(tmp_path, PatientID="")
    assert report_of([ap, lateral], bundle).PatientID in ("", None)
    save_dicom(lateral, enlarged(a_film(lateral=1.0)), ViewPosition="LL", PatientID="", PatientName="Simulated^Other")
    assert "must be of one patient" in refused([ap, lateral], bundle)


def test_a_name_that_changed_is_the_same_patient_by_id(tmp_path: Path, bundle: Bundle) -> None:
    ap, lateral = save_pair(tmp_path)
    save_dicom(lateral, enlarged(a_film(lateral=1.0)), ViewPosition="LL", PatientName="Simulated^Married")
    assert str(report_of([ap, lateral], bundle).PatientName) == "Simulated^Phantom"


@pytest.mark.parametrize(
    ("tags", "without", "said"),
    [
        (
            {},
            ("SeriesInstanceUID",),
            "it has no usable SeriesInstanceUID to refer to; export it from the archive again",
        ),
        ({"StudyInstanceUID": ""}, (), "it has no usable StudyInstanceUID to refer to"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, (), "its SOP class is not one of single projection images"),
    ],
)
def test_a_film_that_cannot_be_referred_to_is_refused(
    tmp_path: Path, bundle: Bundle, tags: dict[str, Any], without: tuple[str, ...], said: str
) -> None:
    path = save_dicom(tmp_path / "film.dcm", enlarged(a_film(lateral=0.0)), without=without, **tags)
    assert said in refused([path], bundle)


def test_a_film_that_was_changed_since_is_refused(tmp_path: Path, bundle: Bundle) -> None:
    paths = save_pair(tmp_path)
    scored = score_films(paths, bundle)
    paths[0].write_bytes(paths[0].read_bytes().replace(b"SIM-0001", b"SIM-0009"))
    with pytest.raises(FilmError, match=r"ap\.dcm: its content must be what was scored and it was changed"):
        dicom_files(scored, evidence={})


def test_a_picture_is_refused(tmp_path: Path, bundle: Bundle) -> None:
    path = save_film(tmp_path / "film.png", a_film(lateral=0.0))
    with pytest.raises(FilmError, match=r"film\.png: DICOM is written for films that are DICOM and this one is not"):
        must_become_dicom([path])
    scored = score_films([path], bundle)
    with pytest.raises(FilmError, match="give the film as DICOM, or ask without"):
        dicom_files(scored, evidence={})


def test_the_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highdicom", None)
    with pytest.raises(MissingExtraError, match=r'DICOM out needs the extra "dicom"; .*radunion\[dicom\]'):
        must_become_dicom(save_pair(tmp_path))
