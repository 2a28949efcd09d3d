"""The rows of an examination are what `score_films` says of it, and every film of it is in one row."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.test_scoring_archive_samples import SECRETS, save_dicom, save_pair
from tests.test_scoring_samples import a_film, save_film, write

from radunion.errors import BundleError
from radunion.scale import CORTICES, UNION_RULES
from radunion.scoring import Bundle, score_films
from radunion.scoring.archive.columns import COLUMNS
from radunion.scoring.archive.rows import Row, file_row, shown
from radunion.scoring.archive.seen import Listed, ListedFilm, SeenFile
from radunion.scoring.archive.work import Scoring, lost, score_group, scorer

STAGES = ("radunion.scoring.score.look_at", "radunion.scoring.score.score_looked")


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return write(tmp_path / "model", simulated=False, threshold=20.0)


@pytest.fixture
def scoring(tmp_path: Path, bundle: Bundle) -> Scoring:
    return Scoring(tmp_path / "model", bundle.sha256, tmp_path / "films", UNION_RULES["rust-10"], None)


def listed(*names: str, views: tuple[str, ...] = ()) -> Listed:
    films = tuple(ListedFilm(name, view) for name, view in zip(names, views or [None] * len(names), strict=True))  # type: ignore[arg-type]
    return Listed(patient="p", examination="e", side="left", films=films)


def rows_of(scoring: Scoring, one: Listed) -> list[Row]:
    (rows,) = scorer(scoring)((one,))
    return rows


def test_a_row_says_what_the_document_says(scoring: Scoring) -> None:
    pair = save_pair(scoring.folder, "p1")
    (row,) = rows_of(scoring, listed("ap.dcm", "lateral.dcm"))
    document = score_films(pair, write(scoring.model, simulated=False, threshold=20.0), rule=scoring.rule).document
    for cortex in CORTICES:
        score = document.cortices[cortex]
        assert row[f"{cortex}_level"] == score.level
        assert tuple(row[f"{cortex}_p{level}"] for level in (1, 2, 3, 4)) == score.probabilities
        assert (row[f"{cortex}_low"], row[f"{cortex}_high"]) == (score.levels[0], score.levels[-1])
        assert (row[f"{cortex}_scorable"], row[f"{cortex}_seen"]) == (score.scorable, score.seen)
    for name, total in (("mrust", document.mrust), ("rust", document.rust)):
        assert (row[f"{name}_total"], row[f"{name}_expected"]) == (total.total, total.expected)
        assert (row[f"{name}_low"], row[f"{name}_high"]) == total.interval
    assert (row["union_probability"], row["union_rule"]) == (document.union.probability, "RUST >= 10")
    assert [row["ap_film"], row["lateral_film"]] == ["ap.dcm", "lateral.dcm"]
    assert [row["ap_film_sha256"], row["lateral_film_sha256"]] == [film.sha256 for film in document.inputs]
    assert row["ap_film_view_source"] == "ViewPosition"
    assert [row["ap_film_distance"], row["lateral_film_distance"]] == [film.distance for film in document.inputs]
    assert row["warnings"] == [one.code for one in document.warnings]
    assert (row["familiar"], row["distance"]) == (True, document.familiarity.distance)
    assert row["model_sha256"] == document.model.sha256


def test_every_column_is_documented(scoring: Scoring) -> None:
    save_pair(scoring.folder, "p1")
    group = (listed("ap.dcm", "lateral.dcm"), listed("ap.dcm"), listed("none.dcm"))
    rows = [row for rows in scorer(scoring)(group) for row in rows]
    assert {name for row in rows for name in row} == set(COLUMNS)
    assert all(column.about for column in COLUMNS.values())
    assert [row["kind"] for row in rows] == ["score", "score", "error"]


def test_one_film_gives_bounds(scoring: Scoring) -> None:
    save_pair(scoring.folder, "p1")
    (row,) = rows_of(scoring, listed("lateral.dcm"))
    assert row["mrust_total"] is None
    assert row["mrust_bound_low"] < row["mrust_bound_high"]  # type: ignore[operator]
    assert row["union_bound_low"] == 0.0
    assert (row["medial_level"], row["medial_seen"]) == (None, False)
    assert row.get("ap_film") is None
    assert "RS306" in row["warnings"]  # type: ignore[operator]


def test_a_film_that_cannot_be_read_leaves_the_other(scoring: Scoring) -> None:
    for damaged, whole in (("ap", "lateral"), ("lateral", "ap")):
        save_pair(scoring.folder, "p1")
        (scoring.folder / f"{damaged}.dcm").write_bytes(b"")
        error, score = rows_of(scoring, listed("ap.dcm", "lateral.dcm", views=("ap", "lateral")))
        assert (error["kind"], error["file"], error["code"]) == ("error", f"{damaged}.dcm", "RA401")
        assert error["message"] == "the file cannot be read as a film: the file is empty; copy or export it again"
        assert (score["kind"], score[f"{whole}_film"]) == ("score", f"{whole}.dcm")
        assert score["warnings"][-1] == "RA431"  # type: ignore[index]
        assert error["examination"] == score["examination"]


def test_an_examination_is_scored_in_a_group_as_it_is_alone(scoring: Scoring) -> None:
    save_pair(scoring.folder, "p1")
    (scoring.folder / "cut.dcm").write_bytes(b"")
    group = (listed("ap.dcm", "cut.dcm"), listed("ap.dcm", "lateral.dcm"), listed("cut.dcm"), listed("lateral.dcm"))
    assert scorer(scoring)(group) == [rows_of(scoring, one) for one in group]


def test_two_films_that_cannot_be_read_are_two_errors(scoring: Scoring) -> None:
    rows = rows_of(scoring, listed("a.dcm", "b.dcm"))
    assert [(row["kind"], row["file"]) for row in rows] == [("error", "a.dcm"), ("error", "b.dcm")]
    assert all("there is no such file" in str(row["message"]) for row in rows)


def test_the_same_film_twice_is_one_film_and_one_row(scoring: Scoring) -> None:
    scoring.folder.mkdir()
    for name in ("a.png", "b.png"):
        save_film(scoring.folder / name, a_film(lateral=0.0))
    score, copy = rows_of(scoring, listed("a.png", "b.png"))
    assert score["warnings"][0] == "RS301"  # type: ignore[index]
    assert (copy["kind"], copy["file"], copy["code"]) == ("unused", "b.png", "RA418")


def test_what_the_user_said_of_views_is_believed(scoring: Scoring) -> None:
    save_pair(scoring.folder, "p1")
    (row,) = rows_of(scoring, listed("lateral.dcm", "ap.dcm", views=("ap", "lateral")))
    assert (row["ap_film"], row["ap_film_view_source"]) == ("lateral.dcm", "user")


@pytest.mark.parametrize("stage", STAGES)
def test_a_fault_of_the_model_or_an_unforeseen_one_is_a_row_that_quotes_nothing(
    scoring: Scoring, bundle: Bundle, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    save_pair(scoring.folder, "p1")
    for fault, code, told in (
        (BundleError("SECRET"), "RA402", "the model cannot score the film"),
        (KeyError("SECRET"), "RA405", "an unexpected fault: KeyError"),
    ):

        def broken(*_: object, fault: Exception = fault, **__: object) -> None:
            raise fault

        monkeypatch.setattr(stage, broken)
        (rows,) = score_group((listed("ap.dcm", "lateral.dcm"),), bundle, scoring)
        assert [(row["file"], row["code"]) for row in rows] == [("ap.dcm", code), ("lateral.dcm", code)]
        assert {row["message"] for row in rows} == {told}


@pytest.mark.parametrize("stage", STAGES)
def test_a_broken_installation_is_not_the_films_fault(
    scoring: Scoring, bundle: Bundle, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    save_pair(scoring.folder, "p1")

    def broken(*_: object, **__: object) -> None:
        raise ImportError

    monkeypatch.setattr(stage, broken)
    with pytest.raises(ImportError):
        score_group((listed("ap.dcm"),), bundle, scoring)


def test_a_model_that_was_replaced_is_refused(scoring: Scoring) -> None:
    with pytest.raises(BundleError, match="the model was replaced"):
        scorer(replace(scoring, sha256="0" * 64))


def test_what_ended_its_worker_is_an_error_of_every_film() -> None:
    rows = [*lost(listed("a", "b"), "died"), *lost(listed("c"), "late")]
    assert [(row["file"], row["code"]) for row in rows] == [("a", "RA403"), ("b", "RA403"), ("c", "RA404")]


def test_no_row_tells_who_somebody_is(scoring: Scoring) -> None:
    save_pair(scoring.folder, SECRETS[1])
    save_dicom(scoring.folder / "cut.dcm").write_bytes((scoring.folder / "ap.dcm").read_bytes()[:-100])
    rows = [row for name in ("ap.dcm", "cut.dcm") for row in rows_of(scoring, listed(name))]
    assert not [secret for secret in SECRETS if secret in str(rows)]


def test_a_file_of_no_examination_has_a_row() -> None:
    row: Row = file_row(SeenFile(name="a.txt", code="RA411"))
    assert (row["kind"], row["file"], row["message"], row["examination"]) == (
        "unused", "a.txt", "neither DICOM nor a picture", None,
    )  # fmt: skip
    assert file_row(SeenFile(name="b", code="RA416", day="d", side="left"))["examination"] is not None
    with pytest.raises(ValueError, match="without a code"):
        file_row(SeenFile(name="c"))


def test_names_of_any_bytes_are_shown() -> None:
    assert shown("f\udcfcr") == "f\\xfcr"
    assert shown("für") == "für"
