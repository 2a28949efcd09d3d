"""A team of heads of one shape and batch: their epochs, as `train_films` has them, learned in step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32, Int64
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from radunion.training.films.many_area import macro_area
from radunion.training.films.many_draws import NoiseTape, NoiseTapes, drawn_rows
from radunion.training.films.many_stack import HeadStack
from radunion.training.films.settings import FilmSettings
from radunion.training.films.targets import FilmTargets
from radunion.training.loop import Epoch

WATCHED_AT_ONCE = 512
"""Rows that a forward pass of watched films takes at most, where the batch is not larger."""


@dataclass(frozen=True)
class HeadJob:
    """One head: how it learns, the films it learns from, and those it is judged on, which decide nothing."""

    settings: FilmSettings
    learned: Int64[np.ndarray, " a"]
    watched: Int64[np.ndarray, " b"]


@dataclass(frozen=True)
class FilmRows:
    """What all heads share, on the device: features, a row a sight, and the targets of films."""

    features: Float[Tensor, "r c"]
    sights: int
    wanted: Float[Tensor, "m t"]
    known: Float[Tensor, "m t"]
    targets: FilmTargets


class Team:
    """Heads whose steps have the same shape. Heads of fewer rows wait while the others take their last steps."""

    def __init__(self, jobs: Sequence[HeadJob], numbers: Sequence[int], stack: HeadStack, rows: FilmRows) -> None:
        self.jobs = list(jobs)
        self.numbers = list(numbers)
        self.stack = stack
        self.rows = rows
        self._said: list[Float32[np.ndarray, "_ t"]] | None = None

    @property
    def said(self) -> list[Float32[np.ndarray, "_ t"]]:
        """What each head says of its watched films, each as it is, after the epochs so far."""
        if self._said is None:
            self._said = self._sigmoids()
        return self._said

    def without(self, stopped: Sequence[int]) -> "Team | None":
        """Return the team without some jobs, by their numbers; nothing where none is left, itself where none goes."""
        kept = [place for place, number in enumerate(self.numbers) if number not in stopped]
        if len(kept) == len(self.jobs):
            return self
        if not kept:
            return None
        jobs, numbers = [self.jobs[one] for one in kept], [self.numbers[one] for one in kept]
        return Team(jobs, numbers, self.stack.only(kept), self.rows)

    def epoch(self, number: int, tapes: NoiseTapes, *, judged: bool) -> list[Epoch]:
        """Learn for one epoch, counted from zero, and return each head's figures: only its loss unless `judged`."""
        self._said = None
        told = [{"epoch": number + 1.0, **learned} for learned in self._learn(number, tapes, judged)]
        if judged:
            for epoch, job, chance in zip(told, self.jobs, self.said, strict=True):
                epoch |= {f"validation_{name}": value for name, value in self._watch(job, chance).items()}
        return told

    def _sigmoids(self) -> list[Float32[np.ndarray, "_ t"]]:
        watched = _side_by_side([torch.from_numpy(job.watched) * self.rows.sights for job in self.jobs])
        parts = [self._chance(part) for part in watched.split(self.stack.rows, dim=1) if part.shape[1]]
        if not parts:
            return [np.zeros((0, self.rows.wanted.shape[1]), dtype=np.float32) for _ in self.jobs]
        found = torch.cat(parts, dim=1).cpu().numpy()
        return [found[place, : len(job.watched)] for place, job in enumerate(self.jobs)]

    def _chance(self, rows: Int64[Tensor, "f n"]) -> Float32[Tensor, "f n t"]:
        self._gather(rows)
        return self.stack.forward(rows.shape[1]).float().sigmoid()

    def _gather(self, rows: Int64[Tensor, "f n"]) -> None:
        index = rows.flatten().to(self.rows.features.device)
        torch.index_select(self.rows.features, 0, index, out=self.stack.inputs(rows.shape[1]))

    def _learn(self, number: int, tapes: NoiseTapes, judged: bool) -> list[Epoch]:
        sights, batch = self.rows.sights, self.jobs[0].settings.batch
        orders = [drawn_rows(job.settings, job.learned, sights=sights, number=number) for job in self.jobs]
        counts, widths = [len(order) for order in orders], self.stack.layout.sizes[1:-1]
        noise = [tapes.of(job.settings, rows=few, widths=widths) for job, few in zip(self.jobs, counts, strict=True)]
        losses, seen = [], []
        for step, rows in enumerate(_side_by_side(orders).split(batch, dim=1)):
            here = [min(max(count - step * batch, 0), batch) for count in counts]
            loss, chance = self._step(
                rows, here, [_of_step(tape, step, few) for tape, few in zip(noise, here, strict=True)]
            )
            losses.append(loss)
            seen.append(chance)
        totals = torch.stack(losses).double().sum(dim=0).tolist()
        told = [{"train_loss": total / count} for total, count in zip(totals, counts, strict=True)]
        if judged:
            chances = torch.cat(seen, dim=1).cpu().numpy()
            for place, (epoch, order) in enumerate(zip(told, orders, strict=True)):
                epoch |= self._area(order.numpy() // sights, chances[place, : len(order)], "train_auroc18")
        return told

    def _step(
        self, rows: Int64[Tensor, "f n"], here: Sequence[int], noise: Sequence["_StepNoise | None"]
    ) -> tuple[Float32[Tensor, " f"], Float32[Tensor, "f n t"]]:
        """Take one step of every head that has rows `here`; return the sum of its losses, and sigmoids, before it.

        The loss is found head by head, in float32 and from as many numbers as `train_films` does: in a longer tensor
        some would round otherwise.
        """
        self._gather(rows)
        logits = self.stack.forward(rows.shape[1], [one.layers if one else None for one in noise])
        films = (rows // self.rows.sights).to(logits.device)
        delta, chance = torch.zeros_like(logits), torch.zeros(logits.shape, device=logits.device)
        losses = []
        for place, count in enumerate(here):
            own = films[place, :count]
            loss, chance[place, :count], delta[place, :count] = _judged(
                logits[place, :count].float(), self.rows.wanted[own], self.rows.known[own]
            )
            losses.append(loss * count)
        self.stack.backward(delta, [one.scale if one else 1.0 for one in noise])
        self.stack.move([place for place, count in enumerate(here) if count])
        return torch.stack(losses), chance

    def _watch(self, job: HeadJob, chance: Float32[np.ndarray, "b t"]) -> dict[str, float]:
        if not len(job.watched):
            return {}
        logits = torch.from_numpy(chance).clamp(1e-7, 1 - 1e-7).logit()
        wanted = torch.from_numpy(self.rows.targets.values[job.watched])
        known = torch.from_numpy(self.rows.targets.known[job.watched])
        each = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
        told = {"loss": float((each * known).sum() / known.sum().clamp_min(1))}
        return told | self._area(job.watched, chance, "auroc18")

    def _area(self, films: np.ndarray, chance: np.ndarray, name: str) -> dict[str, float]:
        if self.jobs[0].settings.outputs != "seed18":
            return {}
        found = macro_area(chance, self.rows.targets.values[films] > 0.5)
        return {name: found} if np.isfinite(found) else {}


def _side_by_side(rows: Sequence[Int64[Tensor, " _"]]) -> Int64[Tensor, "f longest"]:
    """Put rows of several heads under one another; a shorter one goes on with its last row, which must not count."""
    longest = max(len(one) for one in rows)
    filled = [one if len(one) else one.new_zeros(1) for one in rows]
    return torch.stack([torch.cat([one, one[-1:].expand(longest)])[:longest] for one in filled])


@dataclass(frozen=True)
class _StepNoise:
    """The dropout noise of a step of one head, layer by layer, and what it multiplies kept units by."""

    layers: list[Tensor]
    scale: float


def _of_step(tape: NoiseTape | None, step: int, rows: int) -> _StepNoise | None:
    return _StepNoise(tape.step(step), tape.scale) if tape is not None and rows else None


def _judged(
    logits: Float32[Tensor, "n t"], wanted: Float32[Tensor, "n t"], known: Float32[Tensor, "n t"]
) -> tuple[Float32[Tensor, ""], Float32[Tensor, "n t"], Float32[Tensor, "n t"]]:
    """Return the mean loss over what is known, the sigmoids, and the gradient of that loss."""
    count, chance = known.sum().clamp_min(1), logits.sigmoid()
    each = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (each * known).sum() / count, chance, (chance - wanted).mul_(known / count)
