"""What a training starts from: the weights of a model that exists, instead of chance."""

from collections.abc import Mapping
from dataclasses import dataclass

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from radunion.errors import BundleError
from radunion.scoring import Bundle
from radunion.scoring.bundle import WEIGHTS
from radunion.training.strips import STRIP

SIMULATED = "start.simulated"
"""The setting on the card of a model that started from another: whether that one, or its own start, knew simulation."""


@dataclass(frozen=True)
class Start:
    """A trained model's weights by name, which model it was, and what it knows.

    `simulated` says that it, or what it started from, learned from simulated films; `cohort_sha256` and `films`, the
    digests of files, are of what it learned from.
    """

    name: str
    sha256: str
    simulated: bool
    cohort_sha256: str
    films: frozenset[str]
    weights: Mapping[str, Tensor]

    @property
    def finders(self) -> tuple[str, ...]:
        """The parts of the model that find the fracture, one or several."""
        lead = "look.finder.members."
        members = {name.removeprefix(lead).partition(".")[0] for name in self.weights if name.startswith(lead)}
        return tuple(f"{lead}{number}" for number in range(len(members))) or ("look.finder",)

    @property
    def knows_nowhere(self) -> bool:
        """Whether its finders can say that nothing is broken."""
        return bool(self.weights.get("look.knows_nowhere", False))

    def fill(self, module: nn.Module, part: str) -> None:
        """Load the weights of one part of the model, all of them. Raises BundleError where they do not fit."""
        lead = f"{part}."
        own = {name.removeprefix(lead): one for name, one in self.weights.items() if name.startswith(lead)}
        try:
            module.load_state_dict(own)
        except RuntimeError:
            raise BundleError(
                f"{self.name}: its weights are of a network that this version of radunion does not build; "
                "train it again, or start from another model"
            ) from None


def start_from(bundle: Bundle) -> Start:
    """Return what a bundle of the compact network learned. Raises BundleError when it holds nothing to start from."""
    content = bundle.files.get(WEIGHTS)
    if content is None or bundle.preprocessing != STRIP:
        raise BundleError(
            f"{bundle.path}: training starts from a model of the compact network that holds {WEIGHTS}; this one, "
            f"{bundle.card.name}, does not: name another, or train it again"
        )
    try:
        weights = load(content)
    except SafetensorError as error:
        raise BundleError(f"{bundle.path}: {WEIGHTS} cannot be read ({error}); take the model anew") from None
    card, learned = bundle.card, bundle.card.trained_on
    simulated = learned.simulated or bool(card.settings.get(SIMULATED))
    return Start(card.name, bundle.sha256, simulated, learned.cohort_sha256, frozenset(learned.film_digests), weights)


def weights_of(scorer: nn.Module) -> bytes:
    """Return a network's weights as a bundle holds them."""
    return save({name: one.contiguous() for name, one in scorer.state_dict().items()})
