"""The seed study's own way of measuring, on this study's folds: 18 outputs a film, fold by fold."""

from collections.abc import Mapping, Sequence

import numpy as np

from radunion.evaluation.compare import SeedWay
from radunion.evaluation.seed_blind import outputs_of, seed_films, view_only_outputs, views_untrained
from radunion.joint import JointLevels
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.pool import seed18_out_of_fold
from radunion.study.crossval.run import Ran
from radunion.study.crossval.splits import Split

_VIEW_ONLY = "blind-view"


def seed_way_of(
    data: StudyData, splits: Sequence[Split], ran: Sequence[Ran], joints: Mapping[str, JointLevels]
) -> SeedWay:
    """Return every protocol's outputs in the seed's columns: its own sigmoids where it has them.

    `blind-view` is the seed's own blind there: how often training films of the view have each column set.
    """
    films = seed_films(data.cohort.examinations)
    film = data.pairs[films.examination, films.targets[:, 1].astype(np.int64)]
    folds = np.zeros(len(films), dtype=np.int64)
    view_only = np.zeros(films.targets.shape)
    untrained: dict[str, int] = {}
    for split in splits:
        train, test = (np.flatnonzero(np.isin(film, side)) for side in (split.train_films, split.test_films))
        folds[test] = split.fold
        view_only[test] = view_only_outputs(films.rows(train), films.rows(test))
        for view in views_untrained(films.rows(train), films.rows(test)):
            untrained[view] = split.fold
    outputs = {_VIEW_ONLY: view_only}
    for one in ran:
        name = one.planned.name
        if name != _VIEW_ONLY:
            own = seed18_out_of_fold(one, data, splits)
            found = outputs_of(films, data.reference, joints[name]) if own is None else own[film].astype(np.float64)
            outputs[name] = found
    return SeedWay(films, folds, outputs, _note(untrained))


def _note(untrained: Mapping[str, int]) -> str:
    told = [f"fold {fold} learned from no {view} film" for view, fold in untrained.items()]
    if not told:
        return ""
    return f"{' and '.join(told)}: its view-only outputs there are the frequencies of all training films."
