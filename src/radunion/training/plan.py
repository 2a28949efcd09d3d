"""What to train, as plain data."""

from dataclasses import dataclass, field
from typing import Literal

from radunion.errors import UsageError
from radunion.features import BackboneSpec
from radunion.features import Precision as FeaturePrecision
from radunion.radiograph import Preprocessing
from radunion.training.films.settings import FilmSettings
from radunion.training.settings import TrainSettings
from radunion.training.start import Start
from radunion.training.tuned.machine import Machine
from radunion.training.tuned.settings import TunedSettings

PROTOCOL = "pair"
"""Both films of an examination, set-valued ordinal levels, one joint distribution of the four cortices."""

Input = Literal["film", "shaft", "fracture", "glimpse"]
"""What a frozen backbone sees: the whole film as it asks for it, the straightened strip of the shaft, a crop of the
fracture by the finder that comes with radunion, or a glimpse of the fracture by a finder that learns with the head."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to train: a network of single `films`, or of pairs, where `backbone` None is the compact one from scratch.

    `settings` say how pairs learn; for films only their seed and the share of patients held out count. `protocol` is
    the name on the card. `folds` asks for out-of-fold metrics by k-fold cross-validation beside the model that is kept.
    The compact network asks so many `finders` where the fracture is, and goes on from `start`, finders and all, where
    that is given; `whole` are log-odds by which a bone that never broke is likelier where it will be used than among
    its training films. With `tuned` the backbone's upper blocks learn too, on the devices of `machine`.
    """

    name: str
    settings: TrainSettings
    protocol: str = PROTOCOL
    films: FilmSettings | None = None
    film_preprocessing: Preprocessing | None = None
    backbone: BackboneSpec | None = None
    precision: FeaturePrecision = "float32"
    input: Input = "film"
    folds: int | None = None
    tuned: TunedSettings | None = None
    machine: Machine = field(default_factory=Machine)
    start: Start | None = None
    finders: int = 1
    whole: float = 0.0

    def __post_init__(self) -> None:
        if self.folds is not None and self.folds < 2:
            raise UsageError(f"cross-validation needs at least 2 folds, found {self.folds}")
        if self.start is not None and (self.films is not None or self.backbone is not None):
            raise UsageError("only the compact network starts from another model; leave out the backbone and protocol")
        if self.finders < 1:
            raise UsageError(f"the fracture is found by at least one finder, found {self.finders}")
        if (self.finders > 1 or self.whole) and any(one is not None for one in (self.films, self.backbone, self.start)):
            raise UsageError("only the compact network from scratch is told how its finders are; leave them out")
        if (self.films is None) != (self.film_preprocessing is None):
            raise UsageError("a network of single films needs its settings and how its films are prepared, both")
        if self.tuned is not None and (self.backbone is None or self.input != "glimpse"):
            raise UsageError(
                "what is tuned is a backbone that looks at glimpses of the fracture; give it one, and them"
            )
