"""Where a model found what it says of a cortex: its own evidence, on the film."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.radiograph import Preprocessing, Radiograph, Window
from radunion.radiograph.on_film import on_film


@dataclass(frozen=True)
class EvidenceMap:
    """The evidence for one cortex over one prepared film, or a window of it: at least 0, at most 1 in sum."""

    values: Float32[np.ndarray, "rows columns"]
    film: Radiograph
    how: Preprocessing
    window: Window | None

    def on_film(self, size: tuple[int, int] | None = None) -> Float32[np.ndarray, "h w"]:
        """Return it over the film's own pixels, or over the film at a smaller `size` (height, width); its peak is 1.

        Where there is no evidence anywhere on the film, all is 0.
        """
        shape = (self.film.pixels.shape[0], self.film.pixels.shape[1])
        found = on_film(self.values, shape, self.how, window=self.window, size=size)
        peak = float(found.max(initial=0.0))
        return found / np.float32(peak) if peak > 0 else found
