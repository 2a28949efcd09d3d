"""The structured report says what the JSON says: every number is read back by pydicom and compared."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset
from tests.test_scoring_dicom_out_samples import (
    codes_in,
    cortex_group,
    enlarged,
    examination_group,
    groups_of,
    items,
    name_of,
    named,
    number_in,
    number_of,
    opened,
    report_of,
    save_dicom,
    save_pair,
    texts_in,
    written,
)
from tests.test_scoring_samples import a_film, write

from radunion import NOTICE, __version__
from radunion.radiograph import read_radiograph
from radunion.scale import CORTICES, UNION_RULES
from radunion.scoring import Bundle, score_films
from radunion.scoring.dicom_out import dicom_files

CASES = ("pair", "ap", "lateral", "unscorable")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return save_pair(tmp_path_factory.mktemp("pair"), ImageLaterality="L")


@pytest.fixture(scope="module")
def report(pair: list[Path], bundle: Bundle) -> Dataset:
    return report_of(pair, bundle)


Case = tuple[dict[str, Any], Dataset]


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> Case:
    """Return the JSON and the report of one kind of examination."""
    ap, lateral = save_pair(tmp_path_factory.mktemp("films"))
    if request.param == "unscorable":
        hidden = a_film(lateral=1.0, levels=(4, 1), scorable=(0.0, 1.0))
        save_dicom(lateral, enlarged(hidden), ViewPosition="LL")
    films = {"ap": [ap], "lateral": [lateral]}.get(request.param, [lateral, ap])
    scored = score_films(films, bundle)
    return json.loads(scored.document.to_json()), opened(dicom_files(scored, evidence={}).content["report.dcm"])


@pytest.mark.parametrize("cortex", CORTICES)
def test_a_cortex_is_told_as_in_the_json(case: Case, cortex: Any) -> None:
    document, report = case
    said, group = document["cortices"][cortex], cortex_group(report, cortex)
    missing = "NOT_SCORABLE" if said["seen"] else "NOT_SEEN"
    assert codes_in(group, "LEVEL") == [missing if said["level"] is None else f"MRUST_{said['level']}"]
    assert codes_in(group, "LEVEL_IN_SET") == [f"MRUST_{level}" for level in said["levels"]]
    assert [number_in(group, f"P_MRUST_{level}") for level in (1, 2, 3, 4)] == said["probabilities"]
    assert number_in(group, "P_SCORABLE") == said["scorable"]


def test_totals_and_union_are_told_as_in_the_json(case: Case) -> None:
    document, report = case
    group = examination_group(report)
    for scale in ("mrust", "rust"):
        said, name = document[scale], scale.upper()
        assert number_in(group, f"{name}_TOTAL") == said["total"]
        assert number_in(group, f"{name}_MEAN") == said["expected"]
        assert [number_in(group, f"{name}_{end}") for end in ("FROM", "TO")] == said["interval"]
        assert [number_in(group, f"{name}_{end}") for end in ("LOW", "HIGH")] == (said["bounds"] or [None, None])
    said = document["union"]
    assert number_in(group, "P_UNION") == said["probability"]
    assert [number_in(group, f"P_UNION_{end}") for end in ("LOW", "HIGH")] == (said["bounds"] or [None, None])
    assert texts_in(group, "UNION_RULE") == [said["rule"]]


def test_what_the_numbers_rest_on_is_told_as_in_the_json(case: Case) -> None:
    document, report = case
    group = examination_group(report)
    familiarity = document["familiarity"]
    assert codes_in(group, "FAMILIARITY") == ["FAMILIAR" if familiarity["familiar"] else "UNFAMILIAR"]
    assert number_in(group, "DISTANCE_MOST") == familiarity["distance"]
    assert number_in(group, "DISTANCE_LIMIT") == familiarity["threshold"]
    assert sorted(map(number_of, named(group, "DISTANCE"))) == sorted(film["distance"] for film in document["inputs"])
    assert number_in(group, "COVERAGE") == document["coverage"]
    assert codes_in(group, "CALIBRATED") == ["373066001" if document["calibrated"] else "373067005"]
    assert codes_in(group, "CONVENTION") == [document["convention"].upper()]
    assert texts_in(group, "TRAINED_ON") == [document["model"]["trained_on"]]
    assert texts_in(report, "NOTICE") == [document["notice"]]
    assert NOTICE in document["notice"]
    films = [f"{film['view']} view, by {film['view_source']}; sha256 {film['sha256']}" for film in document["inputs"]]
    assert texts_in(group, "FILM") == films
    told = texts_in(group, "WARNING")
    assert [text.split()[0] for text in told] == [one["code"] for one in document["warnings"]]
    assert all(
        text.endswith(one["message"].split(": ")[-1]) for text, one in zip(told, document["warnings"], strict=True)
    )


def test_each_group_names_the_algorithm_and_its_settings(pair: list[Path], bundle: Bundle) -> None:
    groups = groups_of(report_of(pair, bundle, rule=UNION_RULES["rust-10"], coverage=0.7))
    assert len(groups) == 5
    for group in groups:
        assert texts_in(group, "111001") == [bundle.card.name]
        assert texts_in(group, "111003") == [bundle.card.version]
        assert texts_in(group, "111002") == [
            f"bundle sha256 {bundle.sha256}",
            f"radunion {__version__}, score document schema 1",
            "convention metrc",
            "coverage 0.7, not calibrated",
        ]


def test_a_cortex_is_found_on_the_shaft_and_side_that_the_film_names(report: Dataset) -> None:
    for group in groups_of(report):
        site = named(group, "363698007")[0]
        assert site.RelationshipType == "HAS CONCEPT MOD"
        assert site.ConceptCodeSequence[0].CodeValue == "52687003"
        assert codes_in(site, "272741003") == ["7771000"]


def test_sides_that_disagree_are_claimed_for_no_total(tmp_path: Path, bundle: Bundle) -> None:
    ap, lateral = save_pair(tmp_path, Laterality="R")
    save_dicom(lateral, enlarged(a_film(lateral=1.0)), ViewPosition="LL", Laterality="L")
    report = report_of([ap, lateral], bundle)
    assert codes_in(named(cortex_group(report, "medial"), "363698007")[0], "272741003") == ["24028007"]
    assert codes_in(named(cortex_group(report, "anterior"), "363698007")[0], "272741003") == ["7771000"]
    assert codes_in(named(examination_group(report), "363698007")[0], "272741003") == []


def test_a_side_in_a_description_is_not_claimed(tmp_path: Path, bundle: Bundle) -> None:
    paths = save_pair(tmp_path, SeriesDescription="tibia left")
    assert read_radiograph(paths[0]).side == "left"
    report = report_of(paths, bundle)
    assert not [item for item in items(report) if name_of(item) == "272741003"]


def references(group: Dataset) -> set[str]:
    return {item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in named(group, "121112")}


def film_uid(path: Path) -> str:
    return str(opened(path.read_bytes()).SOPInstanceUID)


def test_each_group_refers_to_the_films_that_show_it(pair: list[Path], report: Dataset) -> None:
    ap, lateral = map(film_uid, pair)
    assert references(cortex_group(report, "medial")) == references(cortex_group(report, "lateral")) == {ap}
    assert references(cortex_group(report, "posterior")) == {lateral}
    assert references(examination_group(report)) == {ap, lateral}


def evidence_in(report: Dataset, keyword: str) -> set[tuple[str, str, str]]:
    return {
        (study.StudyInstanceUID, series.SeriesInstanceUID, film.ReferencedSOPInstanceUID)
        for study in report.get(keyword, [])
        for series in study.ReferencedSeriesSequence
        for film in series.ReferencedSOPSequence
    }


def identity(path: Path) -> tuple[str, str, str]:
    film = opened(path.read_bytes())
    return film.StudyInstanceUID, film.SeriesInstanceUID, film.SOPInstanceUID


def test_films_of_one_study_are_evidence_of_its_procedure(pair: list[Path], report: Dataset) -> None:
    assert evidence_in(report, "CurrentRequestedProcedureEvidenceSequence") == set(map(identity, pair))
    assert "PertinentOtherEvidenceSequence" not in report


def test_a_film_of_another_study_is_pertinent_other_evidence(tmp_path: Path, bundle: Bundle) -> None:
    ap, lateral = save_pair(tmp_path)
    save_dicom(lateral, enlarged(a_film(lateral=1.0)), ViewPosition="LL", StudyInstanceUID="1.2.3.4", StudyID="S2")
    _, files = written([lateral, ap], bundle)
    report = opened(files.content["report.dcm"])
    assert report.StudyInstanceUID == identity(ap)[0]
    assert evidence_in(report, "CurrentRequestedProcedureEvidenceSequence") == {identity(ap)}
    assert evidence_in(report, "PertinentOtherEvidenceSequence") == {identity(lateral)}
    heatmaps = [opened(files.content[f"heatmap-{view}.dcm"]) for view in ("ap", "lateral")]
    assert [one.StudyInstanceUID for one in heatmaps] == [identity(ap)[0], "1.2.3.4"]
    assert len({one.SeriesInstanceUID for one in heatmaps}) == 2


def test_the_same_films_are_followed_by_the_same_names(pair: list[Path], bundle: Bundle, report: Dataset) -> None:
    first, second = report, report_of(pair, bundle)
    assert first.SOPInstanceUID != second.SOPInstanceUID
    assert first.SeriesInstanceUID != second.SeriesInstanceUID
    followed = [[named(group, "112040")[0].UID for group in groups_of(one)] for one in (first, second)]
    assert followed[0] == followed[1]
    assert len(set(followed[0])) == 5
    assert texts_in(cortex_group(first, "medial"), "112039") == ["medial cortex"]


def test_the_report_is_a_preliminary_measurement_report_of_ours(report: Dataset) -> None:
    assert name_of(report) == "126000"
    assert report.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    assert (report.CompletionFlag, report.VerificationFlag, report.PreliminaryFlag) == (
        "COMPLETE",
        "UNVERIFIED",
        "PRELIMINARY",
    )
    assert (report.Manufacturer, report.SoftwareVersions) == ("radunion", __version__)
    assert NOTICE in report.SeriesDescription
    assert report.CodingSchemeIdentificationSequence[0].CodingSchemeDesignator == "99RADUNION"


def test_without_evidence_there_is_the_report_alone_and_why(pair: list[Path], bundle: Bundle) -> None:
    files = dicom_files(score_films(pair, bundle), evidence={})
    assert list(files.content) == ["report.dcm"]
    assert sorted(files.left_out) == [
        "heatmap-ap.dcm",
        "heatmap-lateral.dcm",
        "outlines-ap.dcm",
        "outlines-lateral.dcm",
    ]
    assert set(files.left_out.values()) == {"the model gives no evidence on this film"}


def test_no_path_is_told(tmp_path: Path, bundle: Bundle) -> None:
    folder = tmp_path / "Simulated^Phantom SIM-0001"
    folder.mkdir()
    ap, lateral = save_pair(folder)
    save_dicom(lateral, enlarged(a_film(lateral=1.0)), ViewPosition="OBLIQUE")
    scored = score_films([ap, lateral], bundle)
    files = dicom_files(scored, evidence={})
    assert any(str(folder) in one.message for one in scored.document.warnings)
    told = [str(item.TextValue) for item in items(opened(files.content["report.dcm"])) if item.ValueType == "TEXT"]
    assert "RS310 lateral view: its tags name a view that is neither AP nor lateral; they were not used" in told
    assert not [text for text in told if "Phantom" in text or "SIM-" in text]


def test_words_that_a_films_letters_cannot_hold_are_still_written(tmp_path: Path, bundle: Bundle) -> None:
    scored = score_films(save_pair(tmp_path, SpecificCharacterSet="ISO_IR 100"), bundle)
    model = scored.document.model.model_copy(update={"version": "β 山", "trained_on": "jambes simulées"})
    other = replace(scored, document=scored.document.model_copy(update={"model": model}))
    report = opened(dicom_files(other, evidence={}).content["report.dcm"])
    assert texts_in(examination_group(report), "111003") == ["? ?"]
    assert texts_in(examination_group(report), "TRAINED_ON") == ["jambes simul?es"]


def test_a_number_of_many_digits_is_kept_whole(pair: list[Path], bundle: Bundle) -> None:
    scored = score_films(pair, bundle)
    threshold = float(np.nextafter(3.4567890123456, 4))
    familiarity = scored.document.familiarity.model_copy(update={"threshold": threshold})
    document = scored.document.model_copy(update={"familiarity": familiarity})
    files = dicom_files(replace(scored, document=document), evidence={})
    assert number_in(examination_group(opened(files.content["report.dcm"])), "DISTANCE_LIMIT") == threshold
