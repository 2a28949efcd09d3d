"""A whole archive, small: every file in one row, parts that are there are not made again."""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.test_scoring_archive_samples import SECRETS, files_of, odd_tree, save_pair
from tests.test_scoring_samples import a_film, save_film, write

from radunion import NOTICE
from radunion.errors import CohortError, UsageError
from radunion.scoring import Bundle, score_films
from radunion.scoring.archive import COLUMNS, ArchiveSettings, score_archive
from radunion.scoring.archive import run as running
from radunion.scoring.archive import source as sources
from radunion.scoring.archive.look import Looking, looker
from radunion.scoring.archive.place import Place
from radunion.scoring.archive.seen import Listed
from radunion.scoring.archive.work import Scoring, scorer

SETTINGS = ArchiveSettings(workers=1)


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return write(tmp_path / "model", simulated=False, threshold=20.0)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Look and score in this process; return the numbers of examinations as they are scored."""
    scored: list[int] = []

    class Here:
        def __init__(self, make: Any, **_: Any) -> None:
            self.work = make()

        def run(self, items: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
            return ((item, self.work(item)) for item in items)

        def __enter__(self) -> "Here":
            return self

        def __exit__(self, *_: object) -> None:
            return

    def score_here(waiting: Iterable[Listed], scoring: Scoring, **_: Any) -> Iterator[Any]:
        work = scorer(scoring)
        for listed in waiting:
            scored.append(listed.number)
            yield listed.number, *work((listed,))

    monkeypatch.setattr(sources, "Pool", Here)
    monkeypatch.setattr(running, "score_locally", score_here)
    return scored


def silent(*_: object) -> None:
    return


def score(source: Path, bundle: Bundle, out: Path, **more: Any) -> pl.DataFrame:
    settings = ArchiveSettings(workers=1, **more)
    score_archive(source, out, bundle, settings, tell=silent, overwrite=True)
    return pl.read_parquet(out)


def many(folder: Path, count: int) -> Path:
    for number in range(count):
        save_pair(
            folder / f"{number:03}", f"p{number // 2}", levels=(1 + number % 4, 2), StudyDate=f"200101{10 + number}"
        )
    return folder


@pytest.mark.slow
def test_every_file_is_in_one_row_and_scored_as_alone(tmp_path: Path, bundle: Bundle) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    odd = odd_tree(tree)
    out = tmp_path / "out" / "r.parquet"
    rows = score(tree, bundle, out)
    assert files_of(rows) == sorted([*odd, "pair/ap.dcm", "pair/lateral.dcm", "photo.png"])
    assert dict(rows.filter(pl.col("kind") != "score").select("file", "code").iter_rows()) == odd
    scores = {row["ap_film"]: row for row in rows.filter(pl.col("kind") == "score").iter_rows(named=True)}
    assert set(scores) == {"pair/ap.dcm", "photo.png"}
    document = score_films([tree / "pair" / "ap.dcm", tree / "pair" / "lateral.dcm"], bundle).document
    assert scores["pair/ap.dcm"]["mrust_expected"] == document.mrust.expected
    assert scores["pair/ap.dcm"]["union_probability"] == document.union.probability
    assert list(out.parent.iterdir()) == [out]


def test_the_result_tells_what_it_is_and_not_who(tmp_path: Path, bundle: Bundle, here: list[int]) -> None:
    out = tmp_path / "r.parquet"
    rows = score(many(tmp_path / "films", 4), bundle, out)
    metadata = pl.read_parquet_metadata(out)
    assert metadata["notice"] == NOTICE
    assert json.loads(metadata["columns"]) == {name: column.about for name, column in COLUMNS.items()}
    assert rows.columns == list(COLUMNS)
    content = out.read_bytes()
    assert not [secret for secret in SECRETS if secret.encode() in content or secret in str(rows.to_dicts())]
    assert rows["patient"].n_unique() == 2
    assert rows["examination"].n_unique() == 4


def test_pseudonyms_are_others_in_every_archive(tmp_path: Path, bundle: Bundle, here: list[int]) -> None:
    films = many(tmp_path / "films", 2)
    first, second = (score(films, bundle, tmp_path / name) for name in ("1.parquet", "2.parquet"))
    assert not set(first["patient"]) & set(second["patient"])
    rest = pl.exclude("patient", "examination")
    assert first.select(rest).equals(second.select(rest))


def test_interrupted_it_goes_on_with_the_parts_it_has(tmp_path: Path, bundle: Bundle, here: list[int]) -> None:
    films, out = many(tmp_path / "films", 20), tmp_path / "r.parquet"

    def interrupting(stage: str, done: int, total: int, note: str) -> None:
        if stage == "score" and done == 13:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_archive(films, out, bundle, SETTINGS, tell=interrupting)
    assert not out.exists()
    save_pair(films / "late", "late")  # the listing is frozen
    assert here == list(range(13))
    here.clear()
    told: list[tuple[str, int, int]] = []
    score_archive(films, out, bundle, SETTINGS, tell=lambda stage, done, total, _: told.append((stage, done, total)))
    assert here == list(range(8, 20))  # a part holds 8
    assert told[0] == ("score", 8, 20)
    rows = pl.read_parquet(out)
    assert rows.height == 20
    assert Counter(files_of(rows)).most_common(1)[0][1] == 1
    (films / "late" / "ap.dcm").unlink()
    (films / "late" / "lateral.dcm").unlink()
    whole = score(films, bundle, tmp_path / "whole.parquet")
    rest = pl.exclude("patient", "examination")
    assert rows.select(rest).equals(whole.select(rest))


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"coverage": 0.8}, r"coverage \(0\.9 there, 0\.8 here\)"),
        ({"pattern": "(?P<patient>.)(?P<visit>.)(?P<view>.)"}, "pattern"),
    ],
)
def test_a_request_that_differs_from_the_one_begun_is_refused(
    tmp_path: Path, bundle: Bundle, here: list[int], change: dict[str, Any], differs: str
) -> None:
    films, out = many(tmp_path / "films", 2), tmp_path / "r.parquet"

    def interrupting(stage: str, *_: object) -> None:
        if stage == "score":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_archive(films, out, bundle, SETTINGS, tell=interrupting)
    with pytest.raises(UsageError, match=differs):
        score_archive(films, out, bundle, ArchiveSettings(workers=1, **change), tell=silent)
    other = write(tmp_path / "other", version="2", simulated=False, threshold=20.0)
    with pytest.raises(UsageError, match=r"model \(tiny 1"):
        score_archive(films, out, other, SETTINGS, tell=silent)


def test_a_table_needs_no_labels_and_says_the_views(tmp_path: Path, bundle: Bundle, here: list[int]) -> None:
    films = many(tmp_path / "films", 2)
    elsewhere = save_film(tmp_path / "photo.png", a_film(lateral=0.0))
    table = films / "cohort.csv"
    table.write_text(
        "patient,visit,view,image\n"
        "a,1,ap,000/ap.dcm\na,1,lateral,000/lateral.dcm\na,2,ap,001/ap.dcm\na,2,ap,001/lateral.dcm\n"
        f"b,1,ap,none.dcm\nb,2,other,{elsewhere}\nc,1,ap,000/ap.dcm\n"
    )
    rows = score(table, bundle, tmp_path / "r.parquet")
    scores = rows.filter(pl.col("kind") == "score")
    assert scores["ap_film"].to_list() == ["000/ap.dcm", "001/ap.dcm"]
    assert scores["lateral_film"].to_list() == ["000/lateral.dcm", None]
    assert set(scores["ap_film_view_source"]) == {"user"}
    assert set(rows.filter(pl.col("kind") != "score").select("file", "code").iter_rows()) == {
        ("000/ap.dcm", "RA423"), (str(elsewhere), "RA415"), ("001/lateral.dcm", "RA416"), ("none.dcm", "RA401"),
    }  # fmt: skip
    assert len(rows) == 6


def test_a_table_that_changed_or_is_faulty_is_refused(tmp_path: Path, bundle: Bundle, here: list[int]) -> None:
    films, out = many(tmp_path / "films", 1), tmp_path / "r.parquet"
    table = films / "cohort.csv"
    table.write_text("patient,visit,image\n")
    with pytest.raises(CohortError, match="must have a column view"):
        score_archive(table, out, bundle, SETTINGS, tell=silent)
    assert not Place(out).folder.exists()
    table.write_text("patient,visit,view,image\na,1,ap,000/ap.dcm\n")

    def interrupting(stage: str, *_: object) -> None:
        if stage == "score":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_archive(table, out, bundle, SETTINGS, tell=interrupting)
    table.write_text("patient,visit,view,image\na,1,ap,000/lateral.dcm\n")
    with pytest.raises(UsageError, match="different: table"):
        score_archive(table, out, bundle, SETTINGS, tell=silent)


def test_pictures_are_paired_by_pattern_else_alone(tmp_path: Path, bundle: Bundle, here: list[int]) -> None:
    films = tmp_path / "films"
    (films / "p1").mkdir(parents=True)
    for name, lateral in (("v1_ap", 0.0), ("v1_lat", 1.0), ("letter", 0.0)):
        save_film(films / "p1" / f"{name}.png", a_film(lateral=lateral))
    alone = score(films, bundle, tmp_path / "1.parquet")
    assert alone["kind"].to_list() == ["score"] * 3
    pattern = r"(?P<patient>\w+)/(?P<visit>v\d)_(?P<view>\w+)\.png"
    paired = score(films, bundle, tmp_path / "2.parquet", pattern=pattern)
    assert paired["kind"].to_list() == ["score", "unused"]
    assert (paired["ap_film"][0], paired["lateral_film"][0]) == ("p1/v1_ap.png", "p1/v1_lat.png")
    assert (paired["file"][1], paired["code"][1]) == ("p1/letter.png", "RA419")


@pytest.mark.parametrize(
    ("source", "pattern", "message"),
    [
        ("nothing", None, "there is nothing here"),
        ("letter.txt", None, r"a table that ends in \.csv or \.parquet; this is neither"),
        ("table.csv", "(?P<patient>.)", "--pattern reads the names in a folder"),
        ("empty", None, "at least one file, and this folder has none"),
        ("empty", "(", "must be a regular expression"),
    ],
)
def test_what_is_no_archive_is_refused_and_leaves_nothing_behind(
    tmp_path: Path, bundle: Bundle, here: list[int], source: str, pattern: str | None, message: str
) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("letter.txt", "table.csv"):
        (tmp_path / name).touch()
    with pytest.raises(UsageError, match=message):
        score_archive(
            tmp_path / source, tmp_path / "r.parquet", bundle, ArchiveSettings(pattern=pattern, workers=1), tell=silent
        )
    assert not Place(tmp_path / "r.parquet").folder.exists()


def test_a_coverage_that_cannot_be_is_refused_before_anything_is_looked_at(tmp_path: Path, bundle: Bundle) -> None:
    with pytest.raises(UsageError, match="coverage is a probability"):
        score(many(tmp_path / "films", 1), bundle, tmp_path / "r.parquet", coverage=0.3)


def test_the_result_may_lie_in_the_archive_itself(tmp_path: Path, bundle: Bundle, here: list[int]) -> None:
    films = many(tmp_path / "films", 1)
    for _ in range(2):
        rows = score(films, bundle, films / "r.parquet")
        assert files_of(rows) == ["000/ap.dcm", "000/lateral.dcm"]


def test_looking_works_by_names_alone(tmp_path: Path) -> None:
    many(tmp_path, 1)
    assert looker(Looking(tmp_path, b"key", None))("000/ap.dcm").view == "ap"


def test_a_folder_that_is_removed_meanwhile_is_an_error_of_its_films(
    tmp_path: Path, bundle: Bundle, here: list[int]
) -> None:
    films, out = many(tmp_path / "films", 2), tmp_path / "r.parquet"

    def removing(stage: str, done: int, *_: object) -> None:
        if (stage, done) == ("score", 0):
            shutil.rmtree(films / "001")

    score_archive(films, out, bundle, SETTINGS, tell=removing)
    rows = pl.read_parquet(out)
    assert rows["kind"].to_list() == ["score", "error", "error"]
