"""From a protocol to something that learns: films are looked at once, then every fold is fitted on what was seen."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol as Interface
from typing import runtime_checkable

import numpy as np

from radunion.evaluation.blinds import fit_blind
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.features import FeatureCache
from radunion.features import Precision as FeaturePrecision
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.maps import maps_of_classical, maps_of_network
from radunion.study.crossval.result import FoldResult, History
from radunion.study.crossval.splits import Split
from radunion.study.plans import plan_as
from radunion.study.protocols import BlindProtocol, ForestProtocol, HaarProtocol, Protocol
from radunion.training.films.learner import FilmLearner
from radunion.training.learner import Learned, Learner, Tell, told_of_crops
from radunion.training.learners import learner_of, split_rows
from radunion.training.plan import Plan


@dataclass(frozen=True)
class Tools:
    """What every method works with: where features are kept, their precision, a seed, and who is told of progress.

    `maps` is on how many held-out examinations of the first fold heat-maps are measured.
    """

    cache: FeatureCache
    precision: FeaturePrecision
    seed: int
    work: Path
    tell: Tell
    maps: int = 0


@runtime_checkable
class Method(Interface):
    """One protocol, ready for its folds.

    `parameters` are those of the whole network and those that learn, known once a fold is fitted; `taught` says what it
    learned from beside the labels.
    """

    @property
    def parameters(self) -> tuple[int, int] | None: ...
    @property
    def taught(self) -> str: ...
    def fit(self, split: Split, *, work: Path) -> FoldResult:
        """Learn from one side of a fold; say something of every examination or film."""
        ...


def method_of(protocol: Protocol, data: StudyData, tools: Tools) -> Method:
    """Prepare a protocol on all films of a study.

    Raises WeightsError for weights that do not fit, CohortError or FilmError for films that cannot be read.
    """
    if isinstance(protocol, BlindProtocol):
        return BlindMethod(protocol, data)
    if isinstance(protocol, ForestProtocol | HaarProtocol):
        return ClassicalMethod(protocol, data, tools)
    plan = plan_as(protocol, protocol.name, name=protocol.name, seed=tools.seed, precision=tools.precision)
    learner = learner_of(data.cohort, data.examples, plan, work=tools.work, cache=tools.cache, tell=tools.tell)
    if isinstance(learner, FilmLearner):
        return FilmMethod(learner, data, tools)
    return PairMethod(learner, plan, data, tools)


class BlindMethod:
    """Fit a no-image baseline to the labels of a fold's training examinations."""

    parameters = None
    taught = ""

    def __init__(self, protocol: BlindProtocol, data: StudyData) -> None:
        self.protocol = protocol
        self.data = data

    def fit(self, split: Split, *, work: Path) -> FoldResult:
        start = time.monotonic()
        known = self.data.reference[np.isin(self.data.reference.examination, split.train)]
        joint = fit_blind(self.protocol.kind, known).predict_examinations(self.data.cohort.examinations)
        return FoldResult(joint, None, None, {}, time.monotonic() - start)


class FilmMethod:
    """A network of single films."""

    def __init__(self, learner: FilmLearner, data: StudyData, tools: Tools) -> None:
        self.learner = learner
        self.data = data
        self.tools = tools

    @property
    def parameters(self) -> tuple[int, int]:
        return self.learner.count()

    @property
    def taught(self) -> str:
        return told_of_crops(self.learner)

    def fit(self, split: Split, *, work: Path) -> FoldResult:
        start = time.monotonic()
        learned = self.learner.learn_films(split.train_films, split.test_films, work=work, tell=self.tools.tell)
        seed18 = learned.sigmoids if learned.settings.outputs == "seed18" else None
        seconds = time.monotonic() - start
        maps = _maps(self.learner, learned, self.data, split, self.tools)
        return FoldResult(None, learned.said, seed18, _history(learned), seconds, maps)


class PairMethod:
    """A network of both films; patients kept out of the training side stop it."""

    def __init__(self, learner: Learner, plan: Plan, data: StudyData, tools: Tools) -> None:
        self.learner = learner
        self.plan = plan
        self.data = data
        self.tools = tools
        self.parameters: tuple[int, int] | None = None

    @property
    def taught(self) -> str:
        boxes, cortices = self.learner.boxes, self.learner.simulated_cortices
        if not boxes and not self.learner.simulated_boxes:
            return told_of_crops(self.learner)
        own = f"where fractures are: from the boxes of {boxes:,} films of the table" if boxes else "where fractures are"
        extra = f" from {self.learner.simulated_boxes:,} films simulated for it" if self.learner.simulated_boxes else ""
        apart = f"; where cortices are: from {cortices:,} films simulated for it" if cortices else ""
        return f"{own}{' and' if boxes and extra else ''}{extra}{apart}"

    def fit(self, split: Split, *, work: Path) -> FoldResult:
        start = time.monotonic()
        training, validation = split_rows(self.data.cohort, self.data.examples, split.train, self.plan.settings)
        learned = self.learner.learn(training, validation, work=work, tell=self.tools.tell)
        joint = learned.predict(self.data.pairs)
        self.parameters = _counted(learned)
        seconds = time.monotonic() - start
        maps = _maps(self.learner, learned, self.data, split, self.tools)
        return FoldResult(joint, None, None, _history(learned), seconds, maps)


class ClassicalMethod:
    """Engineered features of single films and a classifier of the classical kind."""

    parameters = None
    taught = ""

    def __init__(self, protocol: ForestProtocol | HaarProtocol, data: StudyData, tools: Tools) -> None:
        from radunion.training.classical import ForestModel, HaarModel, engineered_features, haar_features
        from radunion.training.films.targets import first_rows

        prepare = engineered_features if isinstance(protocol, ForestProtocol) else haar_features
        self.model: Callable[[], ForestModel | HaarModel]
        self.model = ForestModel if isinstance(protocol, ForestProtocol) else HaarModel
        self.tools = tools
        self.data = data
        self.lateral = data.examples.lateral
        rows = first_rows(data.examples)
        self.allowed, self.scorable = data.examples.allowed[rows], data.examples.scorable[rows]
        self.patients = np.array(data.examples.patients, dtype=np.str_)[rows]
        self.features = prepare(
            data.examples.paths,
            cache_folder=tools.cache.folder,
            progress=lambda done, total: tools.tell("Measuring films", done, total, ""),
        )

    def fit(self, split: Split, *, work: Path) -> FoldResult:
        start, known = time.monotonic(), split.train_films
        model = self.model().fit(
            {name: values[known] for name, values in self.features.items()},
            self.lateral[known],
            self.allowed[known],
            self.scorable[known],
            self.patients[known],
            seed=self.tools.seed,
        )
        said = model.predict(self.features, self.lateral)
        seconds, tools = time.monotonic() - start, self.tools
        maps = maps_of_classical(model, self.data, split, most=tools.maps, seed=tools.seed, tell=tools.tell)
        return FoldResult(None, said, None, {}, seconds, maps)


def _maps(
    learner: FilmLearner | Learner, learned: Learned, data: StudyData, split: Split, tools: Tools
) -> tuple[HeatmapQuality, ...]:
    return maps_of_network(
        learned.scorer, learner.preprocessing, learner.heatmap, data, split,
        most=tools.maps, seed=tools.seed, tell=tools.tell,
    )  # fmt: skip


def _counted(learned: Learned) -> tuple[int, int]:
    parameters = list(learned.scorer().parameters())
    return sum(one.numel() for one in parameters), sum(one.numel() for one in parameters if one.requires_grad)


def _history(learned: Learned) -> History:
    return {stage: [dict(epoch) for epoch in epochs] for stage, epochs in learned.history.items()}
