"""Train many heads on the same cached features: what `train_films` does, several times as fast.

Each head gets the random numbers that `train_films` would give it, so neither the other heads nor how they are grouped
change it beyond rounding. All heads of a wave finish an epoch before the next begins: whoever prunes can compare them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from radunion.training.films.many_checks import must_fit
from radunion.training.films.many_draws import NoiseTapes
from radunion.training.films.many_memory import LIMIT, Groups, layout_of, memory_of, rows_at_once, waves_of
from radunion.training.films.many_stack import UNITS, HeadPrecision, HeadStack
from radunion.training.films.many_team import FilmRows, HeadJob, Team
from radunion.training.films.network import head_of
from radunion.training.films.targets import FilmTargets
from radunion.training.loop import Epoch

__all__ = ["LIMIT", "HeadJob", "HeadPrecision", "How", "TrainedHead", "Watch", "memory_of", "train_heads"]

How = Literal["auto", "loop", "batched"]
"""`loop`: each head alone, on as many threads as torch has; `batched`: heads of one shape as one computation. `auto` is
the loop on a processor, where batched products were measured slower, and batched on an accelerator."""
Watch = Literal["every epoch", "last epoch"]
"""When watched films are judged, and the AUROC of training films is found; the loss is always."""
Ending = Callable[[Mapping[int, Epoch]], Collection[int]]
"""From the epoch that jobs have just learned, by their places, to those that end with it."""
Learnt = tuple[Team, list[Epoch]]
Spread = Callable[[Callable[[Team], Learnt], Iterable[Team]], Iterable[Learnt]]


@dataclass(frozen=True)
class TrainedHead:
    """What one head came to.

    `sigmoids` are of the watched films after the last epoch that it learned. `stopped`: `ending` ended it early.
    `diverged`: a figure or a sigmoid was not finite; the history ends before that epoch and the sigmoids are zeros.
    """

    history: tuple[Epoch, ...]
    sigmoids: Float32[np.ndarray, "b t"]
    stopped: bool
    diverged: bool = False


def train_heads(
    features: Float32[np.ndarray, "m sights c"],
    targets: FilmTargets,
    jobs: Sequence[HeadJob],
    *,
    precision: HeadPrecision,
    device: str = "cpu",
    how: How = "auto",
    watch: Watch = "every epoch",
    ending: Ending | None = None,
    limit: int = LIMIT,
) -> list[TrainedHead]:
    """Train the jobs' heads and return them in order.

    `ending` is told the epochs of all jobs that have just learned one, by their place in `jobs`, the last ones too, and
    returns those that shall learn no more. Jobs that together need more than `limit` bytes, as `memory_of` finds, are
    trained one wave after another. A job that diverges says so in its result and leaves the others alone. Raises
    UsageError for jobs that do not fit the features or the limit.
    """
    must_fit(jobs, features, targets)
    batched = how == "batched" or (how == "auto" and torch.device(device).type != "cpu")
    course = _Course(jobs, watch, ending)
    rows = film_rows(features, targets, precision=precision, device=device)
    for groups in waves_of(jobs, features, precision=precision, batched=batched, limit=limit):
        with _workers(len(groups), device) as spread:
            course.run(form_teams(jobs, groups, rows, precision=precision), spread, precision=precision, device=device)
    return [course.results[number] for number in range(len(jobs))]


def film_rows(
    features: Float32[np.ndarray, "m sights c"], targets: FilmTargets, *, precision: HeadPrecision, device: str
) -> FilmRows:
    """Bring features and targets to where and how they are computed with."""
    values = torch.from_numpy(features).flatten(0, 1).to(device=device, dtype=UNITS[precision])
    wanted, known = (
        torch.from_numpy(one).to(device=device, dtype=torch.float32) for one in (targets.values, targets.known)
    )
    return FilmRows(values, features.shape[1], wanted, known, targets)


def form_teams(jobs: Sequence[HeadJob], groups: Groups, rows: FilmRows, *, precision: HeadPrecision) -> list[Team]:
    """Build the heads of each group as `train_films` is given them: from the settings' seed."""
    starts: dict[tuple[object, ...], Tensor] = {}
    return [_team([jobs[one] for one in group], group, rows, precision, starts) for group in groups]


def _team(
    jobs: list[HeadJob],
    group: list[int],
    rows: FilmRows,
    precision: HeadPrecision,
    starts: dict[tuple[object, ...], Tensor],
) -> Team:
    channels = rows.features.shape[1]
    layout = layout_of(jobs[0].settings, channels)
    begins = []
    for job in jobs:
        key = (job.settings.seed, job.settings.head, job.settings.outputs)
        if key not in starts:
            starts[key] = layout.flatten(head_of(job.settings, channels))
        begins.append(starts[key])
    settings = [job.settings for job in jobs]
    most = rows_at_once(jobs, rows.sights)
    start = torch.stack(begins).to(rows.features.device)
    return Team(jobs, group, HeadStack(start, layout, settings, precision=precision, rows=most), rows)


class _Course:
    """The way of all jobs: the epochs that each has done, and what came of it."""

    def __init__(self, jobs: Sequence[HeadJob], watch: Watch, ending: Ending | None) -> None:
        self.jobs = jobs
        self.watch = watch
        self.ending = ending
        self.histories: list[list[Epoch]] = [[] for _ in jobs]
        self.results: dict[int, TrainedHead] = {}

    def run(self, teams: list[Team], spread: Spread, *, precision: HeadPrecision, device: str) -> None:
        """Train teams to their end, all of them an epoch at a time."""
        number = 0
        while teams:
            tapes = NoiseTapes(number, dtype=UNITS[precision], device=device, quick=precision == "bfloat16")
            learnt = list(spread(partial(self._learn, number, tapes), teams))
            ended = self._ended(learnt)
            going = [team.without([one for one in team.numbers if one in ended]) for team in teams]
            teams = [team for team in going if team is not None]
            number += 1

    def _learn(self, number: int, tapes: NoiseTapes, team: Team) -> Learnt:
        last = team.jobs[0].settings.epochs == number + 1
        return team, team.epoch(number, tapes, judged=last or self.watch == "every epoch")

    def _ended(self, learnt: list[Learnt]) -> set[int]:
        """Write an epoch of all teams down and return the jobs that end with it."""
        at = {number: (team, place) for team, _ in learnt for place, number in enumerate(team.numbers)}
        told = {number: epoch for team, epochs in learnt for number, epoch in zip(team.numbers, epochs, strict=True)}
        finite = {number: epoch for number, epoch in told.items() if all(map(np.isfinite, epoch.values()))}
        for number in told.keys() - finite.keys():
            self._close(number, *at[number], stopped=False, diverged=True)
        for number, epoch in finite.items():
            self.histories[number].append(epoch)
        stopped = set(self.ending(finite)) if self.ending is not None and finite else set()
        for number in finite:
            done = len(self.histories[number]) == self.jobs[number].settings.epochs
            if done or number in stopped:
                self._close(number, *at[number], stopped=not done, diverged=False)
        return {number for number in told if number in self.results}

    def _close(self, number: int, team: Team, place: int, *, stopped: bool, diverged: bool) -> None:
        said = team.said[place]
        lost = diverged or not np.isfinite(said).all()
        sigmoids = np.zeros_like(said) if lost else said.copy()
        self.results[number] = TrainedHead(tuple(self.histories[number]), sigmoids, stopped, lost)


@contextmanager
def _workers(teams: int, device: str) -> Iterator[Spread]:
    """Give a map over teams: a team a thread, each thread with one core, where torch has several and computes here.

    Two heads side by side need no barrier after every product, as one head on two cores does.
    """
    threads = min(torch.get_num_threads(), teams)
    if threads == 1 or torch.device(device).type != "cpu":
        yield map
        return
    before = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            yield pool.map
    finally:
        torch.set_num_threads(before)
