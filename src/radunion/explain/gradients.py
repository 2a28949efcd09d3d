"""Grad-CAM and integrated gradients of the expected level of each cortex, through captum.

Both are taken without their sign: what lowers a level, a fracture line, is as much a reason as callus, which raises it.
Grad-CAM's own rectifier would show one of the two.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from radunion.evaluation.heatmaps.curves import blurred
from radunion.explain.extra import attribution
from radunion.explain.layers import at_likeliest_place, last_maps
from radunion.explain.network import ExpectedLevels, NetworkReader
from radunion.explain.subject import Maps, PreparedPair
from radunion.scale import CORTICES, Cortex
from radunion.scoring.evidence import EvidenceMap

_STEPS, _AT_ONCE = 20, 4
"""Steps on the way, and how many at once: what a deep network keeps for its gradients takes gigabytes."""
_SMOOTH = 1 / 160
"""Width of a Gaussian as a share of the film's height, so that the peak is a place and not a pixel."""


def grad_cam(reader: NetworkReader, pair: PreparedPair) -> Maps:
    """Weigh the last feature maps by the mean gradient of each channel (Selvaraju et al. 2017).

    A network that finds the fracture first is shown where its glimpse lies. Raises UsageError where the last feature
    maps are not known.
    """
    scorer = at_likeliest_place(reader.scorer)
    last = last_maps(scorer)
    method = attribution().LayerGradCam(ExpectedLevels(scorer).eval(), last.layer)
    films, present = _tensors(pair)
    found: dict[Cortex, EvidenceMap] = {}
    for cortex, side in pair.shown():
        maps: Tensor = method.attribute(films, target=CORTICES.index(cortex), additional_forward_args=(present,))
        values = last.placed(maps[side].detach().abs(), films[side].detach())
        found[cortex] = pair.mapped(cortex, values.numpy())
    return found


def integrated_gradients(reader: NetworkReader, pair: PreparedPair) -> Maps:
    """Add up gradients on the way from the blurred films to the films (Sundararajan, Taly and Yan 2017)."""
    method = attribution().IntegratedGradients(ExpectedLevels(reader.scorer).eval())
    films, present = _tensors(pair)
    start = tuple(torch.from_numpy(blurred(film[0, 0].detach().numpy()))[None, None] for film in films)
    found: dict[Cortex, EvidenceMap] = {}
    for cortex, side in pair.shown():
        parts: tuple[Tensor, Tensor] = method.attribute(
            films, baselines=start, target=CORTICES.index(cortex), additional_forward_args=(present,), n_steps=_STEPS,
            internal_batch_size=_AT_ONCE,
        )  # fmt: skip
        found[cortex] = pair.mapped(cortex, _smooth(parts[side][0, 0].detach().abs().numpy()))
    return found


def _tensors(pair: PreparedPair) -> tuple[tuple[Tensor, Tensor], Float[Tensor, "1 2"]]:
    ap, lateral = (torch.from_numpy(np.ascontiguousarray(film)).requires_grad_() for film in pair.inputs())
    return (ap, lateral), torch.from_numpy(pair.present.astype(np.float32))


def _smooth(values: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(values, _SMOOTH * values.shape[0], mode="nearest"))
