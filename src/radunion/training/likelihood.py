"""The set-valued ordinal likelihood: one loss for mRUST, RUST, unscored and unscorable cortices.

A label is the set of mRUST levels that it allows, so its likelihood is the sum of their probabilities. The four
cortices of an examination share a factor: a mixture of k components which shift all four alike. The loss of one
examination is

    -log sum_k w_k prod_c sum_{level in set_c} P(level | location_c + shift_k)

An unscored cortex allows all levels and adds log 1 = 0; no mask and no invented zero is needed.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

_TINY = 1e-9


def ordinal_probabilities(
    location: Float[Tensor, "n k 4"], thresholds: Float[Tensor, "4 3"]
) -> Float[Tensor, "n k 4 4"]:
    """Return P(level) under the cumulative logit model: P(level <= j) = sigmoid(threshold_j - location)."""
    below = torch.sigmoid(thresholds - location[..., None])
    padded = F.pad(F.pad(below, (1, 0), value=0.0), (0, 1), value=1.0)
    return padded[..., 1:] - padded[..., :-1]


def set_likelihood(
    weights: Float[Tensor, "n k"], levels: Float[Tensor, "n k 4 4"], allowed: Bool[Tensor, "n 4 4"]
) -> Float[Tensor, " n"]:
    """Return -log of the probability that every cortex falls in its set of allowed levels."""
    mass = (levels * allowed[:, None]).sum(dim=-1).clamp_min(_TINY)
    joint = weights.clamp_min(_TINY).log() + mass.log().sum(dim=-1)
    return -torch.logsumexp(joint, dim=-1)


def scorability_loss(logits: Float[Tensor, "n 4"], target: Float[Tensor, "n 4"]) -> Float[Tensor, " n"]:
    """Return binary cross-entropy summed over cortices; NaN targets (nothing recorded) take no part."""
    known = ~torch.isnan(target)
    loss = F.binary_cross_entropy_with_logits(logits, torch.nan_to_num(target), reduction="none")
    return (loss * known).sum(dim=-1)
