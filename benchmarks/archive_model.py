"""The model that the archive is scored with, and the same network as torch keeps it; how well it scores costs no time.

It is trained once, briefly, and kept.
"""

import subprocess
from pathlib import Path

from benchmarks.search import KEPT, RADUNION, simulated

PATIENTS, SEED, EPOCHS = 200, 77_042, 2


def archive_model() -> Path:
    """Return the bundle."""
    model = KEPT / "archive-model"
    if not model.exists():
        table, epochs = simulated(PATIENTS, SEED), str(EPOCHS)
        subprocess.run([RADUNION, "train", str(table), "--epochs", epochs, "--out", str(model)], check=True)
    return model


def save_program(path: Path, *, height: int, width: int) -> None:
    """Write the network of `pair` with random weights, for torch to run operation by operation."""
    import torch

    from radunion.training.cortex_finder import CortexFinder
    from radunion.training.encoder import GlimpseEncoder
    from radunion.training.finder import Finder
    from radunion.training.look import CompactLook, Scorer
    from radunion.training.network import HeadShape, PairHead

    encoder = GlimpseEncoder(CortexFinder())
    scorer = Scorer(CompactLook(Finder(width), encoder), PairHead(HeadShape(encoder.width))).eval()
    films = torch.rand(2, 3, 1, height, width)
    inputs = (films[0], films[1], torch.ones(3, 2))
    free = torch.export.Dim("examinations", min=1, max=4096)
    with torch.no_grad():
        torch.export.save(torch.export.export(scorer, inputs, dynamic_shapes=[{0: free}] * 3), path)
