"""Train a protocol on every fold: all heads of a frozen network together, everything else fold by fold."""

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import torch

from radunion.errors import TrainingError, UsageError
from radunion.search.endings import Endings, GoOn
from radunion.search.fitted import Asked, Fitted
from radunion.search.fold_by_fold import fit_fold_by_fold
from radunion.search.scores import score_cortices
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.methods import Tools
from radunion.study.crossval.splits import Split
from radunion.study.plans import film_preprocessing, film_settings
from radunion.study.protocols import FilmProtocol, Protocol
from radunion.training.examples import ABSENT
from radunion.training.films.learner import FilmLearner
from radunion.training.films.many import LIMIT, HeadJob, HeadPrecision, TrainedHead, memory_of, train_heads
from radunion.training.films.said import joint_of, said_of

_KEPT = 2
_TOO_LARGE = "need more memory than there is"


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

        Raises UsageError or WeightsError for a network that cannot be had, and UsageError where several trials need
        more memory than there is, though each may fit alone.
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

    def _folds(self, protocol: Protocol, splits: Sequence[Split], seed: int) -> Fitted | TrainingError:
        try:
            return fit_fold_by_fold(protocol, splits, self.data, self.tools, seed=seed)
        except TrainingError as error:
            return error

    def _heads(
        self, films: FilmProtocol, asked: Sequence[Asked], splits: Sequence[Split], seed: int
    ) -> list[Fitted | TrainingError]:
        learner = self._learner(films)
        protocols = [cast("FilmProtocol", one.protocol) for one in asked]
        of_trials = [_jobs_of(protocol, splits, seed) for protocol in protocols]
        needs = [memory_of(jobs, learner.looked(), precision=self.heads) for jobs in of_trials]
        found: list[Fitted | TrainingError] = []
        for few in _within(needs, LIMIT):
            try:
                heads, seconds = self._together(learner, [of_trials[one] for one in few], [asked[one] for one in few])
            except (MemoryError, torch.OutOfMemoryError) as error:
                if len(few) > 1:  # each alone may fit: none of them has failed
                    raise UsageError(f"{len(few)} trials at once {_TOO_LARGE}; give a smaller --at-once") from error
                found.append(TrainingError(f"its {len(splits)} folds at once {_TOO_LARGE}"))
                continue
            found += [self._judged(protocols[one], own, splits, seconds) for one, own in zip(few, heads, strict=True)]
        return found

    def _together(
        self, learner: FilmLearner, of_trials: Sequence[Sequence[HeadJob]], asked: Sequence[Asked]
    ) -> tuple[list[list[TrainedHead]], float]:
        """Train all folds of some trials in step; return the heads of each, and the seconds that fall to each."""
        start = time.monotonic()
        folds = len(of_trials[0])
        jobs = [job for own in of_trials for job in own]
        need = memory_of(jobs, learner.looked(), precision=self.heads)
        self.memory = max(self.memory, need)
        heads = train_heads(
            learner.looked(), learner.targets, jobs, precision=self.heads, device=self.device, limit=max(LIMIT, need),
            ending=Endings(folds, [one.go_on for one in asked]),
        )  # fmt: skip
        seconds = (time.monotonic() - start) / len(of_trials)
        return [heads[first : first + folds] for first in range(0, len(heads), folds)], seconds

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


def _jobs_of(protocol: FilmProtocol, splits: Sequence[Split], seed: int) -> list[HeadJob]:
    settings = film_settings(protocol, seed=seed)
    return [HeadJob(settings, split.train_films, split.test_films) for split in splits]


def _within(needs: Sequence[int], limit: int) -> list[list[int]]:
    """Put trials into groups that need no more than the limit, in order; one that needs more stands alone.

    The folds of a trial are never parted: it could not be judged by their mean while it learns.
    """
    groups: list[list[int]] = []
    for place, need in enumerate(needs):
        if not groups or sum(needs[one] for one in groups[-1]) + need > limit:
            groups.append([])
        groups[-1].append(place)
    return groups


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
