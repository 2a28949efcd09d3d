"""The seed study's table by its counts, and its figures worked out plainly, for the tests of its way of measuring."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score, roc_auc_score

from radunion.evaluation.seed18 import SEED_COLUMNS
from radunion.evaluation.seed_blind import SeedFilms, view_only_outputs

LEVELS = {1: 554, 2: 1523, 3: 1991, 4: 1058}
"""Scored cortices of the seed's table by level, all arms."""
FILMS = 2936
UNSCORED_FILMS = 252
THRESHOLD = 0.5
"""Where the seed study calls an output positive."""


@dataclass(frozen=True)
class SeedFigures:
    """Hold what the seed study reports of 18 outputs a film; precision and recall are over all outputs at 0.5."""

    macro: float
    micro: float
    precision: float
    recall: float


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


def seed_figures(films: SeedFilms, outputs: np.ndarray) -> SeedFigures:
    """Measure 18 outputs a film as the seed study does; a column that is never or always set has no AUROC."""
    both = films.targets.any(axis=0) & ~films.targets.all(axis=0)
    called = outputs >= THRESHOLD
    return SeedFigures(
        float(roc_auc_score(films.targets[:, both], outputs[:, both], average="macro")),
        float(roc_auc_score(films.targets, outputs, average="micro")),
        float(precision_score(films.targets, called, average="micro")),
        float(recall_score(films.targets, called, average="micro")),
    )


def view_only_by_fold(films: SeedFilms, tests: Sequence[np.ndarray]) -> tuple[SeedFigures, ...]:
    """Measure the view-only outputs fold by fold, as the seed study does; `tests` are rows of test examinations."""
    every = np.unique(films.examination)
    parts = [(films.of(np.setdiff1d(every, test)), films.of(test)) for test in tests]
    return tuple(seed_figures(tested, view_only_outputs(training, tested)) for training, tested in parts)


def test_the_table_has_the_seeds_counts() -> None:
    films = seed_table()
    assert films.targets[:, :2].sum() == FILMS
    assert films.targets[:, 2:].sum() == sum(LEVELS.values())
    assert seed_figures(films, films.targets.astype(float)) == SeedFigures(1, 1, 1, 1)
    half = seed_figures(films, np.where(np.arange(len(films))[:, None] % 2, films.targets, 0.0))
    assert half.precision == 1
    assert half.recall == pytest.approx(0.5, abs=0.02)
