"""The seed study's own blind: measured on its real table it has macro 0.806, micro 0.909, precision 1, recall 0.364."""

from pathlib import Path

import numpy as np
import pytest

from radunion.cohort import read_cohort
from radunion.evaluation.reference import reference_of
from radunion.evaluation.seed18 import SEED_COLUMNS
from radunion.evaluation.seed_blind import (
    SeedFilms,
    measure_by_fold,
    seed_figures,
    seed_films,
    view_only_by_fold,
    view_only_outputs,
)

LEVELS = {1: 554, 2: 1523, 3: 1991, 4: 1058}
"""Scored cortices of the seed's table by level, all arms."""
FILMS = 2936
UNSCORED_FILMS = 252


def seed_table() -> SeedFilms:
    """Return a table with the seed's counts: its levels dealt evenly to the cortices, as many films of each view."""
    random = np.random.default_rng(0)
    half = FILMS // 2
    targets = np.zeros((FILMS, len(SEED_COLUMNS)), dtype=bool)
    targets[:half, 0], targets[half:, 1] = True, True
    dealt = np.array([level for level, count in LEVELS.items() for _ in range(count)])
    for cortex in range(4):
        own = random.permutation(dealt[cortex::4])
        films = (0 if cortex < 2 else half) + random.permutation(half - UNSCORED_FILMS // 2)[: len(own)]
        targets[films, 1 + 4 * cortex + own] = True
    return SeedFilms(targets, np.arange(FILMS))


def test_on_the_seeds_own_counts_it_has_the_figures_that_its_real_table_gave() -> None:
    films = seed_table()
    assert films.targets[:, 2:].sum() == sum(LEVELS.values())
    found = seed_figures(films, view_only_outputs(films, films))
    assert found.macro == pytest.approx(0.806, abs=0.001)
    assert found.micro == pytest.approx(0.909, abs=0.002)
    assert found.precision == 1.0
    assert found.recall == pytest.approx(0.364, abs=0.0005)


def test_the_figures_agree_with_scikit_learn() -> None:
    from sklearn.metrics import precision_score, recall_score, roc_auc_score

    films, random = seed_table(), np.random.default_rng(1)
    outputs = 0.6 * films.targets + random.random(films.targets.shape)
    found = seed_figures(films, outputs)
    assert found.macro == pytest.approx(roc_auc_score(films.targets, outputs, average="macro"))
    assert found.micro == pytest.approx(roc_auc_score(films.targets, outputs, average="micro"))
    called = outputs >= 0.5
    assert found.precision == pytest.approx(precision_score(films.targets, called, average="micro"))
    assert found.recall == pytest.approx(recall_score(films.targets, called, average="micro"))


def test_a_pooled_macro_would_hold_the_folds_against_a_blind_and_folds_apart_do_not() -> None:
    films = seed_table()
    tests = [np.sort(part) for part in np.array_split(np.random.default_rng(2).permutation(FILMS), 10)]
    apart = np.mean([found.macro for found in view_only_by_fold(films, tests)])
    pooled = np.zeros(films.targets.shape)
    for test in tests:
        pooled[test] = view_only_outputs(films.of(np.setdiff1d(np.arange(FILMS), test)), films.of(test))
    assert apart == pytest.approx(0.806, abs=0.002)
    assert seed_figures(films, pooled).macro < apart - 0.005


def test_an_output_that_no_training_film_speaks_of_is_refused() -> None:
    films = seed_table()
    with pytest.raises(ValueError, match="found no lateral film"):
        view_only_outputs(films.rows(np.arange(10)), films)


def test_what_is_undefined_is_not_a_number() -> None:
    films = SeedFilms(np.zeros((3, 18), dtype=bool), np.arange(3))
    found = seed_figures(films, np.zeros((3, 18)))
    assert np.isnan([found.macro, found.micro, found.precision, found.recall]).all()


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
