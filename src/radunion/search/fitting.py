"""Train a protocol on every fold: all heads of a frozen network together, everything else fold by fold."""

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from radunion.errors import TrainingError
from radunion.search.endings import Endings, GoOn
from radunion.search.scores import score_columns, score_cortices
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.methods import Tools, method_of
from radunion.study.crossval.pool import of_fold
from radunion.study.crossval.splits import Split
from radunion.study.plans import film_preprocessing, film_settings
from radunion.study.protocols import FilmProtocol, Protocol
from radunion.training.examples import ABSENT
from radunion.training.films.learner import FilmLearner
from radunion.training.films.many import HeadJob, HeadPrecision, TrainedHead, memory_of, train_heads
from radunion.training.films.said import joint_of, said_of

_KEPT = 2


@dataclass(frozen=True)
class Asked:
    """A trial to be trained: its protocol, and who is told of its epochs."""

    protocol: Protocol
    go_on: GoOn


@dataclass(frozen=True)
class Fitted:
    """What every fold of a trial came to.

    `scores` holds each fold's measures, `history` one record a fold and epoch, `epochs` how many each fold was trained,
    `stopped` whether it was ended early.
    """

    scores: tuple[Mapping[str, float], ...]
    history: tuple[Mapping[str, float], ...]
    epochs: int
    seconds: float
    stopped: bool

    def folds(self, objective: str) -> tuple[float, ...]:
        """Return the objective of every fold. Raises TrainingError where one does not define it."""
        if any(objective not in one for one in self.scores):
            raise TrainingError(f"{objective} is undefined on a fold: one class, or one score, only")
        return tuple(one[objective] for one in self.scores)

    def mean(self) -> dict[str, float]:
        """Return the mean over folds of every measure."""
        names = dict.fromkeys(name for one in self.scores for name in one)
        return {name: float(np.mean([one[name] for one in self.scores if name in one])) for name in names}


class Fitter:
    """Films looked at once for each frozen network that trials ask for; the last few stay in memory."""

    def __init__(self, data: StudyData, tools: Tools, *, heads: HeadPrecision, device: str) -> None:
        self.data = data
        self.tools = tools
        self.heads = heads
        self.device = device
        self.memory = 0
        self.feature_seconds = 0.0
        self._learners: OrderedDict[FilmProtocol, FilmLearner] = OrderedDict()

    def fit(self, protocol: Protocol, splits: Sequence[Split], *, seed: int, go_on: GoOn) -> Fitted:
        """Train every fold with one seed and judge it on what it held out; only heads are told of and ended early.

        Raises TrainingError when a fold diverges, UsageError or WeightsError for a network that cannot be had.
        """
        (found,) = self.fit_several([Asked(protocol, go_on)], splits, seed=seed)
        if isinstance(found, TrainingError):
            raise found
        return found

    def fit_several(
        self, asked: Sequence[Asked], splits: Sequence[Split], *, seed: int
    ) -> list[Fitted | TrainingError]:
        """Train several trials as `fit` does one, the heads that look at the same features together; in order.

        Raises UsageError or WeightsError for a network that cannot be had.
        """
        found: dict[int, Fitted | TrainingError] = {}
        together: dict[FilmProtocol, list[int]] = {}
        for place, one in enumerate(asked):
            if isinstance(one.protocol, FilmProtocol) and not one.protocol.end_to_end:
                together.setdefault(_films_of(one.protocol), []).append(place)
            else:
                found[place] = self._folds(one.protocol, splits, seed)
        for films, places in together.items():
            fitted = self._heads(films, [asked[place] for place in places], splits, seed)
            found |= dict(zip(places, fitted, strict=True))
        return [found[place] for place in range(len(asked))]

    def _heads(
        self, films: FilmProtocol, asked: Sequence[Asked], splits: Sequence[Split], seed: int
    ) -> list[Fitted | TrainingError]:
        learner = self._learner(films)
        start = time.monotonic()
        protocols = [cast("FilmProtocol", one.protocol) for one in asked]
        jobs = [
            HeadJob(film_settings(protocol, seed=seed), split.train_films, split.test_films)
            for protocol in protocols
            for split in splits
        ]
        self.memory = max(self.memory, memory_of(jobs, learner.looked(), precision=self.heads))
        heads = train_heads(
            learner.looked(), learner.targets, jobs, precision=self.heads, device=self.device,
            ending=Endings(len(splits), [one.go_on for one in asked]),
        )  # fmt: skip
        seconds = (time.monotonic() - start) / len(asked)
        of_trials = [heads[first : first + len(splits)] for first in range(0, len(heads), len(splits))]
        return [
            self._judged(protocol, own, splits, seconds) for protocol, own in zip(protocols, of_trials, strict=True)
        ]

    def _judged(
        self, protocol: FilmProtocol, heads: Sequence[TrainedHead], splits: Sequence[Split], seconds: float
    ) -> Fitted | TrainingError:
        for head, split in zip(heads, splits, strict=True):
            if head.diverged:
                return TrainingError(f"fold {split.fold} diverged after {len(head.history)} epochs")
        scores = tuple(self._score(head, split, protocol) for head, split in zip(heads, splits, strict=True))
        return Fitted(scores, _history(heads, splits), _epochs(heads), seconds, _stopped(heads))

    def _score(self, head: TrainedHead, split: Split, protocol: FilmProtocol) -> dict[str, float]:
        place = np.full(self.data.films + 1, ABSENT, dtype=np.int64)  # the last row stands for an absent film
        place[split.test_films] = np.arange(len(split.test_films))
        said = said_of(head.sigmoids, protocol.outputs)
        joint = joint_of(said, place[self.data.pairs[split.test]], averaged=protocol.outputs == "examination")
        found = score_cortices(joint, split.test, self.data)
        if "validation_auroc18" in head.history[-1]:
            found["auroc18"] = head.history[-1]["validation_auroc18"]
        return found

    def _learner(self, films: FilmProtocol) -> FilmLearner:
        if films not in self._learners:
            start = time.monotonic()
            self._learners[films] = FilmLearner(
                self.data.examples, self.data.cohort.examinations, film_settings(films, seed=self.tools.seed),
                preprocessing=film_preprocessing(films), cache=self.tools.cache, precision=self.tools.precision,
                tell=self.tools.tell,
            )  # fmt: skip
            self.feature_seconds += time.monotonic() - start
            while len(self._learners) > _KEPT:
                self._learners.popitem(last=False)
        self._learners.move_to_end(films)
        return self._learners[films]

    def _folds(self, protocol: Protocol, splits: Sequence[Split], seed: int) -> Fitted:
        start = time.monotonic()
        method = method_of(protocol, self.data, replace(self.tools, seed=seed))
        scores, history = [], []
        for split in splits:
            fold = method.fit(split, work=self.tools.work / f"fold-{split.fold}")
            scores.append(score_cortices(of_fold(fold, protocol, self.data)[split.test], split.test, self.data))
            if fold.sigmoids is not None:
                scores[-1] |= self._columns(fold.sigmoids, split)
            stages = fold.history.values()
            history += [{"fold": float(split.fold), **epoch} for stage in stages for epoch in stage]
        epochs = max((int(one["epoch"]) for one in history), default=0)
        return Fitted(tuple(scores), tuple(history), epochs, time.monotonic() - start, stopped=False)

    def _columns(self, sigmoids: np.ndarray, split: Split) -> dict[str, float]:
        from radunion.training.films.targets import film_targets

        targets = film_targets(self.data.examples, tuple(self.data.cohort.examinations), "seed18")
        return score_columns(sigmoids[split.test_films], targets.values[split.test_films])


def _films_of(protocol: FilmProtocol) -> FilmProtocol:
    """Return what of a protocol decides how films are looked at; what only its head has makes no difference."""
    return replace(
        protocol, name="films", title="films", source="films", head="linear", dropout=0.0, batch=2, epochs=1,
        learning_rate=1.0, epsilon=1.0, optimiser="adam",
    )  # fmt: skip


def _history(heads: Sequence[TrainedHead], splits: Sequence[Split]) -> tuple[Mapping[str, float], ...]:
    return tuple(
        {"fold": float(split.fold), **epoch}
        for head, split in zip(heads, splits, strict=True)
        for epoch in head.history
    )


def _epochs(heads: Sequence[TrainedHead]) -> int:
    return max(len(head.history) for head in heads)


def _stopped(heads: Sequence[TrainedHead]) -> bool:
    return any(head.stopped for head in heads)
