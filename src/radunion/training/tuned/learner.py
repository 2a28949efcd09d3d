"""Find the fracture, teach a head what a frozen network sees of it, then tune both from there."""

import copy
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from radunion.features import Backbone
from radunion.features import Precision as FeaturePrecision
from radunion.scoring.card import Heatmap
from radunion.training.compact import Places, tall_glimpses
from radunion.training.examples import Examples
from radunion.training.fit import Films, fingerprint
from radunion.training.found import FLIPS, FoundLearner, FoundLook
from radunion.training.frozen import DROPOUT, FittedHead, fit_head
from radunion.training.glimpse import augment, centre
from radunion.training.learner import Learned, LearnedPair, Tell, epochs
from radunion.training.look import Scorer
from radunion.training.loop import Epoch
from radunion.training.network import HeadShape
from radunion.training.strips import STRIP
from radunion.training.tuned.job import Job
from radunion.training.tuned.loop import tune
from radunion.training.tuned.machine import Machine, found_accelerator
from radunion.training.tuned.network import TunedEncoder, TunedLoss
from radunion.training.tuned.settings import TunedSettings

_UPRIGHT = FLIPS[:2]
"""As it is, and mirrored: the head learns from no film that is upside down."""


class TunedLearner:
    """Strips in memory; finder, head and the backbone's upper blocks learn in each fold."""

    preprocessing = STRIP
    heatmap: Heatmap = "none"

    def __init__(
        self,
        examples: Examples,
        backbone: Backbone,
        settings: TunedSettings,
        machine: Machine,
        *,
        precision: FeaturePrecision,
        work: Path,
        tell: Tell,
    ) -> None:
        """Read all films; simulate films with boxes under `work` when the examples have too few.

        Raises UsageError, before any film is read, for a layer that the backbone does not have, a batch that the
        devices cannot share and devices that are not there.
        """
        self.encoder = TunedEncoder(backbone, settings.unfreeze_from)
        machine.share(settings.batch)
        found_accelerator(machine)
        self.found = FoundLearner(examples, backbone, settings.of_head(), precision=precision, work=work, tell=tell)
        self.examples = examples
        self.backbone = backbone
        self.settings = settings
        self.machine = machine
        self.boxes, self.simulated_boxes = self.found.boxes, self.found.simulated_boxes
        self.simulated_cortices = 0
        self.shaftless = self.found.shaftless
        self.fractureless = 0

    def learn(
        self, training: Int64[np.ndarray, " a"], validation: Int64[np.ndarray, " b"], *, work: Path | None, tell: Tell
    ) -> Learned:
        """Train the finder, look where it says, train the head on what was seen, then tune both."""
        found = self.found.compact.find(training, validation, work=work, tell=tell)
        features = torch.from_numpy(self.found.look(found.position, tell, flips=_UPRIGHT))
        first = fit_head(features, self.examples, self.settings.of_head(), training, validation, work=work, tell=tell)
        module = TunedLoss(copy.deepcopy(self.encoder), first.head)
        glimpses = tall_glimpses(torch.from_numpy(self.found.compact.strips.pixels), found.position)
        job = self._job(module, features.shape[-1], glimpses, training, validation, work)
        history = tune(module, job, self.machine, epochs(tell, "Fine-tuning", self.settings.epochs))
        return self._learned(module, found, first, glimpses, history)

    def _job(
        self,
        module: TunedLoss,
        width: int,
        glimpses: Float[Tensor, "m 1 tall w"],
        training: np.ndarray,
        validation: np.ndarray,
        work: Path | None,
    ) -> Job:
        head = torch.cat([one.flatten() for one in module.head.state_dict().values()])
        what = {**asdict(self.settings), "backbone": self.backbone.digest, "precision": self.machine.precision}
        labels = (self.examples.films, self.examples.allowed, self.examples.scorable)
        return Job(
            spec=self.backbone.spec,
            shape=HeadShape(width, dropout=DROPOUT),
            tensors=module.state_dict(),
            settings=self.settings,
            glimpses=glimpses,
            films=self.examples.films,
            allowed=self.examples.allowed,
            scorable=self.examples.scorable,
            training=training,
            validation=validation,
            name=fingerprint(what, *labels, training, validation, glimpses, head),
            checkpoint=work / "tuning.pt" if work else None,
        )

    def _learned(
        self,
        module: TunedLoss,
        found: Places,
        first: FittedHead,
        glimpses: Float[Tensor, "m 1 tall w"],
        history: tuple[Epoch, ...],
    ) -> LearnedPair:
        def scorer() -> nn.Module:
            return Scorer(FoundLook(found.finder, module.encoder), module.head).eval()

        films = Films(glimpses, augment, centre)
        stages = {"finder": found.history, "scores": first.history, "tuning": history}
        return LearnedPair(module.network(), films, scorer, found.overview, stages)
