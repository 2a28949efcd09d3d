"""What a classical system says of single films."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32


@dataclass(frozen=True)
class FilmSaid:
    """P(level) of each cortex, P(scorable) and P(lateral view) of m films.

    A film speaks of the two cortices that its view shows; the others are uniform and 0.5.
    """

    levels: Float32[np.ndarray, "m 4 4"]
    scorable: Float32[np.ndarray, "m 4"]
    lateral: Float32[np.ndarray, " m"]

    def __len__(self) -> int:
        return len(self.lateral)
