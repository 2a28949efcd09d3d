"""The importer of the thesis' one-hot table, on a table with the published shape of that cohort."""

import csv
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest

from radunion.cohort import Cohort, check_cohort, folds, holdout, import_metrc, read_cohort, write_cohort
from radunion.cohort.metrc import KEY_COLUMNS, ONE_HOT_COLUMNS, ViewNames
from radunion.errors import CohortError
from radunion.scale import CORTICES, UNSCORED, levels_of


class Arm(NamedTuple):
    """One study at one visit: examinations, those of a single film, images with 0 and 1 score, scores by level."""

    study: str
    visit: str
    records: list[int]
    single: int
    none: int
    one: int
    levels: tuple[int, int, int, int]


# 1,207 patients, 1,510 examinations, 2,936 images; 221 patients of `pain` come two or three times.
ARMS = (
    Arm("retrodefect", "baseline", [*range(1, 716)], 41, 103, 97, (256, 819, 1400, 0)),
    Arm("pain", "3 months", [*range(1, 273)], 20, 35, 34, (145, 360, 229, 210)),
    Arm("pain", "6 months", [*range(1, 222)], 10, 61, 59, (53, 140, 126, 364)),
    Arm("pain", "12 months", [*range(1, 83), *range(273, 333)], 7, 30, 29, (37, 36, 83, 309)),
    Arm("pacs", "6 months", [*range(1, 161)], 6, 23, 23, (63, 168, 153, 175)),
)


def one_hot_rows(arm: Arm, rng: np.random.Generator) -> list[dict[str, object]]:
    """Return the images of an arm: AP rows carry anterior and posterior scores only, as in the real table."""
    films = [(record, view) for record in arm.records for view in ("antpr", "later")]
    films = films[: len(films) - 2 * arm.single] + films[len(films) - 2 * arm.single :: 2]
    scored = rng.permutation(np.repeat([0, 1, 2], [arm.none, arm.one, len(films) - arm.none - arm.one]))
    levels = iter(rng.permutation(np.repeat([1, 2, 3, 4], arm.levels)).tolist())
    rows = []
    for (record, view), count in zip(films, scored, strict=True):
        row: dict[str, object] = dict.fromkeys(ONE_HOT_COLUMNS, 0)
        row |= {"study_id": arm.study, "record_id": record, "event_arm": arm.visit, f"view_{view}": 1}
        for cortex in rng.permutation(["anterior", "posterior"] if view == "antpr" else ["medial", "lateral"])[:count]:
            row[f"{cortex}_cortex_{next(levels)}"] = 1
        rows.append(row)
    assert next(levels, None) is None
    return rows


def write_one_hot(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, [*KEY_COLUMNS, *ONE_HOT_COLUMNS])
        writer.writeheader()
        writer.writerows({"index": index, **row} for index, row in enumerate(rows))
    return path


@pytest.fixture(scope="module")
def seed_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(2023)
    path = tmp_path_factory.mktemp("seed") / "labels.csv"
    return write_one_hot(path, [row for arm in ARMS for row in one_hot_rows(arm, rng)])


@cache
def imported(table: Path, views: ViewNames) -> Cohort:
    path = table.with_name(f"{views}.csv")
    write_cohort(import_metrc(table, images=None, views=views), path)
    return read_cohort(path)


def row(**hot: int) -> dict[str, object]:
    zeros: dict[str, object] = dict.fromkeys(ONE_HOT_COLUMNS, 0)
    return {**zeros, "study_id": "pain", "record_id": 7, "event_arm": "3 months", **hot}


def test_a_conflict_of_views_and_cortices_demands_a_decision(seed_table: Path) -> None:
    with pytest.raises(CohortError) as caught:
        import_metrc(seed_table, images=None, views=None)
    assert "2,684 of 2,684 scored rows" in str(caught.value)
    assert "contact sheet" in str(caught.value)
    assert "--views as-named" in str(caught.value)
    assert "--views swapped" in str(caught.value)


def test_no_conflict_needs_no_decision(tmp_path: Path) -> None:
    path = write_one_hot(tmp_path / "t.csv", [row(view_antpr=1, medial_cortex_2=1), row(view_later=1)])
    assert import_metrc(path, images=None, views=None)["view"].to_list() == ["ap", "lateral"]


@pytest.mark.parametrize("views", ["as-named", "swapped"])
def test_the_cohort_has_its_published_shape(seed_table: Path, views: ViewNames) -> None:
    cohort = imported(seed_table, views)
    assert cohort.frame.height == 2936
    assert Counter(cohort.frame["site"]) == {"retrodefect": 1389, "pain": 1233, "pacs": 314}
    assert len(cohort.patients) == 1207
    assert len(cohort) == 1510
    assert sum(len(examination.films) == 2 for examination in cohort.examinations) == 1426
    visits = Counter(examination.patient for examination in cohort.examinations)
    assert sum(count > 1 for count in visits.values()) == 221
    scores = cohort.frame.select(pl.sum_horizontal(pl.col(cortex) != "" for cortex in CORTICES)).to_series()
    assert Counter(scores) == {2: 2442, 1: 242, 0: 252}
    assert 1 - int(scores.sum()) / (2 * 2936) == pytest.approx(0.127, abs=0.0005)


def test_levels_become_the_sets_of_their_scale(seed_table: Path) -> None:
    cohort = imported(seed_table, "swapped")
    for arm in ARMS:
        found: Counter[int] = Counter()
        scale = "rust" if arm.study == "retrodefect" else "mrust"
        for examination in cohort.examinations:
            if (examination.site, examination.visit) == (arm.study, arm.visit):
                for label in examination.labels:
                    assert label.scale == scale
                    found.update(score for score in label.scores.values() if score is not None)
                    for cortex, score in label.scores.items():
                        expected = UNSCORED.levels if score is None else levels_of(score, scale)
                        assert label.cortices[cortex].levels == expected
        assert tuple(found[level] for level in (1, 2, 3, 4)) == arm.levels


def test_swapping_exchanges_views_and_nothing_else(seed_table: Path) -> None:
    named = import_metrc(seed_table, images=None, views="as-named")
    swapped = import_metrc(seed_table, images=None, views="swapped")
    assert named.drop("view").equals(swapped.drop("view"))
    assert named["view"].replace({"ap": "lateral", "lateral": "ap"}).equals(swapped["view"])


def test_the_checks_see_swapped_views_mixed_scales_and_unscored_rows(seed_table: Path) -> None:
    everything = check_cohort(imported(seed_table, "as-named"))
    found = {item.code: item for item in everything}
    assert {"RU104", "RU105", "RU106", "RU108", "RU109", "RU110"} <= set(found)
    swapped = [item.message for item in everything if item.code == "RU105"]
    assert len(swapped) == 3
    assert "1,286 of 1,286 scored rows of site retrodefect" in swapped[0]
    assert "252 of 2,936 rows" in found["RU110"].message
    assert "pacs mrust, pain mrust, retrodefect rust" in found["RU109"].message
    assert not {"RU102", "RU103", "RU107", "RU113", "RU114", "RU115", "RU116"} & set(found)
    assert "RU105" not in {item.code for item in check_cohort(imported(seed_table, "swapped"))}


def test_three_thousand_rows_are_read_and_checked_within_a_second(seed_table: Path) -> None:
    script = """
import sys, time
from pathlib import Path
from radunion.cohort import check_cohort, read_cohort
start = time.process_time()
check_cohort(read_cohort(Path(sys.argv[1])), contents=False)
print(time.process_time() - start)
"""  # in its own process: types are not checked at run time there
    command = [sys.executable, "-c", script, str(imported(seed_table, "swapped").source)]
    seconds = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert 0 < seconds < 1.0


def test_folds_of_the_cohort_keep_study_and_patient(seed_table: Path) -> None:
    cohort = imported(seed_table, "swapped")
    retrodefect = np.array([examination.site == "retrodefect" for examination in cohort.examinations])
    parts = folds(cohort, k=10, seed=0)
    assert all(retrodefect[part].mean() == pytest.approx(retrodefect.mean(), abs=0.02) for part in parts)
    assert holdout(cohort, fraction=0.15, seed=0).mean() == pytest.approx(0.15, abs=0.005)


def test_images_are_named_as_the_thesis_named_them(tmp_path: Path) -> None:
    path = write_one_hot(tmp_path / "t.csv", [row(view_antpr=1), row(view_later=1)])
    frame = import_metrc(path, images=None, views="swapped")
    assert frame["image"].to_list() == ["0-pain-7-3 months-antpr.jpg", "1-pain-7-3 months-later.jpg"]
    assert frame["view"].to_list() == ["lateral", "ap"]
    assert frame["patient"].to_list() == ["pain-7", "pain-7"]
    assert frame["visit"].to_list() == ["3 months", "3 months"]
    placed = import_metrc(path, images=tmp_path / "films", views="as-named")
    assert placed["image"][0] == str(tmp_path / "films" / "0-pain-7-3 months-antpr.jpg")


def test_unknown_columns_are_kept_and_floats_read(tmp_path: Path) -> None:
    path = write_one_hot(tmp_path / "t.csv", [row(view_antpr=1, medial_cortex_4=1)])
    pl.read_csv(path).with_columns(pl.col(ONE_HOT_COLUMNS).cast(pl.Float64), age=41).write_csv(path)
    frame = import_metrc(path, images=None, views=None)
    assert frame.select("medial", "age").rows() == [("4", "41")]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"view_antpr": 0}, "column view_antpr: found neither view; an image has one view"),
        ({"view_later": 1}, "column view_antpr: found both views"),
        ({"medial_cortex_1": 1, "medial_cortex_3": 1}, "column medial_cortex_1: found levels 1 and 3; one cortex has"),
        (
            {"study_id": "RETRODEFECT", "lateral_cortex_4": 1},
            "column lateral_cortex_4: found level 4; this study is on",
        ),
        ({"medial_cortex_1": 2}, "column medial_cortex_1: found '2'; a one-hot cell is 0 or 1"),
        ({"record_id": ""}, "column record_id: found an empty cell; every row must name its record_id"),
    ],
)
def test_a_row_that_cannot_be_is_refused(tmp_path: Path, cells: dict[str, int], message: str) -> None:
    path = write_one_hot(tmp_path / "t.csv", [row(view_later=1), row(**{"view_antpr": 1, **cells})])
    with pytest.raises(CohortError) as caught:
        import_metrc(path, images=None, views="swapped")
    assert f"{path}: line 3, {message}" in str(caught.value)
    assert "found 1 fault" in str(caught.value)


def test_a_table_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("index,view_antpr\n1,1\n")
    with pytest.raises(CohortError, match="found 20 faults"):
        import_metrc(path, images=None, views=None)
