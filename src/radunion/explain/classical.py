"""A classical system as a reader: it looks at each film by itself, and speaks of the two cortices that it shows."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32

from radunion.radiograph import Preprocessing
from radunion.scale import CORTICES, CORTICES_ON, LEVELS
from radunion.training.classical import ForestModel, HaarModel, engineered, haar
from radunion.training.classical.remembered import Features


@dataclass(frozen=True, eq=False)
class ClassicalReader:
    """Run a fitted forest or Haar network on the strips that its features are measured on."""

    model: ForestModel | HaarModel
    at_once: int = 64

    @property
    def preprocessing(self) -> Preprocessing:
        return engineered.WIDE_STRIP if isinstance(self.model, ForestModel) else haar.STRIP

    def expected(
        self,
        ap: Float32[np.ndarray, "n 1 h w"],
        lateral: Float32[np.ndarray, "n 1 h w"],
        present: Bool[np.ndarray, "n 2"],
    ) -> Float[np.ndarray, "n 4"]:
        """Return the expected mRUST level of each cortex; the mean of all levels where its film is not there."""
        levels = np.array(LEVELS, dtype=np.float64)
        found = np.full((len(present), len(CORTICES)), levels.mean())
        for side, films in enumerate((ap, lateral)):
            here = np.flatnonzero(present[:, side])
            if len(here):
                columns = [CORTICES.index(cortex) for cortex in CORTICES_ON["lateral" if side else "ap"]]
                said = self._levels(films[here, 0], lateral=bool(side))
                found[here[:, None], columns] = said[:, columns] @ levels
        return found

    def _levels(self, strips: Float32[np.ndarray, "n h w"], *, lateral: bool) -> Float[np.ndarray, "n 4 4"]:
        """Say P(level) of strips; one that comes again is measured once."""
        content = [strip.tobytes() for strip in strips]
        known = {key: self._features(strip) for key, strip in dict(zip(content, strips, strict=True)).items()}
        features = {group: np.stack([one[group] for one in known.values()]) for group in next(iter(known.values()))}
        said = self.model.predict(features, np.full(len(known), lateral))
        place = {key: row for row, key in enumerate(known)}
        return said.levels[[place[key] for key in content]].astype(np.float64)

    def _features(self, strip: Float32[np.ndarray, "h w"]) -> Features:
        measured = engineered if isinstance(self.model, ForestModel) else haar
        return measured.features_of_strip(strip)
