"""Six films of noise and the settings of small networks of them, for the tests of networks of single films."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from radunion.cohort import Cohort, read_cohort
from radunion.joint import JointLevels
from radunion.radiograph import Preprocessing
from radunion.training.films.settings import FilmSettings

SIZE = 64
SQUASHED = Preprocessing(height=SIZE, width=SIZE, shape="squash", intensity="full")
LENET = FilmSettings(
    network="lenet", weights="none", tap=None, pooling="max", trains="all", head="none", outputs="seed18", size=SIZE,
    augmentation="flips", dropout=0.0, batch=4, epochs=3, learning_rate=1e-3, epsilon=1e-7,
)  # fmt: skip
HEAD = replace(LENET, network="test_resnet", trains="head", head="thesis", dropout=0.5)
TABLE = """patient,visit,view,image,medial,lateral,anterior,posterior,scale
a,v,ap,a-ap.png,1,2,3,4,mrust
a,v,lateral,a-lat.png,,,,,mrust
b,v,ap,b-ap.png,3,,U,1,rust
b,v,lateral,b-lat.png,,,,,rust
c,v,ap,c-ap.png,4,4,,,mrust
d,v,lateral,d-lat.png,1,,2,,mrust
"""


def a_cohort(folder: Path) -> Cohort:
    """Write six films of noise of four patients, on two scales, with gaps."""
    random = np.random.default_rng(0)
    for line in TABLE.splitlines()[1:]:
        pixels = random.integers(0, 256, size=(90, 70), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / line.split(",")[3])
    (folder / "cohort.csv").write_text(TABLE)
    return read_cohort(folder / "cohort.csv")


def noise(films: int = 10, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, size=(films, SIZE, SIZE), dtype=np.uint8)


def equal(joint: JointLevels, found: tuple[torch.Tensor, ...], tolerance: float) -> None:
    for wanted, ours in zip((joint.weights, joint.levels, joint.scorable), found, strict=False):
        np.testing.assert_allclose(ours.numpy(), wanted, atol=tolerance)
