"""Heat-maps of what the first fold learned, measured on marked examinations that it held out."""

from collections.abc import Callable

import numpy as np
from torch import nn

from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.explain.classical import ClassicalReader
from radunion.explain.marked import marked_among
from radunion.explain.measure import HeatmapSettings, measure_heatmaps
from radunion.explain.network import NetworkReader
from radunion.explain.shuffled import shuffled_network
from radunion.explain.ways import Way, subject_of
from radunion.phantom.simulated import is_simulated
from radunion.radiograph import Preprocessing
from radunion.scoring.card import Heatmap
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.splits import MAPPED_FOLD, Split
from radunion.training.classical import ForestModel, HaarModel
from radunion.training.learner import Tell

MODEL = "model"
"""What a model is called until it is known what it runs as."""
_REMOVALS = 8
_OCCLUDED, _OCCLUDED_REMOVALS = 4, 1
"""As many at most where each map takes hundreds of looks of seconds."""
_STAGE = "Measuring heat-maps"

Subjects = Callable[[Way], tuple[NetworkReader | ClassicalReader, NetworkReader | None]]
"""A model, and the same one with random weights where it has weights."""


def maps_of_network(
    scorer: Callable[[], nn.Module],
    how: Preprocessing,
    heatmap: Heatmap,
    data: StudyData,
    split: Split,
    *,
    most: int,
    seed: int,
    tell: Tell,
) -> tuple[HeatmapQuality, ...]:
    """Measure a network's own evidence where it has any, else Grad-CAM and integrated gradients.

    On at most `most` marked examinations of the fold's held-out side, drawn by `seed`; empty for another fold than
    the first and where nothing is marked.
    """
    ways: tuple[Way, ...] = ("evidence",) if heatmap == "evidence" else ("grad-cam", "integrated-gradients")

    def subjects(way: Way) -> tuple[NetworkReader, NetworkReader]:
        network = scorer().eval()
        return NetworkReader(network, how), NetworkReader(shuffled_network(network, seed=seed), how)

    return _measured(subjects, ways, data, split, most=most, seed=seed, tell=tell)


def maps_of_classical(
    model: ForestModel | HaarModel, data: StudyData, split: Split, *, most: int, seed: int, tell: Tell
) -> tuple[HeatmapQuality, ...]:
    """Measure what occlusion shows of a classical system, as `maps_of_network` does, on four examinations at most."""
    reader = ClassicalReader(model)
    return _measured(
        lambda way: (reader, None), ("occlusion",), data, split,
        most=min(most, _OCCLUDED), removals=_OCCLUDED_REMOVALS, seed=seed, tell=tell,
    )  # fmt: skip


def _measured(
    subjects: Subjects, ways: tuple[Way, ...], data: StudyData, split: Split,
    *, most: int, removals: int = _REMOVALS, seed: int, tell: Tell,
) -> tuple[HeatmapQuality, ...]:  # fmt: skip
    if split.fold != MAPPED_FOLD or not most:
        return ()
    held = [data.cohort.examinations[row] for row in split.test]
    known = marked_among(held)
    drawn = [known[row] for row in np.sort(np.random.default_rng(seed).permutation(len(known))[:most])]
    found = []
    for way in ways if drawn else ():
        reader, random = subjects(way)
        found.append(
            measure_heatmaps(
                subject_of(reader, way=way, name=MODEL),
                drawn,
                settings=HeatmapSettings(removals=removals, seed=seed),
                simulated=is_simulated(data.cohort),
                random=None if random is None else subject_of(random, way=way, name="random weights"),
                progress=lambda done, total: tell(_STAGE, done, total, ""),
            )
        )
    return tuple(found)
