"""What a search is asked for, as plain data."""

from dataclasses import dataclass, field

from radunion.errors import UsageError
from radunion.features import Precision
from radunion.search.space import Space
from radunion.study.protocols import Variant
from radunion.training.films.many import HeadPrecision


@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """`word` is what the space was asked for by; `storage` None keeps the trials in the search's folder.

    The `top` trials and the median one are trained again with `repeats` fresh seeds of weights and of folds. `device`
    and the precision of heads are the machine's, and told in the report; `at_once` trials learn together.
    """

    space: Space
    word: str
    seed: int = 0
    variant: Variant = field(default_factory=Variant)
    precision: Precision = "float32"
    heads: HeadPrecision = "float32"
    device: str = "cpu"
    at_once: int = 1
    storage: str | None = None
    top: int = 5
    repeats: int = 5

    def __post_init__(self) -> None:
        if self.top < 1 or self.repeats < 0 or self.at_once < 1:
            raise UsageError(
                "top and at_once are 1 or more and repeats 0 or more, found "
                f"{self.top}, {self.at_once} and {self.repeats}"
            )
