"""`radunion cohort import` and `check`: what is written, refused and offered."""

import csv
import json
import shlex
from pathlib import Path

import pytest
from tests.test_cli_samples import a_cohort
from tests.test_scoring_samples import a_film, save_film

from radunion.cli import main
from radunion.cohort import read_cohort
from radunion.cohort.metrc import KEY_COLUMNS, LEVEL_COLUMNS, ONE_HOT_COLUMNS

PATTERN = r"(?P<patient>\w+)/(?P<visit>\w+)_(?P<view>ap|lat)\.png"
Told = pytest.CaptureFixture[str]


def metrc_table(folder: Path, *, conflict: bool) -> Path:
    """Write a one-hot table of one patient and its films; with a conflict each view carries the other's cortices."""
    films = folder / "films"
    films.mkdir()
    rows = []
    for index, (view, name) in enumerate((("view_antpr", "antpr"), ("view_later", "later"))):
        cortex = ("medial", "anterior")[index ^ conflict]
        row = dict.fromkeys(ONE_HOT_COLUMNS, 0)
        row |= {view: 1, LEVEL_COLUMNS[cortex][2]: 1}  # type: ignore[index]
        keys = dict(zip(KEY_COLUMNS, (index, "pain", "7", "3_months"), strict=True))
        rows.append({**keys, **row})
        save_film(films / f"{index}-pain-7-3_months-{name}.jpg", a_film(lateral=float(index)))
    table = folder / "labels.csv"
    with table.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, (*KEY_COLUMNS, *ONE_HOT_COLUMNS))
        writer.writeheader()
        writer.writerows(rows)
    return table


def imported(*words: object) -> int:
    return main(["cohort", "import", *map(str, words)])


def test_metrc_is_imported_with_paths_relative_to_the_table(tmp_path: Path, capsys: Told) -> None:
    table = metrc_table(tmp_path, conflict=False)
    out = tmp_path / "study" / "cohort.csv"
    assert imported(table, "--from", "metrc", "--images", tmp_path / "films", "--out", out) == 0
    told = capsys.readouterr()
    assert told.out == f"{out}: 2 films of 1 examination of 1 patient\n"
    assert told.err == f"radunion: check it next: radunion cohort check {out}\n"
    cohort = read_cohort(out)
    assert cohort.frame["image"][0] == "../films/0-pain-7-3_months-antpr.jpg"
    assert all(film.path.is_file() for film in cohort.examinations[0].films)


def test_without_images_the_names_are_kept_and_said_to_be_absent(tmp_path: Path, capsys: Told) -> None:
    table, out = metrc_table(tmp_path, conflict=False), tmp_path / "cohort.csv"
    assert imported(table, "--from", "metrc", "--out", out) == 0
    assert "; 2 files missing, image paths are relative to the table" in capsys.readouterr().out
    assert read_cohort(out).frame["image"][1] == "1-pain-7-3_months-later.jpg"


def test_a_conflict_offers_the_sheet_and_both_ways_as_commands(tmp_path: Path, capsys: Told) -> None:
    table, out = metrc_table(tmp_path, conflict=True), tmp_path / "my cohort.csv"
    assert imported(table, "--from", "metrc", "--images", tmp_path / "films", "--out", out) == 1
    told = capsys.readouterr()
    assert "found only those of the other view in 2 of 2 scored rows" in told.err
    assert told.out == ""
    assert not out.exists()
    sheet, as_named, swapped = offered(told.err)
    assert sheet[-2:] == ["--contact-sheet", "views.png"]
    assert (as_named[-1], swapped[-1]) == ("as-named", "swapped")
    assert main(swapped) == 0
    assert read_cohort(out).frame["view"].to_list() == ["lateral", "ap"]


def offered(told: str) -> list[list[str]]:
    lines = [shlex.split(line) for line in told.splitlines() if line.strip().startswith("radunion cohort import")]
    return [words[1:] for words in lines]


def test_the_contact_sheet_is_drawn_before_the_answer_is_known(tmp_path: Path, capsys: Told) -> None:
    table, out, sheet = metrc_table(tmp_path, conflict=True), tmp_path / "cohort.csv", tmp_path / "views.png"
    words = [table, "--from", "metrc", "--images", tmp_path / "films", "--out", out, "--contact-sheet", sheet]
    assert imported(*words) == 1
    told = capsys.readouterr().err
    assert f"the contact sheet is {sheet}; look at it, then run one of" in told
    assert sheet.read_bytes().startswith(b"\x89PNG")
    assert len(offered(told)) == 2
    assert main(offered(told)[0]) == 0
    assert read_cohort(out).frame["view"].to_list() == ["ap", "lateral"]


def test_a_fault_of_the_table_is_no_conflict(tmp_path: Path, capsys: Told) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("index,study_id\n1,pain\n")
    assert imported(table, "--from", "metrc", "--out", tmp_path / "cohort.csv") == 1
    told = capsys.readouterr().err
    assert "must have a column record_id" in told
    assert "--views" not in told


def test_a_folder_is_imported(tmp_path: Path, capsys: Told) -> None:
    for name in ("a/v1_ap", "a/v1_lat", "b/v1_ap"):
        (tmp_path / "films" / name).parent.mkdir(parents=True, exist_ok=True)
        save_film(tmp_path / "films" / f"{name}.png", a_film(lateral=0.0))
    out, sheet = tmp_path / "films" / "cohort.parquet", tmp_path / "sheet.png"
    words = [tmp_path / "films", "--from", "folder", "--pattern", PATTERN, "--out", out, "--contact-sheet", sheet]
    assert imported(*words) == 0
    assert capsys.readouterr().out == f"{out}: 3 films of 2 examinations of 2 patients\n"
    assert read_cohort(out).frame["image"].to_list() == ["a/v1_ap.png", "a/v1_lat.png", "b/v1_ap.png"]
    assert sheet.is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "folder"], "a folder is imported by --pattern"),
        (["--from", "folder", "--pattern", PATTERN, "--views", "swapped"], "--views cannot go with --from folder"),
        (["--from", "metrc", "--pattern", PATTERN], "--pattern cannot go with --from metrc"),
        (["--from", "metrc", "--contact-sheet", "sheet.png"], "--contact-sheet needs --images DIR"),
        (["--from", "metrc", "--images", "nowhere"], "nowhere: --images is the folder of the films"),
        (["--from", "folder", "--pattern", "("], "must be a regular expression"),
        (["--from", "redcap"], "invalid choice: 'redcap'"),
        ([], "--from"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    tmp_path: Path, capsys: Told, words: list[str], said: str
) -> None:
    assert imported(tmp_path, "--out", tmp_path / "cohort.csv", *words) == 2
    assert said in capsys.readouterr().err


def test_a_table_is_replaced_only_when_asked(tmp_path: Path, capsys: Told) -> None:
    table, out = metrc_table(tmp_path, conflict=False), tmp_path / "cohort.csv"
    out.write_text("years of work")
    assert imported(table, "--from", "metrc", "--out", out) == 2
    assert f"{out}: this would be replaced; name another place, or give --overwrite" in capsys.readouterr().err
    assert out.read_text() == "years of work"
    assert imported(table, "--from", "metrc", "--out", out, "--overwrite") == 0
    assert len(read_cohort(out)) == 1


def test_a_table_that_contradicts_itself_is_written_to_be_mended(tmp_path: Path, capsys: Told) -> None:
    table, out = metrc_table(tmp_path, conflict=False), tmp_path / "cohort.csv"
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    again = {**rows[0], "index": "9", "medial_cortex_3": "0", "medial_cortex_1": "1"}
    with table.open("a", newline="") as stream:
        csv.DictWriter(stream, list(again)).writerow(again)
    assert imported(table, "--from", "metrc", "--out", out) == 1
    told = capsys.readouterr().err
    assert f"{out} was written, but mend it before it is used" in told
    assert "the rows of one label must agree" in told
    assert out.is_file()


def test_check_prints_findings_and_a_summary(tmp_path: Path, capsys: Told) -> None:
    table = a_cohort(tmp_path / "cohort")
    assert main(["cohort", "check", str(table)]) == 0
    told = capsys.readouterr().out
    assert "RU114" in told
    assert told.splitlines()[-1] == f"{table}: 0 errors, 1 warning, 0 notes in 6 examinations of 6 patients"
    assert main(["cohort", "check", str(table), "--silence", "ru114"]) == 0
    told = capsys.readouterr().out
    assert told == f"{table}: 0 errors, 0 warnings, 0 notes in 6 examinations of 6 patients\n"


def test_check_fails_while_an_error_remains(tmp_path: Path, capsys: Told) -> None:
    table = a_cohort(tmp_path / "cohort")
    (table.parent / "films" / "2-ap.png").unlink()
    assert main(["cohort", "check", str(table)]) == 1
    assert "1 error, 1 warning" in capsys.readouterr().out
    assert main(["cohort", "check", str(table), "--silence", "RU104", "RU114"]) == 0


def test_check_reads_contents_unless_told_not_to(tmp_path: Path, capsys: Told) -> None:
    table = a_cohort(tmp_path / "cohort")
    films = table.parent / "films"
    (films / "2-ap.png").write_bytes((films / "3-ap.png").read_bytes())
    assert main(["cohort", "check", str(table)]) == 1
    assert "RU102" in capsys.readouterr().out
    assert main(["cohort", "check", str(table), "--no-content"]) == 0


def test_check_as_json_is_one_document(tmp_path: Path, capsys: Told) -> None:
    table = a_cohort(tmp_path / "cohort")
    words = ["cohort", "check", str(table), "--json", "--convention", "litrenta", "--silence", "ru110"]
    assert main(words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert document["sha256"] == read_cohort(table, convention="litrenta").digest()
    assert (document["convention"], document["patients"], document["examinations"]) == ("litrenta", 6, 6)
    assert document["silenced"] == ["RU110"]
    assert document["counts"] == {"errors": 0, "warnings": 1, "notes": 0}
    assert [one["code"] for one in document["findings"]] == ["RU114"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["none.csv"], 1, "none.csv: a label table must be a file that exists"),
        (["none.txt"], 2, "a label table ends in .csv or .parquet"),
    ],
)
def test_check_of_what_is_no_table(capsys: Told, words: list[str], code: int, said: str) -> None:
    assert main(["cohort", "check", *words]) == code
    assert said in capsys.readouterr().err


def test_check_refuses_an_unknown_code(tmp_path: Path, capsys: Told) -> None:
    table = a_cohort(tmp_path / "cohort")
    assert main(["cohort", "check", str(table), "--silence", "RU999"]) == 2
    assert "found RU999" in capsys.readouterr().err
