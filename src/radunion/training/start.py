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


@dataclass(frozen=True)
class Start:
    """A trained model's weights by name, and which model it was."""

    name: str
    sha256: str
    simulated: bool
    weights: Mapping[str, Tensor]

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
    return Start(bundle.card.name, bundle.sha256, bundle.card.trained_on.simulated, weights)


def weights_of(scorer: nn.Module) -> bytes:
    """Return a network's weights as a bundle holds them."""
    return save({name: one.contiguous() for name, one in scorer.state_dict().items()})
