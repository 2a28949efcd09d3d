import re
from pathlib import Path

from radunion.cohort import CHECKS, OPTIONAL_COLUMNS, REQUIRED_COLUMNS, read_cohort
from radunion.cohort.faults import FAULTS

PAGE = (Path(__file__).parents[1] / "docs" / "cohort-table.md").read_text(encoding="utf-8")


def test_the_page_lists_every_code_with_its_sentence_and_no_other() -> None:
    rows = [f"| {code} | {sentence} |" for code, sentence in FAULTS.items()]
    rows += [f"| {code} | {severity} | {sentence} |" for code, (severity, sentence) in CHECKS.items()]
    assert [line for line in PAGE.splitlines() if line.startswith("| RU")] == rows


def test_the_page_names_every_column() -> None:
    assert set(re.findall(r"`(\w+)`", PAGE)) >= {*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS}


def test_the_example_reads_as_the_page_says(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    path.write_text(PAGE.split("```csv\n")[1].split("```")[0])
    (examination,) = read_cohort(path).examinations
    assert len(examination.films) == 2
    assert [label.reader for label in examination.labels] == ["A", "B"]
    assert examination.labels[0].scores == {"medial": 1, "lateral": 2, "anterior": 2, "posterior": None}
