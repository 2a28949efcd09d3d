from pathlib import Path

import pytest

from radunion.cohort import import_folder, read_cohort, write_cohort
from radunion.errors import CohortError, UsageError

PATTERN = r"(?P<patient>[^/]+)/(?P<visit>[^/_]+)_(?P<view>[a-zA-Z]+)\.(?:png|dcm)"


def films(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"film")
    return folder


def test_names_become_rows_that_read_as_examinations(tmp_path: Path) -> None:
    folder = films(tmp_path / "films", "b/6 weeks_LAT.dcm", "a/6 weeks_AP.png", "a/6 weeks_lateral.png", "readme.txt")
    frame = import_folder(folder, pattern=PATTERN)
    assert frame.select("patient", "visit", "view").rows() == [
        ("a", "6 weeks", "ap"),
        ("a", "6 weeks", "lateral"),
        ("b", "6 weeks", "lateral"),
    ]
    write_cohort(frame, tmp_path / "cohort.csv")
    cohort = read_cohort(tmp_path / "cohort.csv")
    assert [len(examination.films) for examination in cohort.examinations] == [2, 1]
    assert cohort.examinations[0].films[0].path == folder / "a" / "6 weeks_AP.png"
    assert cohort.examinations[0].labels == ()


def test_other_groups_become_columns(tmp_path: Path) -> None:
    folder = films(tmp_path, "north-a-1-L-ap.png", "north-a-1--ap.png")
    pattern = r"(?P<site>\w+)-(?P<patient>\w+)-(?P<visit>\d)-(?P<side>L|R)?-(?P<view>\w+)\.png"
    assert import_folder(folder, pattern=pattern).select("site", "side").rows() == [("north", ""), ("north", "L")]


def test_films_that_do_not_match_are_named(tmp_path: Path) -> None:
    folder = films(tmp_path, "a/1_ap.png", "a/stray.png", "b/other.DCM")
    with pytest.raises(CohortError, match=r"must match the pattern; found 2 that do not") as caught:
        import_folder(folder, pattern=PATTERN)
    assert str(folder / "a" / "stray.png") in str(caught.value)
    assert "1_ap" not in str(caught.value)


def test_a_long_list_of_stray_films_is_cut_and_counted(tmp_path: Path) -> None:
    folder = films(tmp_path, *(f"{number}.png" for number in range(23)))
    with pytest.raises(CohortError, match=r"found 23 that do not(.|\n)*and 3 more"):
        import_folder(folder, pattern=PATTERN)


def test_a_word_that_is_no_view_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="a view is one of ap, pa, antpr"):
        import_folder(films(tmp_path, "a/1_skyline.png"), pattern=PATTERN)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "must be a regular expression"),
        (r"(?P<patient>\d)(?P<visit>\d)", r"lacks \(\?P<view>…\)"),
        (PATTERN + "(?P<knee>x)", "groups must be columns .*; found knee"),
    ],
)
def test_a_pattern_that_cannot_serve_is_refused(tmp_path: Path, pattern: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        import_folder(films(tmp_path, "a/1_ap.png"), pattern=pattern)


def test_a_folder_without_films_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="must hold one; found none ending"):
        import_folder(films(tmp_path, "notes.txt"), pattern=PATTERN)
    with pytest.raises(CohortError, match="found none of this name"):
        import_folder(tmp_path / "nowhere", pattern=PATTERN)
