"""What a protocol is: one frozen definition a family, whose fields decide everything that its result depends on."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from radunion.errors import UsageError
from radunion.evaluation.blinds import BlindKind
from radunion.features.spec import Pooling
from radunion.training.films.settings import Augmentation, FilmHead, Optimiser, Outputs
from radunion.training.plan import Input
from radunion.training.tuned.settings import Augment

Shape = Literal["squash", "pad", "shaft", "fracture"]
_NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


@dataclass(frozen=True, kw_only=True)
class _Named:
    """What every protocol says of itself; `source` is where it comes from."""

    name: str
    title: str
    source: str

    def __post_init__(self) -> None:
        if not self.name or not set(self.name) <= _NAME_LETTERS:
            raise UsageError(f"a protocol's name has small letters, digits and - _ . only, found {self.name!r}")
        if not self.title.strip() or not self.source.strip():
            raise UsageError(
                f"the protocol {self.name} needs a title and a source: what it is, and where it comes from"
            )


@dataclass(frozen=True, kw_only=True)
class BlindProtocol(_Named):
    """Look at no image: predict what the training labels of a group are."""

    family: Literal["blind"] = "blind"
    kind: BlindKind
    reads_pairs: ClassVar[bool] = True
    end_to_end: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class ForestProtocol(_Named):
    """Engineered features of one film, stacked random forests."""

    family: Literal["forest"] = "forest"
    reads_pairs: ClassVar[bool] = False
    end_to_end: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class HaarProtocol(_Named):
    """Haar wavelets and local descriptors of one film, a small network."""

    family: Literal["haar"] = "haar"
    reads_pairs: ClassVar[bool] = False
    end_to_end: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class FilmProtocol(_Named):
    """A network that reads one film at a time.

    `network` is `lenet` or a timm name; `weights` is `none` (random by seed), `imagenet`, `radimagenet` (files that the
    user names) or a path. With `trains="head"` the network is frozen and its features cached; with `all` every layer
    learns. `size` is the side of the square input in pixels and `shape` how a film comes to it: `fracture` takes a crop
    of it where a fracture is found, else the whole film. `epsilon` is either Adam's, `epochs` a fixed number: nothing
    stops early and no epoch is chosen.
    """

    family: Literal["film"] = "film"
    network: str
    trains: Literal["head", "all"] = "head"
    weights: str = "none"
    tap: str | None = None
    pooling: Pooling = "max"
    head: FilmHead = "thesis"
    outputs: Outputs = "seed18"
    shape: Shape = "squash"
    size: int = 299
    augmentation: Augmentation = "flips"
    dropout: float = 0.2
    batch: int = 128
    epochs: int = 50
    learning_rate: float = 1e-3
    epsilon: float = 1e-7
    optimiser: Optimiser = "adam"
    reads_pairs: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _must_train(self.name, epochs=self.epochs, batch=self.batch, learning_rate=self.learning_rate)
        if not 0 <= self.dropout < 1 or not 0 < self.epsilon < math.inf or not 32 <= self.size <= 1024:
            raise UsageError(
                f"{self.name}: dropout lies in 0 to below 1, epsilon above 0 and size in 32 to 1024 pixels; found "
                f"{self.dropout}, {self.epsilon} and {self.size}"
            )
        if self.trains == "head" and self.network == "lenet":
            raise UsageError(f'{self.name}: lenet has no weights to freeze; give trains = "all"')
        if self.trains == "all" and self.augmentation == "eightfold":
            raise UsageError(
                f"{self.name}: eightfold is for frozen networks, whose views are looked at once; give flips"
            )

    @property
    def end_to_end(self) -> bool:
        return self.trains == "all"


@dataclass(frozen=True, kw_only=True)
class PairProtocol(_Named):
    """Both films of an examination, set-valued ordinal levels, one joint distribution of the four cortices.

    `network` None is the compact network from scratch (find the fracture, then look), else a frozen timm network whose
    features of the whole film, the straightened shaft, a crop of the fracture by the finder that comes with radunion or
    a glimpse of it by a finder of its own go to the head. Patients kept out of a fold's training stop it.
    """

    family: Literal["pair"] = "pair"
    network: str | None = None
    weights: str = "none"
    tap: str | None = None
    pooling: Pooling = "max"
    input: Input = "shaft"
    epochs: int = 80
    batch: int = 24
    learning_rate: float = 1.5e-3
    weight_decay: float = 1e-2
    patience: int = 30
    validation: float = 0.15
    reads_pairs: ClassVar[bool] = True
    end_to_end: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _must_train(self.name, epochs=self.epochs, batch=self.batch, learning_rate=self.learning_rate)
        _must_stop(self.name, self.patience, self.validation, self.weight_decay)
        if self.network is None and (self.weights != "none" or self.tap is not None):
            raise UsageError(f"{self.name}: weights and a tap belong to a network; name one, or leave them out")
        if self.network is None and self.input == "fracture":
            raise UsageError(
                f"{self.name}: the compact network finds the fracture itself; name a network, or leave input out"
            )


@dataclass(frozen=True, kw_only=True)
class TunedProtocol(_Named):
    """`pair-frozen` carried on: once its head has learned, the network's upper blocks learn with it.

    The block that holds the layer `unfreeze_from` learns, and all above. The head learns alone for at most
    `head_epochs` at `learning_rate`, then both for at most `epochs`: the head at `tuning_rate`, each block down at
    `rate_decay` times the rate above it. The best on patients kept out of a fold's training is kept, which may be where
    tuning began. Devices and number format are not the protocol's but the machine's.
    """

    family: Literal["tuned"] = "tuned"
    network: str
    weights: str = "imagenet"
    unfreeze_from: str
    augment: Augment = "film"
    rate_decay: float = 0.8
    head_epochs: int = 60
    epochs: int = 20
    batch: int = 32
    learning_rate: float = 1e-3
    tuning_rate: float = 1e-4
    weight_decay: float = 0.5
    backbone_decay: float = 1e-2
    warm_up: float = 0.1
    patience: int = 8
    validation: float = 0.15
    reads_pairs: ClassVar[bool] = True
    end_to_end: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _must_train(self.name, epochs=self.epochs, batch=self.batch, learning_rate=self.learning_rate)
        _must_stop(self.name, self.patience, self.validation, self.weight_decay)
        _must_train(self.name, epochs=self.head_epochs, batch=self.batch, learning_rate=self.tuning_rate)
        if not 0 < self.rate_decay <= 1 or not 0 <= self.warm_up < 1 or not 0 <= self.backbone_decay < math.inf:
            raise UsageError(
                f"{self.name}: rate_decay lies above 0 and at most at 1, warm_up in 0 to below 1, and backbone_decay "
                f"is 0 or more; found {self.rate_decay}, {self.warm_up} and {self.backbone_decay}"
            )
        if not self.unfreeze_from.strip():
            raise UsageError(f"{self.name}: unfreeze_from names the lowest layer that learns, found nothing")


NetworkProtocol = FilmProtocol | PairProtocol | TunedProtocol
"""A protocol that has a network of torch."""
Protocol = BlindProtocol | ForestProtocol | HaarProtocol | NetworkProtocol


def _must_stop(name: str, patience: int, validation: float, weight_decay: float) -> None:
    if patience < 1 or not 0 < validation < 0.9 or not 0 <= weight_decay < math.inf:
        raise UsageError(f"{name}: patience is 1 or more, validation lies between 0 and 0.9, weight_decay is 0 or more")


def _must_train(name: str, *, epochs: int, batch: int, learning_rate: float) -> None:
    if epochs < 1 or batch < 2 or not 0 < learning_rate < math.inf:
        raise UsageError(
            f"{name}: epochs are 1 or more, a batch 2 or more and the learning rate above 0; found {epochs}, {batch} "
            f"and {learning_rate}"
        )
