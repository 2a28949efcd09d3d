"""A network of torch as a reader: the graph of a bundle before it was exported, so that gradients can be had."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32
from torch import Tensor, nn

from radunion.errors import UsageError
from radunion.explain.subject import Maps, PreparedPair
from radunion.radiograph import Preprocessing
from radunion.scale import CORTICES, LEVELS
from radunion.scoring.graph import EVIDENCE, OUTPUTS


class ExpectedLevels(nn.Module):
    """The expected mRUST level of each cortex, from the distributions that a scorer gives."""

    def __init__(self, scorer: nn.Module) -> None:
        super().__init__()
        self.scorer = scorer

    def forward(
        self, ap: Float[Tensor, "n 1 h w"], lateral: Float[Tensor, "n 1 h w"], present: Float[Tensor, "n 2"]
    ) -> Float[Tensor, "n 4"]:
        weights, levels = self.scorer(ap, lateral, present)[:2]
        scores = torch.tensor(LEVELS, dtype=levels.dtype, device=levels.device)
        return torch.einsum("nk,nkcl,l->nc", weights, levels, scores)


@dataclass(frozen=True, eq=False)
class NetworkReader:
    """Run a scorer, as `Learned.scorer` makes it, on films prepared as it learned them."""

    scorer: nn.Module
    preprocessing: Preprocessing
    at_once: int = 16

    def expected(
        self,
        ap: Float32[np.ndarray, "n 1 h w"],
        lateral: Float32[np.ndarray, "n 1 h w"],
        present: Bool[np.ndarray, "n 2"],
    ) -> Float[np.ndarray, "n 4"]:
        """Return the expected mRUST level of each cortex."""
        with torch.inference_mode():
            return np.asarray(ExpectedLevels(self.scorer).eval()(*_tensors(ap, lateral, present)).double().numpy())

    def evidence(self, pair: PreparedPair) -> Maps:
        """Return the network's own maps. Raises UsageError for one that has none."""
        with torch.inference_mode():
            outputs = self.scorer.eval()(*_tensors(*pair.inputs(), pair.present))
        if len(outputs) != len((*OUTPUTS, EVIDENCE)):
            raise UsageError(
                "the network must have evidence of its own to show it, and this one has none; ask for Grad-CAM"
            )
        found = outputs[-1][0].numpy()
        return {cortex: pair.mapped(cortex, found[CORTICES.index(cortex)]) for cortex, _ in pair.shown()}


def _tensors(
    ap: Float32[np.ndarray, "n 1 h w"], lateral: Float32[np.ndarray, "n 1 h w"], present: Bool[np.ndarray, "n 2"]
) -> tuple[Tensor, Tensor, Tensor]:
    first, second, given = (
        torch.from_numpy(np.ascontiguousarray(one)) for one in (ap, lateral, present.astype(np.float32))
    )
    return first, second, given
