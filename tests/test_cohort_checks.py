from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from radunion.cohort import CHECKS, Cohort, Finding, check_cohort, check_split, folds, read_cohort
from radunion.cohort.visits import days_of_visit
from radunion.errors import UsageError

COLUMNS = "patient,visit,view,image,medial,lateral,anterior,posterior,scale"


def sound_rows(patients: int = 24) -> list[str]:
    """Return a cohort in which no check finds anything: two visits a patient, both films, totals that rise."""
    rows = []
    for patient in range(patients):
        for visit, level in (("3 months", 1 + patient % 3), ("6 months", 2 + patient % 3)):
            for view, cells in (("ap", f"{level},{level},,"), ("lateral", f",,{level},{level}")):
                rows.append(f"p{patient},{visit},{view},{patient}-{visit}-{view}.png,{cells},mrust")
    return rows


def cohort_of(folder: Path, rows: Sequence[str], *, header: str = COLUMNS, films: bool = True) -> Cohort:
    """Read a cohort of rows; each film named in it is a file of its own content unless there is one already."""
    path = folder / "cohort.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    cohort = read_cohort(path)
    for examination in cohort.examinations:
        for film in examination.films:
            if films and not film.path.exists():
                film.path.write_text(film.path.name.rjust(40))
    return cohort


def codes(found: list[Finding]) -> list[str]:
    return [item.code for item in found]


def test_a_sound_cohort_has_no_findings(tmp_path: Path) -> None:
    assert check_cohort(cohort_of(tmp_path, sound_rows())) == []


def only(found: list[Finding], code: str) -> Finding:
    """Return the one finding, which must be of the code and as severe as the table of codes says."""
    assert codes(found) == [code]
    assert found[0].severity == CHECKS[found[0].code][0]
    assert found[0].message.startswith(CHECKS[found[0].code][1])
    return found[0]


def test_the_same_film_in_two_examinations_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "0-3 months-ap.png").write_bytes(b"one film")
    (tmp_path / "1-3 months-ap.png").write_bytes(b"one film")
    (tmp_path / "2-3 months-ap.png").write_bytes(b"two film")
    found = only(check_cohort(cohort_of(tmp_path, sound_rows())), "RU102")
    assert found.lines == (2, 6)
    assert "2 examinations of 2 patients" in found.message


def test_one_path_in_two_examinations_is_an_error_even_without_the_file(tmp_path: Path) -> None:
    rows = [row.replace(",1-3 months-ap.png", ",0-3 months-ap.png") for row in sound_rows()]
    assert only(check_cohort(cohort_of(tmp_path, rows)), "RU102").lines == (2, 6)
    (tmp_path / "0-3 months-ap.png").unlink()
    assert codes(check_cohort(cohort_of(tmp_path, rows, films=False))) == ["RU102", "RU104"]


def test_the_same_film_as_both_views_is_a_warning(tmp_path: Path) -> None:
    rows = [row.replace(",0-3 months-lateral.png", ",0-3 months-ap.png") for row in sound_rows()]
    found = only(check_cohort(cohort_of(tmp_path, rows)), "RU103")
    assert found.lines == (2, 3)
    assert "2 rows as ap and lateral" in found.message


def test_contents_are_compared_only_when_asked(tmp_path: Path) -> None:
    rows = [row.replace(",0-3 months-lateral.png", ",0-3 months-ap.png") for row in sound_rows()]
    assert check_cohort(cohort_of(tmp_path, rows), contents=False) == []


@pytest.mark.parametrize("name", ["gone.png", "n" * 300 + ".png"])
def test_a_missing_file_is_an_error(tmp_path: Path, name: str) -> None:
    cohort_of(tmp_path, sound_rows())
    rows = [row.replace(",0-3 months-ap.png", f",{name}") for row in sound_rows()]
    found = only(check_cohort(cohort_of(tmp_path, rows, films=False)), "RU104")
    assert found.lines == (2,)
    assert str(tmp_path / name) in found.message


def test_views_that_carry_the_other_cortices_look_swapped(tmp_path: Path) -> None:
    swap = {",ap,": ",lateral,", ",lateral,": ",ap,"}
    rows = [row.replace(old, swap[old], 1) for row in sound_rows() for old in swap if old in row]
    found = only(check_cohort(cohort_of(tmp_path, rows)), "RU105")
    assert "96 of 96 scored rows" in found.message
    assert len(found.lines) == 96


def test_one_swapped_site_among_others_is_named(tmp_path: Path) -> None:
    swap = {"ap": "lateral", "lateral": "ap"}
    cells = [row.split(",") for row in sound_rows()]
    rows = [
        ",".join([*row[:2], swap[row[2]], *row[3:], "south"] if row[0] < "p12" else [*row, "north"]) for row in cells
    ]
    found = only(check_cohort(cohort_of(tmp_path, rows, header=COLUMNS + ",site")), "RU105")
    assert "16 of 16 scored rows of site south" in found.message


def test_two_cortices_of_different_views_that_changed_places_are_named(tmp_path: Path) -> None:
    rows = []
    for row in sound_rows():
        patient, visit, view, image, medial, lateral, anterior, posterior, scale = row.split(",")
        rows.append(",".join([patient, visit, view, image, anterior, lateral, medial, posterior, scale]))
    found = only(check_cohort(cohort_of(tmp_path, rows)), "RU117")
    assert "if medial and anterior changed places" in found.message
    assert len(found.lines) == len(rows)


def test_all_scores_on_one_row_do_not_look_swapped(tmp_path: Path) -> None:
    rows = [
        f"p{patient},v{visit},{view},{patient}{visit}{view},{'1,2,3,3,mrust' if view == 'lateral' else ',,,,'}"
        for patient in range(20)
        for visit in range(2)
        for view in ("ap", "lateral")
    ]
    assert codes(check_cohort(cohort_of(tmp_path, rows))) == ["RU110"]


def test_scores_without_the_film_of_their_view_are_reported_by_view(tmp_path: Path) -> None:
    rows = sound_rows()
    rows[0], rows[3] = rows[0].replace("0-3 months-ap.png", ""), rows[3].replace("0-6 months-lateral.png", "")
    found = check_cohort(cohort_of(tmp_path, rows))
    assert codes(found) == ["RU106", "RU106"]
    assert [(item.lines, "the ap film" in item.message) for item in found] == [((2, 3), True), ((4, 5), False)]


def test_several_films_of_one_view_are_reported(tmp_path: Path) -> None:
    rows = [*sound_rows(), "p0,3 months,ap,again.png,1,,,,mrust"]
    cohort = cohort_of(tmp_path, rows)
    film = cohort.examinations[0].film("ap")
    assert film is not None
    assert film.line == 2
    assert only(check_cohort(cohort), "RU107").lines == (2, 98)


def test_mixed_scales_at_one_site_are_reported(tmp_path: Path) -> None:
    rows = [row.replace("mrust", "rust") if row.startswith("p0,") else row for row in sound_rows()]
    found = only(check_cohort(cohort_of(tmp_path, rows)), "RU108")
    assert "rust in 2 examinations, mrust in 46 examinations" in found.message
    assert found.lines == (2, 3, 4, 5)


def test_a_scale_that_gives_the_site_away_is_reported(tmp_path: Path) -> None:
    rows = [
        f"{row.replace('mrust', 'rust')},south" if row.startswith(("p0,", "p3,")) else f"{row},north"
        for row in sound_rows()
    ]
    found = check_cohort(cohort_of(tmp_path, rows, header=COLUMNS + ",site"))
    assert codes(found) == ["RU108", "RU109"]
    assert "north mrust, south rust" in found[1].message
    one_scale = [f"{row},{'south' if row.startswith('p0,') else 'north'}" for row in sound_rows()]
    assert check_cohort(cohort_of(tmp_path, one_scale, header=COLUMNS + ",site")) == []


def test_unscored_rows_and_examinations_are_told_apart(tmp_path: Path) -> None:
    rows = sound_rows()
    for blank in (0, 2, 3):
        rows[blank] = ",".join(rows[blank].split(",")[:4]) + ",,,,,"
    found = check_cohort(cohort_of(tmp_path, rows))
    assert [(item.code, item.lines) for item in found] == [("RU110", (2, 4, 5)), ("RU111", (4, 5))]
    assert "3 of 96 rows" in found[0].message
    assert "1 of 48 examinations" in found[1].message


def test_unscorable_is_not_unscored(tmp_path: Path) -> None:
    rows = sound_rows()
    rows[0] = "p0,3 months,ap,0-3 months-ap.png,U,U,,,mrust"
    assert check_cohort(cohort_of(tmp_path, rows)) == []


@pytest.mark.parametrize("visits", [("6 months", "3 months"), ("3_months_arm_1", "baseline_arm_1"), ("2", "1")])
def test_a_total_that_falls_is_reported(tmp_path: Path, visits: tuple[str, str]) -> None:
    rows = sound_rows()
    for row in range(4):
        for old, new in zip(("3 months,", "6 months,"), visits, strict=True):
            if f"p0,{old}" in rows[row]:
                rows[row] = rows[row].replace(old, f"{new},", 1)
                break
    found = only(check_cohort(cohort_of(tmp_path, rows)), "RU112")
    assert found.lines == (2, 3)
    assert "1 of 24 pairs of visits" in found.message


def test_days_since_injury_order_visits_before_their_names(tmp_path: Path) -> None:
    days = {"3 months": 200, "6 months": 100}
    rows = [f"{row},{days[row.split(',')[1]] if row.startswith('p0,') else ''}" for row in sound_rows()]
    found = check_cohort(cohort_of(tmp_path, rows, header=COLUMNS + ",days_since_injury"))
    assert only(found, "RU112").lines == (2, 3)


def test_totals_of_two_readers_or_of_bounds_are_not_compared(tmp_path: Path) -> None:
    readers = [f"{row},{'A' if ',3 months,' in row else 'B'}" for row in sound_rows()]
    falling = [row.replace(",3 months,", ",9 months,") for row in readers]
    assert check_cohort(cohort_of(tmp_path, falling, header=COLUMNS + ",reader")) == []
    bounds = [row.replace(",3 months,", ",9 months,") for row in sound_rows() if ",3 months,lateral" not in row]
    assert codes(check_cohort(cohort_of(tmp_path, bounds))) == []


def test_visits_without_an_order_are_noted(tmp_path: Path) -> None:
    rows = [row.replace("p0,3 months", "p0,first") for row in sound_rows()]
    assert only(check_cohort(cohort_of(tmp_path, rows)), "RU116").lines == (2, 3, 4, 5)


@pytest.mark.parametrize(
    ("visit", "days"),
    [
        ("6 weeks", 42),
        ("6wk", 42),
        ("week_6", 42),
        ("3_months_arm_1", 91.3),
        ("M12", 365.25),
        ("1 year", 365.25),
        ("90d", 90),
        ("Baseline", 0),
        ("visit 2", None),
        ("arm_1", None),
        ("dawn 3", None),
    ],
)
def test_visit_names_that_say_days(visit: str, days: float | None) -> None:
    assert days_of_visit(visit) == (None if days is None else pytest.approx(days, abs=0.1))


def test_a_site_with_one_level_throughout_is_reported(tmp_path: Path) -> None:
    rows = [f"{row},south" if row < "p2" else f"{row},north" for row in sound_rows()]
    assert check_cohort(cohort_of(tmp_path, rows, header=COLUMNS + ",site")) == []
    flat = [",".join([*row.split(",")[:4], *("2222"), *row.split(",")[8:]]) if "south" in row else row for row in rows]
    found = only(check_cohort(cohort_of(tmp_path, flat, header=COLUMNS + ",site")), "RU113")
    assert "2 in 24 examinations of site south" in found.message


def test_few_patients_are_reported(tmp_path: Path) -> None:
    assert check_cohort(cohort_of(tmp_path, sound_rows(20))) == []
    assert "19 patients" in only(check_cohort(cohort_of(tmp_path, sound_rows(19))), "RU114").message


def test_a_patient_of_several_sites_is_reported_without_naming_them(tmp_path: Path) -> None:
    rows = [f"{row},{'south' if row.startswith('p7,3') else 'north'}" for row in sound_rows()]
    found = only(check_cohort(cohort_of(tmp_path, rows, header=COLUMNS + ",site")), "RU115")
    assert found.lines == (30, 31, 32, 33)
    assert "p7" not in str(found)


def test_a_patient_on_both_sides_of_a_split_is_an_error(tmp_path: Path) -> None:
    cohort = cohort_of(tmp_path, sound_rows())
    everyone = np.arange(len(cohort))
    found = only(check_split(cohort, everyone[1:], everyone[:1]), "RU101")
    assert found.lines == (2, 3, 4, 5)
    assert check_split(cohort, everyone[1:], everyone[:1], silence=["RU101"]) == []
    for test in folds(cohort, k=4, seed=0):
        assert check_split(cohort, np.setdiff1d(everyone, test), test) == []


def test_checks_are_silenced_by_code_and_others_stay(tmp_path: Path) -> None:
    cohort = cohort_of(tmp_path, sound_rows(3), films=False)
    assert codes(check_cohort(cohort)) == ["RU104", "RU114"]
    assert codes(check_cohort(cohort, silence=["ru104"])) == ["RU114"]
    with pytest.raises(UsageError, match="by its code, RU101 to RU117; found RU999"):
        check_cohort(cohort, silence=["RU999", "RU104"])


def test_a_finding_prints_code_severity_and_lines(tmp_path: Path) -> None:
    (found,) = check_cohort(cohort_of(tmp_path, sound_rows(), films=False))
    assert str(found).startswith("RU104 error: an image file is missing: 96 files, the first is ")
    assert str(found).endswith("(lines 2, 3, 4, 5, 6, 7, 8, 9, …)")
