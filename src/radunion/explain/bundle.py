"""A bundle as a reader: what ships is what is measured, its own evidence included."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32

from radunion.errors import BundleError, UsageError
from radunion.explain.subject import Maps, PreparedPair, Subject
from radunion.radiograph import Preprocessing
from radunion.scale import CORTICES, LEVELS
from radunion.scoring import Bundle, infer_prepared
from radunion.scoring.evidence import EvidenceMap


@dataclass(frozen=True)
class BundleReader:
    """Run a bundle's graph; its levels are calibrated as those of a score are."""

    bundle: Bundle
    at_once: int = 16

    @property
    def preprocessing(self) -> Preprocessing:
        return self.bundle.preprocessing

    def expected(
        self,
        ap: Float32[np.ndarray, "n 1 h w"],
        lateral: Float32[np.ndarray, "n 1 h w"],
        present: Bool[np.ndarray, "n 2"],
    ) -> Float[np.ndarray, "n 4"]:
        """Return the expected mRUST level of each cortex."""
        inferred = infer_prepared(self.bundle, ap, lateral, present, batch=self.at_once)
        return self.bundle.card.calibrated(inferred.joint).margins() @ np.array(LEVELS, dtype=np.float64)

    def evidence(self, pair: PreparedPair) -> Maps:
        """Return the model's own maps, as a score has them. Raises UsageError for a bundle that has none."""
        card = self.bundle.card
        if card.heatmap != "evidence":
            raise UsageError(
                f"the bundle {card.name} must have evidence maps for them to be shown, and its card says it has none; "
                "ask for occlusion, or train it with the protocol pair"
            )
        ap, lateral = pair.inputs()
        found = infer_prepared(self.bundle, ap, lateral, pair.present, evidence=True).evidence
        if found is None:
            raise BundleError(
                f"{self.bundle.path}: its card promises evidence and its graph gives none; train it again"
            )
        return {
            cortex: EvidenceMap(found[0, CORTICES.index(cortex)], film.radiograph, pair.how, film.window)
            for cortex, side in pair.shown()
            if (film := pair.films[side]) is not None
        }


def evidence_of(bundle: Bundle, *, name: str | None = None) -> Subject:
    """Return a bundle with its own maps, to be measured."""
    reader = BundleReader(bundle)
    return Subject(name or bundle.card.name, "evidence", reader, reader.evidence)
