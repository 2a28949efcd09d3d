"""The shallow network of the seed study: LeNet of 1998 on whole films."""

from jaxtyping import Float
from torch import Tensor, nn

from radunion.errors import UsageError
from radunion.training.seed.glorot import glorot
from radunion.training.seed.head import SEED_OUTPUTS

_KERNEL = 5
_FILTERS = (6, 16)
_DENSE = (120, 84)


class SeedLeNet(nn.Module):
    """Map films (n, `channels`, `size`, `size`) in [-1, 1] to logits.

    From the paper (LeCun, Bottou, Bengio and Haffner 1998, section II.B): 6 and 16 filters of 5×5 without padding, each
    followed by an average over 2×2, then 120 and 84 units, all with tanh. Our reading, in the form that is usual in
    Keras: every filter sees all maps before it, the averages have no weights of their own, tanh is not rescaled and
    stands before the average, C5 is dense over the flattened maps, and logits for sigmoids take the place of the
    radial basis functions. The seed study says only "LeNet-1998"; the input is its 299×299 grey film in three channels.
    """

    def __init__(self, outputs: int = SEED_OUTPUTS, *, size: int = 299, channels: int = 3) -> None:
        """Build the layers; raise UsageError when `size` leaves nothing to flatten."""
        super().__init__()
        side = _side(size)
        self.maps = nn.Sequential(
            nn.Conv2d(channels, _FILTERS[0], _KERNEL),
            nn.Tanh(),
            nn.AvgPool2d(2),
            nn.Conv2d(_FILTERS[0], _FILTERS[1], _KERNEL),
            nn.Tanh(),
            nn.AvgPool2d(2),
        )
        self.dense = nn.Sequential(
            nn.Flatten(),
            nn.Linear(_FILTERS[1] * side * side, _DENSE[0]),
            nn.Tanh(),
            nn.Linear(_DENSE[0], _DENSE[1]),
            nn.Tanh(),
            nn.Linear(_DENSE[1], outputs),
        )
        glorot(self)

    def forward(self, films: Float[Tensor, "n channels size size"]) -> Float[Tensor, "n outputs"]:
        logits: Tensor = self.dense(self.maps(films))
        return logits


def _side(size: int) -> int:
    """Return the side of the last maps in pixels."""
    for _ in _FILTERS:
        size = (size - _KERNEL + 1) // 2
    if size < 1:
        raise UsageError("a film for LeNet must be at least 16 pixels wide; give a larger size")
    return size
