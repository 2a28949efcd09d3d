"""Train a trial a fold at a time, as a study does: every protocol that is not a head on a frozen network."""

import hashlib
import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
from filelock import FileLock

from radunion.search.fitted import Fitted
from radunion.search.scores import score_columns, score_cortices
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.methods import Method, Tools, method_of
from radunion.study.crossval.pool import of_fold
from radunion.study.crossval.splits import Split
from radunion.study.protocols import Protocol

_PREPARING = ".preparing.lock"


def fit_fold_by_fold(
    protocol: Protocol, splits: Sequence[Split], data: StudyData, tools: Tools, *, seed: int
) -> Fitted:
    """Train every fold with one seed and judge it on what it held out. Raises TrainingError when a fold diverges."""
    start = time.monotonic()
    work = tools.work / _name_of(protocol, seed)  # of this trial alone: other processes have other trials
    method = _prepared(protocol, data, replace(tools, seed=seed))
    scores, history = [], []
    for split in splits:
        fold = method.fit(split, work=work / f"fold-{split.fold}")
        scores.append(score_cortices(of_fold(fold, protocol, data)[split.test], split.test, data))
        if fold.sigmoids is not None:
            scores[-1] |= _columns(fold.sigmoids, split, data)
        history += [{"fold": float(split.fold), **epoch} for stage in fold.history.values() for epoch in stage]
    epochs = max((int(one["epoch"]) for one in history), default=0)
    shutil.rmtree(work, ignore_errors=True)  # checkpoints of what is done
    return Fitted(tuple(scores), tuple(history), epochs, time.monotonic() - start, stopped=False)


def _prepared(protocol: Protocol, data: StudyData, tools: Tools) -> Method:
    """Prepare a protocol; what it simulates to learn from lies in one folder for all processes."""
    tools.work.mkdir(parents=True, exist_ok=True)
    with FileLock(tools.work / _PREPARING):
        return method_of(protocol, data, tools)


def _columns(sigmoids: np.ndarray, split: Split, data: StudyData) -> dict[str, float]:
    from radunion.training.films.targets import film_targets

    targets = film_targets(data.examples, tuple(data.cohort.examinations), "seed18")
    return score_columns(sigmoids[split.test_films], targets.values[split.test_films])


def _name_of(protocol: Protocol, seed: int) -> str:
    told = json.dumps([asdict(protocol), seed], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
