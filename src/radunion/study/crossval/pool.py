"""Pool the folds of a protocol: what each examination was told by the fold that did not learn from it."""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from jaxtyping import Float32, Int64

from radunion.joint import JointLevels, concatenate
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.result import FoldResult
from radunion.study.crossval.run import Ran
from radunion.study.crossval.splits import Split
from radunion.study.protocols import FilmProtocol, Protocol
from radunion.training.classical.said import FilmSaid
from radunion.training.examples import ABSENT
from radunion.training.films.said import joint_of


def out_of_fold(ran: Ran, data: StudyData, splits: Sequence[Split]) -> JointLevels:
    """Return one distribution an examination, each film's or pair's from the fold that held it out."""
    said = [one.said for one in ran.folds if one.said is not None]
    if said:
        return _of_films(ran.planned.protocol, _gathered(said, splits), data)
    joints = [one.joint for one in ran.folds if one.joint is not None]
    order = np.concatenate([split.test for split in splits])
    pooled = concatenate([joint[split.test] for joint, split in zip(joints, splits, strict=True)])
    first = np.unique(order, return_index=True)[1]  # by image an examination may stand in two folds
    return pooled[first]


def of_fold(fold: FoldResult, protocol: Protocol, data: StudyData) -> JointLevels:
    """Return what one fold's model says of every examination, those that it learned from too."""
    if fold.joint is not None:
        return fold.joint
    if fold.said is None:
        raise ValueError("a fold's result holds what was said of examinations or of films; this one holds neither")
    return _of_films(protocol, fold.said, data)


def seed18_out_of_fold(ran: Ran, data: StudyData, splits: Sequence[Split]) -> Float32[np.ndarray, "m 18"] | None:
    """Return the seed study's 18 outputs of each film from the fold that held it out; None without such outputs."""
    if any(one.sigmoids is None for one in ran.folds):
        return None
    pooled = np.empty((data.films, 18), dtype=np.float32)
    for fold, split in zip(ran.folds, splits, strict=True):
        if fold.sigmoids is not None:
            pooled[split.test_films] = fold.sigmoids[split.test_films]
    return pooled


def fold_of_examination(data: StudyData, splits: Sequence[Split]) -> Int64[np.ndarray, " n"]:
    """Return which fold held out each examination; by image one code for each pair of its films' folds."""
    fold = np.zeros(data.films + 1, dtype=np.int64)  # the last row stands for an absent film: ABSENT is -1
    for split in splits:
        fold[split.test_films] = split.fold
    folds = fold[data.pairs]
    whole = np.where(data.pairs[:, 0] == ABSENT, folds[:, 1], folds[:, 0])
    torn = (data.pairs != ABSENT).all(axis=1) & (folds[:, 0] != folds[:, 1])
    return np.where(torn, folds @ np.array([len(splits) + 1, 1]) + len(splits), whole)


def _of_films(protocol: Protocol, said: FilmSaid, data: StudyData) -> JointLevels:
    averaged = isinstance(protocol, FilmProtocol) and protocol.outputs == "examination"
    return joint_of(said, data.pairs, averaged=averaged)


def _gathered(said: Sequence[FilmSaid], splits: Sequence[Split]) -> FilmSaid:
    """Take each film from its own fold."""
    gathered = replace(said[0], **{field.name: getattr(said[0], field.name).copy() for field in fields(said[0])})
    for one, split in zip(said, splits, strict=True):
        for field in fields(one):
            getattr(gathered, field.name)[split.test_films] = getattr(one, field.name)[split.test_films]
    return gathered
