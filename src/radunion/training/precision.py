"""The number format that networks learn in: bfloat16 where the processor has it, which is several times faster."""

import torch

from radunion.training.settings import Precision


def learning_precision(wanted: Precision = "auto") -> Precision:
    """Return what `auto` is on this machine: bfloat16 or float32."""
    if wanted != "auto":
        return wanted
    return "bfloat16" if torch.ops.mkldnn._is_mkldnn_bf16_supported() else "float32"


def autocast(wanted: Precision = "auto") -> torch.autocast:
    """Return the context of the precision asked for."""
    return torch.autocast("cpu", torch.bfloat16, enabled=learning_precision(wanted) == "bfloat16")
