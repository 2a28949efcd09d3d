from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radunion.cohort import Cohort, examinations_from_rows, read_cohort, write_cohort
from radunion.errors import CohortError, UsageError
from radunion.scale import UNSCORABLE, UNSCORED, Convention

HEADER = "patient,visit,view,image,medial,lateral,anterior,posterior,scale"


def table(folder: Path, *rows: str, header: str = HEADER, name: str = "cohort.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def faults(path: Path) -> list[str]:
    """Return the fault lines of a table that must be refused, without the path."""
    with pytest.raises(CohortError) as caught:
        read_cohort(path)
    return [line.strip().removeprefix(f"{path}: ") for line in str(caught.value).splitlines()[1:]]


def test_two_rows_of_a_visit_are_one_examination(tmp_path: Path) -> None:
    path = table(tmp_path, "p1,3 months,ap,films/a.png,2,3,,,mrust", "p1,3 months,lateral,films/b.png,,,U,4,")
    cohort = read_cohort(path)
    (examination,) = cohort.examinations
    assert examination.key == ("p1", "3 months", "")
    assert examination.lines == (2, 3)
    assert [(film.line, film.view) for film in examination.films] == [(2, "ap"), (3, "lateral")]
    assert examination.films[0].path == tmp_path / "films" / "a.png"
    (label,) = examination.labels
    assert label.scores == {"medial": 2, "lateral": 3, "anterior": None, "posterior": 4}
    assert label.cortices["anterior"] == UNSCORABLE
    assert label.scale == "mrust"


def test_scores_may_stand_on_either_row(tmp_path: Path) -> None:
    one = table(tmp_path, "p,v,ap,a.png,1,2,3,3,rust", "p,v,lateral,b.png,,,,,", name="one.csv")
    two = table(tmp_path, "p,v,ap,a.png,,,3,3,rust", "p,v,lateral,b.png,1,2,,,rust", name="two.csv")
    assert read_cohort(one).examinations[0].labels == read_cohort(two).examinations[0].labels


def test_the_convention_decides_the_levels_of_a_rust_score(tmp_path: Path) -> None:
    path = table(tmp_path, "p,v,ap,a.png,3,,,,rust")
    expected: dict[Convention, set[int]] = {"metrc": {3, 4}, "litrenta": {4}}
    for convention, levels in expected.items():
        label = read_cohort(path, convention=convention).examinations[0].labels[0]
        assert label.cortices["medial"].levels == levels
        assert label.cortices["lateral"] == UNSCORED


def test_each_reader_and_reading_is_a_label_and_a_repeated_image_one_film(tmp_path: Path) -> None:
    header = HEADER + ",reader,reading,site,days_since_injury,nail"
    path = table(
        tmp_path,
        "p,v,ap,a.png,1,1,1,1,mrust,A,1,north,90,long",
        "p,v,ap,a.png,2,2,2,2,mrust,A,2,north,90,long",
        "p,v,ap,,3,3,3,3,rust,B,1,,,long",
        header=header,
    )
    cohort = read_cohort(path)
    (examination,) = cohort.examinations
    assert [(label.reader, label.reading, label.scale) for label in examination.labels] == [
        ("A", "1", "mrust"),
        ("A", "2", "mrust"),
        ("B", "1", "rust"),
    ]
    assert len(examination.films) == 1
    assert (examination.site, examination.days_since_injury) == ("north", 90.0)
    assert cohort.frame["nail"].to_list() == ["long"] * 3


def test_an_examination_without_scores_has_no_label_and_needs_no_scale(tmp_path: Path) -> None:
    assert read_cohort(table(tmp_path, "p,v,ap,a.png,,,,,")).examinations[0].labels == ()


def test_spreadsheet_numbers_and_case_are_read(tmp_path: Path) -> None:
    path = table(tmp_path, "p,v, AP ,a.png,2.0,u,,,MRUST")
    label = read_cohort(path).examinations[0].labels[0]
    assert label.scores["medial"] == 2
    assert label.cortices["lateral"] == UNSCORABLE


def test_all_faults_are_listed_at_once_with_line_and_column(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "p,v,ap,a.png,4,1,,,rust,",
        ",v,oblique,b.png,1,1,1,1,mrust,",
        "p2,v,ap,c.png,1,1,1,1,nust,",
        "p3,,ap,c.png,x,1,1,1,,soon",
        header=HEADER + ",days_since_injury",
    )
    assert faults(path) == [
        "line 2, column medial: found '4'; a level on the rust scale is 1 to 3, U (unscorable) or empty [RU005]",
        "line 3, column patient: found an empty cell; every row must name its patient [RU003]",
        "line 3, column view: found 'oblique'; a view is ap or lateral or other [RU004]",
        "line 4, column scale: found 'nust'; a scale is rust or mrust [RU004]",
        "line 5, column days_since_injury: found 'soon'; days are a number, 0 or more, or empty [RU007]",
        "line 5, column scale: found an empty cell; a row with levels must name its scale: rust or mrust [RU003]",
        "line 5, column visit: found an empty cell; every row must name its visit [RU003]",
    ]


def test_contradicting_rows_name_both_lines(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "p,v,ap,a.png,2,2,2,2,mrust,north",
        "p,v,lateral,b.png,3,U,2,2,rust,south",
        header=HEADER + ",site",
    )
    assert faults(path) == [
        f"line 3, column {column}: found {found} where line 2 has {first}; "
        f"the rows of one {unit} must agree; correct one [RU006]"
        for column, found, first, unit in (
            ("lateral", "'U'", "'2'", "label"),
            ("medial", "'3'", "'2'", "label"),
            ("scale", "'rust'", "'mrust'", "label"),
            ("site", "'south'", "'north'", "examination"),
        )
    ]


def test_other_readers_do_not_contradict(tmp_path: Path) -> None:
    path = table(tmp_path, "p,v,ap,a.png,2,2,2,2,mrust,A", "p,v,ap,a.png,3,3,3,3,rust,B", header=HEADER + ",reader")
    assert len(read_cohort(path).examinations[0].labels) == 2


def test_missing_columns_are_named_once_each(tmp_path: Path) -> None:
    path = table(tmp_path, "p,ap,a.png,1", header="patient,view,image,medial")
    found = faults(path)
    assert len(found) == 5
    assert all("the table must have a column" in fault and fault.endswith("[RU002]") for fault in found)
    assert [fault.split("column ")[1].split(":")[0] for fault in found] == [
        "anterior",
        "lateral",
        "posterior",
        "scale",
        "visit",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the table must have a column patient"),
        (HEADER.encode(), "a cohort has at least one row"),
        (HEADER.replace(",", ";").encode() + b"\np;v;ap;a;1;1;1;1;rust\n", "part the columns by commas"),
        (HEADER.encode() + b"\np,v,ap\n", "found 3 cells; a row must have 9 cells"),
        (HEADER.encode() + b"\np,v,ap,a.png,1,1,1,1,mrust,9\n", "found 10 cells; a row must have 9 cells"),
        (HEADER.encode() + b'\np,v,ap,"a.png,1,1,1,1,mrust\n', "close its quotes"),
        (HEADER.encode() + b"\np\xe9,v,ap,a.png,1,1,1,1,mrust\n", "save the table as UTF-8"),
        (HEADER.encode() + b",scale\np,v,ap,a.png,1,1,1,1,mrust,rust\n", "name each column once"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "cohort.csv"
    path.write_bytes(content)
    with pytest.raises(CohortError) as caught:
        read_cohort(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    path.write_bytes(
        b"\xef\xbb\xbf"
        + HEADER.encode()
        + b'\r\n\r\n"p\n1",v,ap,a.png,1,1,1,1,mrust\r\n,,,,,,,,\r\np,v,ap,b.png,9,,,,rust'
    )
    assert [fault.split(":")[0] for fault in faults(path)] == ["line 6, column medial"]


def test_no_file_and_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="must be a file that exists"):
        read_cohort(tmp_path / "none.csv")
    with pytest.raises(UsageError, match=r"ends in \.csv or \.parquet; found '\.xlsx'"):
        read_cohort(tmp_path / "cohort.xlsx")


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path, "p,v,ap,a.png,1,1,1,1,mrust")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(CohortError, match=r"a file that cannot be read \(Permission denied\)"):
        read_cohort(path)


@pytest.mark.parametrize("days", ["-1", "inf", "nan", "1e", "6 weeks"])
def test_days_are_a_finite_number(tmp_path: Path, days: str) -> None:
    path = table(tmp_path, f"p,v,ap,a.png,1,1,1,1,mrust,{days}", header=HEADER + ",days_since_injury")
    assert faults(path) == [
        f"line 2, column days_since_injury: found {days!r}; days are a number, 0 or more, or empty [RU007]"
    ]


def test_parquet_reads_like_csv(tmp_path: Path) -> None:
    path = table(tmp_path, "p,v,ap,a.png,1,2,3,4,mrust", "p,v,lateral,b.png,,,,,")
    numbers = pl.read_csv(path).with_columns(pl.col("medial").cast(pl.Float64))
    write_cohort(numbers, tmp_path / "cohort.parquet")
    assert read_cohort(tmp_path / "cohort.parquet").examinations == read_cohort(path).examinations


def test_a_damaged_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cohort.parquet"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(CohortError, match="no Parquet table"):
        read_cohort(path)
    pl.DataFrame({"patient": [["p"]]}).write_parquet(path)
    with pytest.raises(CohortError, match="a nested or binary column"):
        read_cohort(path)


def test_written_and_read_again_is_the_same(tmp_path: Path) -> None:
    cohort = read_cohort(table(tmp_path, 'p,v,ap,"a,b.png",1,U,,,mrust', "q,v,lateral,b.png,,,,,"))
    write_cohort(cohort.frame, tmp_path / "again.csv")
    again = read_cohort(tmp_path / "again.csv")
    assert again.examinations == cohort.examinations
    assert again.digest() == cohort.digest()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.csv", "cohort.csv"]


def test_a_failed_write_leaves_the_old_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path, "p,v,ap,a.png,1,1,1,1,mrust")
    cohort, before = read_cohort(path), path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(pl.DataFrame, "write_csv", fail)
    with pytest.raises(OSError, match="disk full"):
        write_cohort(cohort.frame, path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["cohort.csv"]
    with pytest.raises(CohortError, match="must have the columns visit"):
        write_cohort(pl.DataFrame({column: ["x"] for column in HEADER.split(",") if column != "visit"}), path)


def test_the_digest_depends_on_content_and_convention_only(tmp_path: Path) -> None:
    rows = ["p,v,ap,a.png,1,1,1,1,rust", "q,v,ap,b.png,2,2,2,2,rust"]
    digest = read_cohort(table(tmp_path, *rows)).digest()
    (tmp_path / "other").mkdir()
    assert read_cohort(table(tmp_path / "other", *reversed(rows))).digest() == digest
    assert read_cohort(tmp_path / "cohort.csv", convention="litrenta").digest() != digest
    assert read_cohort(table(tmp_path, rows[0], rows[1].replace("2", "3"))).digest() != digest


def test_a_subset_keeps_its_examinations_and_rows(tmp_path: Path) -> None:
    cohort = read_cohort(table(tmp_path, *(f"p{n // 2},v{n % 2},ap,{n}.png,1,1,1,1,mrust" for n in range(6))))
    part = cohort.subset(np.array([4, 1]))
    assert part.examinations == (cohort.examinations[4], cohort.examinations[1])
    assert part.frame["image"].to_list() == ["1.png", "4.png"]
    assert part.lines == (3, 6)
    assert part.patients == ("p0", "p2")
    assert cohort.subset(np.arange(6) == 3).examinations == (cohort.examinations[3],)
    assert part.digest() != cohort.digest()
    with pytest.raises(ValueError, match="a mask needs 6 entries"):
        cohort.subset(np.array([True]))


def test_rows_in_memory_read_like_the_file(tmp_path: Path) -> None:
    cohort: Cohort = read_cohort(table(tmp_path, "p,v,ap,a.png,1,2,3,4,mrust", "p,v,lateral,b.png,,,,,"))
    numbers = pl.read_csv(tmp_path / "cohort.csv")
    assert examinations_from_rows(numbers, base=tmp_path) == cohort.examinations
    blanks = numbers.with_columns(days_since_injury=pl.lit(float("nan")), site=pl.lit(None))
    assert examinations_from_rows(blanks, base=tmp_path) == cohort.examinations
    with pytest.raises(CohortError, match=r"line 2, column medial: found '7'"):
        examinations_from_rows(numbers.with_columns(medial=pl.lit(7)), base=tmp_path)


WORDS = st.sampled_from(["", "p", "q", "ap", "lateral", "1", "2", "4", "U", "rust", "mrust", "3.0", "x", "é", '"', ","])


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(WORDS, min_size=9, max_size=9), min_size=1, max_size=6))
def test_any_cells_are_read_or_refused_with_a_line_for_each_fault(rows: list[list[str]]) -> None:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(HEADER.split(","), pl.String), orient="row")
    try:
        examinations = examinations_from_rows(frame, base=Path("films"))
    except CohortError as error:
        count, *lines = str(error).splitlines()
        assert f"found {len(lines)} fault" in count
        assert all(": line " in line and ", column " in line for line in lines)
    else:
        assert sorted(line for item in examinations for line in item.lines) == list(range(2, len(rows) + 2))


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(4)))
def test_the_order_of_rows_changes_no_label(order: list[int]) -> None:
    rows = [
        ["p", "v", "ap", "a.png", "1", "", "", "", "mrust"],
        ["p", "v", "lateral", "b.png", "", "2", "U", "", ""],
        ["p", "w", "ap", "c.png", "3", "3", "", "", "rust"],
        ["p", "w", "lateral", "d.png", "3", "", "", "2", "rust"],
    ]
    found = []
    for shuffled in (rows, [rows[place] for place in order]):
        frame = pl.DataFrame(shuffled, schema=dict.fromkeys(HEADER.split(","), pl.String), orient="row")
        examinations = sorted(examinations_from_rows(frame, base=Path("films")), key=lambda item: item.key)
        found.append(
            [(item.key, item.labels, {(film.view, film.path) for film in item.films}) for item in examinations]
        )
    assert found[0] == found[1]


def test_a_fracture_box_belongs_to_its_film(tmp_path: Path) -> None:
    header = HEADER + ",fracture_box"
    path = table(tmp_path, "p,v,ap,a.png,1,2,,,mrust,10 20.5 30 40", "p,v,lateral,b.png,,,,,,", header=header)
    ap, lateral = read_cohort(path).examinations[0].films
    assert ap.fracture_box == (10.0, 20.5, 30.0, 40.0)
    assert lateral.fracture_box is None


def test_a_film_may_say_that_nothing_is_broken_but_not_both(tmp_path: Path) -> None:
    header = HEADER + ",fracture_box"
    rows = ("p,v,ap,a.png,4,4,,,mrust,Intact", "p,v,lateral,b.png,,,4,4,mrust,")
    ap, lateral = read_cohort(table(tmp_path, *rows, header=header)).examinations[0].films
    assert (ap.intact, ap.fracture_box, lateral.intact) == (True, None, False)
    both = ("p,v,ap,a.png,4,4,,,mrust,intact,1", "p,v,ap,a.png,4,4,,,mrust,1 2 3 4,2")
    (fault,) = faults(table(tmp_path, *both, header=header + ",reader"))
    assert fault.startswith("line 2, column fracture_box: found a box and `intact`")


@pytest.mark.parametrize("cell", ["1 2 3", "1 2 a 4", "30 20 10 40", "1 2 3 nan", "None"])
def test_a_fracture_box_that_is_none_is_a_fault(tmp_path: Path, cell: str) -> None:
    path = table(tmp_path, f"p,v,ap,a.png,1,2,,,mrust,{cell}", header=HEADER + ",fracture_box")
    (fault,) = faults(path)
    assert fault.startswith(f"line 2, column fracture_box: found {cell!r}; a box is `x0 y0 x1 y1`")
