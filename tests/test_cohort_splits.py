from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radunion.cohort import Cohort, folds, holdout, read_cohort
from radunion.errors import UsageError

HEADER = "patient,visit,view,image,medial,lateral,anterior,posterior,scale,site"


def cohort_rows(patients: int, seed: int) -> list[str]:
    """Return the rows of a cohort of two sites on two scales, with 1 to 4 visits a patient, some unscored."""
    rng = np.random.default_rng(seed)
    rows = []
    for patient in range(patients):
        site, scale = ("north", "rust") if rng.random() < 0.4 else ("south", "mrust")
        for visit in range(rng.integers(1, 5)):
            level = rng.integers(1, 4 if scale == "rust" else 5)
            cells = f"{level},{level},{level},{level},{scale}" if rng.random() < 0.9 else ",,,,"
            rows.append(f"p{patient},{visit},ap,{patient}-{visit}.png,{cells},{site}")
    return rows


def cohort_of(rows: list[str], path: Path) -> Cohort:
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return read_cohort(path)


def patients_of(cohort: Cohort, indices: np.ndarray) -> set[str]:
    return {cohort.examinations[int(index)].patient for index in indices}


@settings(max_examples=15, deadline=None)
@given(patients=st.integers(2, 40), k=st.integers(2, 10), seed=st.integers(0, 2**31))
def test_folds_part_the_examinations_and_no_patient_is_in_two(
    tmp_path_factory: pytest.TempPathFactory, patients: int, k: int, seed: int
) -> None:
    cohort = cohort_of(cohort_rows(patients, seed), tmp_path_factory.mktemp("cohort") / "cohort.csv")
    k = min(k, patients)
    parts = folds(cohort, k=k, seed=seed)
    assert len(parts) == k
    assert all(len(part) > 0 for part in parts)
    assert sorted(np.concatenate(parts)) == list(range(len(cohort)))
    assert sum(len(patients_of(cohort, part)) for part in parts) == patients


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**31), fraction=st.sampled_from([0.1, 0.15, 0.25, 0.5]))
def test_a_holdout_takes_whole_patients_of_about_the_fraction(
    tmp_path_factory: pytest.TempPathFactory, seed: int, fraction: float
) -> None:
    cohort = cohort_of(cohort_rows(80, seed), tmp_path_factory.mktemp("cohort") / "cohort.csv")
    held = holdout(cohort, fraction=fraction, seed=seed)
    assert not patients_of(cohort, np.flatnonzero(held)) & patients_of(cohort, np.flatnonzero(~held))
    assert held.mean() == pytest.approx(fraction, abs=0.05)


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(30)), seed=st.integers(0, 1000))
def test_the_order_of_the_table_moves_no_patient(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], seed: int
) -> None:
    rows = cohort_rows(12, 3)[:30]
    shuffled = [rows[index] for index in order if index < len(rows)]
    folder = tmp_path_factory.mktemp("cohort")
    first, second = cohort_of(rows, folder / "first.csv"), cohort_of(shuffled, folder / "second.csv")
    assert [patients_of(first, part) for part in folds(first, k=3, seed=seed)] == [
        patients_of(second, part) for part in folds(second, k=3, seed=seed)
    ]
    assert patients_of(first, np.flatnonzero(holdout(first, fraction=0.3, seed=seed))) == patients_of(
        second, np.flatnonzero(holdout(second, fraction=0.3, seed=seed))
    )


def test_folds_balance_site_scale_and_level(tmp_path: Path) -> None:
    cohort = cohort_of(cohort_rows(300, 1), tmp_path / "cohort.csv")
    high = np.array([any(label.scores["medial"] == 3 for label in exam.labels) for exam in cohort.examinations])
    rust = np.array([exam.site == "north" for exam in cohort.examinations])
    for part in folds(cohort, k=5, seed=0):
        assert high[part].mean() == pytest.approx(high.mean(), abs=0.06)
        assert rust[part].mean() == pytest.approx(rust.mean(), abs=0.06)


def test_the_seed_decides_the_folds(tmp_path: Path) -> None:
    cohort = cohort_of(cohort_rows(40, 1), tmp_path / "cohort.csv")
    same = [part.tolist() for part in folds(cohort, k=4, seed=5)]
    assert same == [part.tolist() for part in folds(cohort, k=4, seed=5)]
    assert same != [part.tolist() for part in folds(cohort, k=4, seed=6)]


def test_splits_that_leave_a_side_empty_are_refused(tmp_path: Path) -> None:
    cohort = cohort_of(cohort_rows(5, 1), tmp_path / "cohort.csv")
    for k in (1, 6):
        with pytest.raises(UsageError, match=f"k must be 2 to 5, the number of patients; found {k}"):
            folds(cohort, k=k, seed=0)
    for fraction in (0.0, 0.05, 1.0, float("nan")):
        with pytest.raises(UsageError, match="leaves a side empty among 5 patients"):
            holdout(cohort, fraction=fraction, seed=0)
