"""Measure the heat-maps of bundles on the films of an evaluation, where these are marked."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from radunion.cohort import Examination
from radunion.errors import MissingExtraError, UsageError
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.explain.bundle import BundleReader, evidence_of
from radunion.explain.marked import MarkedExamination, marked_among
from radunion.explain.measure import HeatmapSettings, measure_heatmaps
from radunion.explain.shuffled_graph import shuffled_bundle
from radunion.explain.subject import Subject
from radunion.scoring import Bundle
from radunion.study.predict import Progress

_RANDOM = "random weights"


def heatmaps_of(
    bundles: Mapping[str, Bundle],
    examinations: Sequence[Examination],
    *,
    seed: int,
    replicates: int,
    simulated: bool,
    removals: int = 24,
    occluded: int = 0,
    progress: Progress | None = None,
) -> tuple[HeatmapQuality, ...]:
    """Measure the maps of each bundle: its own evidence on all marked films; of one without, nothing.

    Unless `occluded` is above 0: then a bundle without evidence is occluded on so many examinations, drawn by `seed`,
    which takes seconds a film. Deletion and insertion are followed on `removals` examinations. Without onnx no random
    weights stand beside, and the result says so. Empty where no film is marked. Raises MissingExtraError for occlusion
    without captum, UsageError when `occluded` is below 0.
    """
    if occluded < 0:
        raise UsageError(f"examinations to occlude are 0 or more, found {occluded}")
    known = marked_among(examinations)
    told = {name: bundle for name, bundle in bundles.items() if bundle.card.heatmap == "evidence" or occluded}
    if not known:
        return ()
    return tuple(
        measure_heatmaps(
            subject,
            shown,
            settings=HeatmapSettings(removals=removals, seed=seed, replicates=replicates),
            simulated=simulated,
            random=random,
            key="heatmaps" if len(told) == 1 else f"heatmaps-{number}",
            progress=progress,
        )
        for number, (subject, random, shown) in enumerate(_subjects(told, known, seed, occluded), start=1)
    )


def _subjects(
    bundles: Mapping[str, Bundle], known: Sequence[MarkedExamination], seed: int, occluded: int
) -> Iterator[tuple[Subject, Subject | None, Sequence[MarkedExamination]]]:
    drawn = np.sort(np.random.default_rng(seed).permutation(len(known))[:occluded])
    for name, bundle in bundles.items():
        own = bundle.card.heatmap == "evidence"
        make = evidence_of if own else _occlusion_of
        shuffled = _shuffled(bundle, seed)
        random = None if shuffled is None else make(shuffled, name=_RANDOM)
        yield make(bundle, name=name), random, known if own else [known[row] for row in drawn]


def _occlusion_of(bundle: Bundle, *, name: str) -> Subject:
    from radunion.explain.ways import subject_of

    return subject_of(BundleReader(bundle), way="occlusion", name=name)


def _shuffled(bundle: Bundle, seed: int) -> Bundle | None:
    try:
        return shuffled_bundle(bundle, seed=seed)
    except MissingExtraError:
        return None
