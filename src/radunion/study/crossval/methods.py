"""From a protocol to something that learns: films are looked at once, then every fold is fitted on what was seen."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol as Interface
from typing import runtime_checkable

import numpy as np

from radunion.cohort import holdout
from radunion.evaluation.blinds import fit_blind
from radunion.features import BackboneSpec, FeatureCache, load_backbone
from radunion.features import Precision as FeaturePrecision
from radunion.radiograph import Preprocessing
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.result import FoldResult, History
from radunion.study.crossval.splits import Split
from radunion.study.protocols import (
    BlindProtocol,
    FilmProtocol,
    ForestProtocol,
    HaarProtocol,
    PairProtocol,
    Protocol,
)
from radunion.study.protocols.variant import DOWNLOAD
from radunion.training.films.settings import FilmSettings
from radunion.training.learner import Learned, Learner, Tell
from radunion.training.settings import TrainSettings


@dataclass(frozen=True)
class Tools:
    """What every method works with: where features are kept, their precision, a seed, and who is told of progress."""

    cache: FeatureCache
    precision: FeaturePrecision
    seed: int
    work: Path
    tell: Tell


@runtime_checkable
class Method(Interface):
    """One protocol, ready for its folds. `parameters` are those of the whole network and those that learn."""

    @property
    def parameters(self) -> tuple[int, int] | None: ...
    def fit(self, split: Split, *, work: Path) -> FoldResult:
        """Learn from one side of a fold; say something of every examination or film."""
        ...


def method_of(protocol: Protocol, data: StudyData, tools: Tools) -> Method:
    """Prepare a protocol on all films of a study.

    Raises WeightsError for weights that do not fit, CohortError or FilmError for films that cannot be read.
    """
    if isinstance(protocol, BlindProtocol):
        return BlindMethod(protocol, data)
    if isinstance(protocol, FilmProtocol):
        return FilmMethod(protocol, data, tools)
    if isinstance(protocol, PairProtocol):
        return PairMethod(protocol, data, tools)
    return ClassicalMethod(protocol, data, tools)


class BlindMethod:
    """Fit a no-image baseline to the labels of a fold's training examinations."""

    parameters = None

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

    def __init__(self, protocol: FilmProtocol, data: StudyData, tools: Tools) -> None:
        from radunion.training.films.learner import FilmLearner

        self.tools = tools
        self.learner = FilmLearner(
            data.examples,
            data.cohort.examinations,
            film_settings(protocol, seed=tools.seed),
            preprocessing=film_preprocessing(protocol),
            cache=tools.cache,
            precision=tools.precision,
            tell=tools.tell,
        )

    @property
    def parameters(self) -> tuple[int, int]:
        return self.learner.count()

    def fit(self, split: Split, *, work: Path) -> FoldResult:
        start = time.monotonic()
        learned = self.learner.learn_films(split.train_films, split.test_films, work=work, tell=self.tools.tell)
        seed18 = learned.sigmoids if learned.settings.outputs == "seed18" else None
        return FoldResult(None, learned.said, seed18, _history(learned), time.monotonic() - start)


class PairMethod:
    """A network of both films; patients kept out of the training side stop it."""

    parameters = None

    def __init__(self, protocol: PairProtocol, data: StudyData, tools: Tools) -> None:
        self.protocol = protocol
        self.data = data
        self.tools = tools
        self.learner = pair_learner(protocol, data, tools)

    def fit(self, split: Split, *, work: Path) -> FoldResult:
        start = time.monotonic()
        held = holdout(self.data.cohort.subset(split.train), fraction=self.protocol.validation, seed=self.tools.seed)
        training, validation = (self.data.examples.rows(split.train[mask]) for mask in (~held, held))
        learned = self.learner.learn(training, validation, work=work, tell=self.tools.tell)
        joint = learned.predict(self.data.pairs)
        return FoldResult(joint, None, None, _history(learned), time.monotonic() - start)


class ClassicalMethod:
    """Engineered features of single films and a classifier of the classical kind."""

    parameters = None

    def __init__(self, protocol: ForestProtocol | HaarProtocol, data: StudyData, tools: Tools) -> None:
        from radunion.training.classical import ForestModel, HaarModel, engineered_features, haar_features
        from radunion.training.films.targets import first_rows

        prepare = engineered_features if isinstance(protocol, ForestProtocol) else haar_features
        self.model: Callable[[], ForestModel | HaarModel]
        self.model = ForestModel if isinstance(protocol, ForestProtocol) else HaarModel
        self.tools = tools
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
        return FoldResult(None, said, None, {}, time.monotonic() - start)


def film_settings(protocol: FilmProtocol, *, seed: int) -> FilmSettings:
    """Return what the learner of films needs of a protocol."""
    names = set(FilmSettings.__dataclass_fields__) - {"seed", "weights"}
    fields = {name: getattr(protocol, name) for name in names}
    return FilmSettings(**fields, weights=backbone_weights(protocol), seed=seed)


def backbone_weights(protocol: FilmProtocol | PairProtocol) -> str:
    """Return a protocol's weights as a backbone takes them."""
    return "imagenet" if protocol.weights == DOWNLOAD else protocol.weights


def film_preprocessing(protocol: FilmProtocol) -> Preprocessing:
    """Return how a protocol's films are prepared; the seed study squashes them and keeps their grey values."""
    if protocol.shape == "shaft":
        from radunion.training.strips import STRIP

        return STRIP
    return Preprocessing(
        height=protocol.size,
        width=protocol.size,
        shape=protocol.shape,
        intensity="full" if protocol.shape == "squash" else "robust",
    )


def pair_learner(protocol: PairProtocol, data: StudyData, tools: Tools) -> Learner:
    """Return the compact network's learner, or that of a head on a frozen network."""
    settings = pair_settings(protocol, seed=tools.seed)
    if protocol.network is None:
        from radunion.training.compact import CompactLearner

        return CompactLearner(data.examples, settings, work=tools.work, tell=tools.tell)
    from radunion.training.found import FoundLearner
    from radunion.training.frozen import FrozenLearner
    from radunion.training.strips import STRIP

    spec = backbone_spec(protocol, protocol.network)
    backbone = load_backbone(spec)
    if protocol.input == "glimpse":
        return FoundLearner(
            data.examples, backbone, settings, precision=tools.precision, work=tools.work, tell=tools.tell
        )
    return FrozenLearner(
        data.examples,
        backbone,
        settings,
        cache=tools.cache,
        precision=tools.precision,
        preprocessing=STRIP if protocol.input == "shaft" else backbone.preprocessing(),
        tell=tools.tell,
    )


def pair_settings(protocol: PairProtocol, *, seed: int) -> TrainSettings:
    """Return what the training loop needs of a protocol."""
    return TrainSettings(
        epochs=protocol.epochs, batch=protocol.batch, learning_rate=protocol.learning_rate,
        weight_decay=protocol.weight_decay, patience=protocol.patience, validation=protocol.validation, seed=seed,
    )  # fmt: skip


def backbone_spec(protocol: FilmProtocol | PairProtocol, network: str) -> BackboneSpec:
    """Return the frozen network of a protocol."""
    return BackboneSpec(network, weights=backbone_weights(protocol), tap=protocol.tap, pooling=protocol.pooling)


def _history(learned: Learned) -> History:
    return {stage: [dict(epoch) for epoch in epochs] for stage, epochs in learned.history.items()}
