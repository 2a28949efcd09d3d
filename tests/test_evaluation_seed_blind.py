"""The seed study's own blind: measured on its real table it has macro 0.806, micro 0.909, precision 1, recall 0.364."""

from pathlib import Path

import numpy as np
import pytest
from tests.test_evaluation_seed_samples import FILMS, LEVELS, SeedFigures, seed_figures, seed_table, view_only_by_fold

from radunion.cohort import Cohort, read_cohort
from radunion.evaluation.reference import Reference, reference_of
from radunion.evaluation.seed18 import SEED_COLUMNS
from radunion.evaluation.seed_blind import (
    SeedFilms,
    measure_by_fold,
    outputs_of,
    seed_films,
    view_only_outputs,
    views_untrained,
)
from radunion.joint import JointLevels

HEADER = "patient,visit,view,image,medial,lateral,anterior,posterior,scale,reader"


def test_on_the_seeds_own_counts_it_has_the_figures_that_its_real_table_gave() -> None:
    films = seed_table()
    assert films.targets[:, 2:].sum() == sum(LEVELS.values())
    found = seed_figures(films, view_only_outputs(films, films))
    assert found.macro == pytest.approx(0.806, abs=0.001)
    assert found.micro == pytest.approx(0.909, abs=0.002)
    assert found.precision == 1.0
    assert found.recall == pytest.approx(0.364, abs=0.0005)


def test_a_pooled_macro_would_hold_the_folds_against_a_blind_and_folds_apart_do_not() -> None:
    films = seed_table()
    tests = [np.sort(part) for part in np.array_split(np.random.default_rng(2).permutation(FILMS), 10)]
    apart = np.mean([found.macro for found in view_only_by_fold(films, tests)])
    pooled = np.zeros(films.targets.shape)
    for test in tests:
        pooled[test] = view_only_outputs(films.of(np.setdiff1d(np.arange(FILMS), test)), films.of(test))
    assert apart == pytest.approx(0.806, abs=0.002)
    assert seed_figures(films, pooled).macro < apart - 0.005


def test_a_view_that_training_lacks_gets_what_all_training_films_have_and_is_named() -> None:
    films = seed_table()
    ap = films.rows(np.flatnonzero(films.targets[:, 0])[:20])
    outputs = view_only_outputs(ap, films)
    np.testing.assert_array_equal(outputs, np.tile(ap.targets.mean(axis=0), (len(films), 1)))
    assert views_untrained(ap, films) == ("lateral",)
    assert views_untrained(films, ap) == views_untrained(ap, ap) == ()
    with pytest.raises(ValueError, match="at least one training film, found none"):
        view_only_outputs(films.rows(np.arange(0)), films)


def test_films_become_rows_as_in_the_seeds_table(tmp_path: Path) -> None:
    table = tmp_path / "cohort.csv"
    table.write_text(
        "patient,visit,view,image,medial,lateral,anterior,posterior,scale\n"
        "a,1,ap,a1.png,3,U,,,rust\na,1,lateral,a2.png,,,1,,rust\n"
        "b,1,lateral,b2.png,4,4,4,4,mrust\nc,1,ap,c1.png,,,,,\nd,1,other,d.png,1,1,1,1,mrust\n"
    )
    cohort = read_cohort(table)
    films = seed_films(cohort.examinations)
    said = [{SEED_COLUMNS[column] for column in np.flatnonzero(row)} for row in films.targets]
    assert said == [
        {"view_antpr", "medial_cortex_3"},
        {"view_later", "anterior_cortex_1"},
        {"view_later", "anterior_cortex_4", "posterior_cortex_4"},
        {"view_antpr"},
    ]
    assert films.examination.tolist() == [0, 0, 1, 2]


def test_folds_are_measured_apart_and_films_without_a_label_do_not_count_there(tmp_path: Path) -> None:
    rows = [f"p{one},1,{view},{one}-{view}.png,{one % 4 + 1}" for one in range(12) for view in ("ap", "lateral")]
    cells = [f"{row},{level},{level},{level},mrust" for row in rows for level in [row.rsplit(",", 1)[1]]]
    table = tmp_path / "cohort.csv"
    header = "patient,visit,view,image,medial,lateral,anterior,posterior,scale"
    table.write_text("\n".join([header, *cells, "q,1,ap,q.png,,,,,"]) + "\n")
    cohort = read_cohort(table)
    films, labels = seed_films(cohort.examinations), reference_of(cohort.examinations, cohort.convention)
    folds = films.examination % 2
    outputs = np.random.default_rng(3).random(films.targets.shape)
    measures = measure_by_fold(films, outputs, folds, labels, np.ones((1, len(labels))))
    labelled = films.examination < 12
    parts = [np.flatnonzero(labelled & (folds == fold)) for fold in (0, 1)]
    expected = [seed_figures(films.rows(part), outputs[part]) for part in parts]
    assert measures[0].values[0] == pytest.approx(np.mean([one.macro for one in expected]))
    assert measures[1].values[0] == pytest.approx(np.mean([one.micro for one in expected]))


def table_of(path: Path, *rows: str) -> Cohort:
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return read_cohort(path)


def certain(*levels: tuple[float, float, float, float]) -> JointLevels:
    """Return one examination a row, its four cortices alike, each with these P(mRUST level)."""
    by_cortex = np.repeat(np.array(levels, dtype=float)[:, None, None], 4, axis=2)
    return JointLevels(np.ones((len(levels), 1)), by_cortex, np.ones((len(levels), 4)))


def test_a_prediction_stands_in_the_columns_of_the_film_on_the_scale_of_the_first_label(tmp_path: Path) -> None:
    cohort = table_of(
        tmp_path / "cohort.csv",
        "a,1,ap,a1.png,3,3,,,mrust,X",
        "a,1,lateral,a2.png,,,3,3,mrust,X",
        "b,1,lateral,b2.png,,,2,2,rust,X",
        "c,1,ap,c1.png,,,,,,",
    )
    reference = reference_of(cohort.examinations, cohort.convention)
    said = certain((0.1, 0.2, 0.3, 0.4), (0.1, 0.2, 0.3, 0.4), (0.7, 0.1, 0.1, 0.1))
    outputs = outputs_of(seed_films(cohort.examinations), reference, said)
    mrust, rust, unknown, nothing = (0.1, 0.2, 0.3, 0.4), (0.1, 0.2, 0.7, 0.0), (0.25,) * 4, (0.0,) * 4
    expected = [
        (1, 0, *mrust, *mrust, *nothing, *nothing),
        (0, 1, *nothing, *nothing, *mrust, *mrust),
        (0, 1, *nothing, *nothing, *rust, *rust),
        (1, 0, *unknown, *unknown, *nothing, *nothing),
    ]
    np.testing.assert_allclose(outputs, np.array(expected), atol=1e-12)


def test_a_cohort_without_a_film_of_one_view_has_outputs(tmp_path: Path) -> None:
    cohort = table_of(tmp_path / "cohort.csv", "a,1,ap,a1.png,4,4,,,mrust,X")
    reference = reference_of(cohort.examinations, cohort.convention)
    outputs = outputs_of(seed_films(cohort.examinations), reference, certain((0.1, 0.2, 0.3, 0.4)))
    np.testing.assert_allclose(outputs, [[1, 0, *(0.1, 0.2, 0.3, 0.4) * 2, *[0] * 8]], atol=1e-12)


def test_of_two_labels_of_one_examination_the_first_says_the_scale(tmp_path: Path) -> None:
    rows = ("a,1,ap,a1.png,2,2,,,rust,X", "a,1,ap,a1.png,4,4,,,mrust,Y")
    for name, ordered in (("one", rows), ("two", rows[::-1])):
        cohort = table_of(tmp_path / f"{name}.csv", *ordered)
        reference = reference_of(cohort.examinations, cohort.convention)
        outputs = outputs_of(seed_films(cohort.examinations), reference, certain((0.1, 0.2, 0.3, 0.4)))
        top = 0.0 if cohort.examinations[0].labels[0].scale == "rust" else 0.4
        assert outputs[0, SEED_COLUMNS.index("medial_cortex_4")] == pytest.approx(top)


def worked_example(folder: Path) -> tuple[SeedFilms, Reference]:
    """Return six AP and two lateral films, one an examination; only the medial and the anterior cortex are scored."""
    medial = [1, 1, 4, 1, 4, 4]
    rows = [f"p{one},1,ap,{one}.png,{level},,,,mrust,X" for one, level in enumerate(medial)]
    rows += [f"q{one},1,lateral,q{one}.png,,,{level},,mrust,X" for one, level in enumerate((1, 4))]
    cohort = table_of(folder / "cohort.csv", *rows)
    return seed_films(cohort.examinations), reference_of(cohort.examinations, cohort.convention)


def outputs_by(films: SeedFilms, medial_4: list[float]) -> np.ndarray:
    """Return outputs that know the view and rank the AP films by `medial_4`, and are silent in all other columns."""
    outputs = np.zeros(films.targets.shape)
    outputs[:, :2] = films.targets[:, :2]
    outputs[films.targets[:, 0], SEED_COLUMNS.index("medial_cortex_4")] = medial_4
    return outputs


MEDIAL_4 = [0.1, 0.2, 0.3, 0.9, 0.4, 0.5]
FOLDS = np.array([0, 0, 0, 1, 1, 1, 0, 1])


def test_the_macro_auroc_is_averaged_over_columns_then_over_folds_as_worked_by_hand(tmp_path: Path) -> None:
    films, labels = worked_example(tmp_path)
    measures = measure_by_fold(films, outputs_by(films, MEDIAL_4), FOLDS, labels, np.ones((1, len(labels))))
    # Fold 0: films of medial 1, 1, 4 and of anterior 1. Both views 1; medial 1: silent, 0.5; medial 4: above all, 1;
    # anterior 1: silent, 0.5. Fold 1: medial 1, 4, 4, anterior 4. Both views 1; medial 1: 0.5; medial 4: 0.9 and the
    # lateral film's 0 against 0.4, 0.5, so 2 of 4 pairs right; anterior 4: 0.5.
    assert measures[0].metric == "seed18-macro"
    assert measures[0].values[0] == pytest.approx(((1 + 1 + 0.5 + 1 + 0.5) / 5 + (1 + 1 + 0.5 + 0.5 + 0.5) / 5) / 2)


def test_the_micro_auroc_counts_all_outputs_of_a_fold_as_worked_by_hand(tmp_path: Path) -> None:
    films, labels = worked_example(tmp_path)
    measures = measure_by_fold(films, outputs_by(films, MEDIAL_4), FOLDS, labels, np.ones((1, len(labels))))
    # A fold is 4 films of 18 outputs: 8 positives (4 views, 4 scores) and 64 negatives. A view beats all of them.
    # Fold 0: the medial 4 at 0.3 beats all; the other three scores, at 0, lose to 0.1 and 0.2 and tie with 62.
    # Fold 1: the medial 4 at 0.4 and 0.5 lose to 0.9 and beat 63; two scores at 0 lose to 0.9 and tie with 63.
    first = (4 * 64 + 64 + 3 * 31) / (8 * 64)
    second = (4 * 64 + 2 * 63 + 2 * 31.5) / (8 * 64)
    assert measures[1].metric == "seed18-micro"
    assert measures[1].values[0] == pytest.approx((first + second) / 2)


def test_on_one_fold_with_unit_weights_it_is_the_seeds_own_figure(tmp_path: Path) -> None:
    films, labels = worked_example(tmp_path)
    outputs = np.random.default_rng(6).random(films.targets.shape)
    macro, micro = measure_by_fold(films, outputs, np.zeros(len(films), np.int64), labels, np.ones((1, len(labels))))
    expected: SeedFigures = seed_figures(films, outputs)
    assert macro.values[0] == pytest.approx(expected.macro)
    assert micro.values[0] == pytest.approx(expected.micro)
    assert macro.rows.tolist() == list(range(len(labels)))


def test_a_weight_of_two_is_the_label_twice_and_of_zero_without_it(tmp_path: Path) -> None:
    films, labels = worked_example(tmp_path)
    outputs = np.random.default_rng(7).random(films.targets.shape)
    weights = np.array([[1.0] * 8, [2.0, 1, 1, 1, 1, 0, 1, 1]])
    macro, micro = measure_by_fold(films, outputs, np.zeros(len(films), np.int64), labels, weights)
    drawn = np.array([0, 0, 1, 2, 3, 4, 6, 7])
    expected = seed_figures(films.rows(drawn), outputs[drawn])
    assert macro.values[1] == pytest.approx(expected.macro)
    assert micro.values[1] == pytest.approx(expected.micro)


def test_a_predictor_that_is_constant_by_view_ranks_no_score_among_films_of_its_view() -> None:
    films = seed_table()
    outputs = view_only_outputs(films, films)
    ap = films.rows(np.flatnonzero(films.targets[:, 0]))
    alone = seed_figures(ap, outputs[films.targets[:, 0]])
    assert alone.macro == 0.5
    assert seed_figures(films, outputs).macro > 0.8
