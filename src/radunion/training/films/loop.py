"""The training loop of networks of single films: a fixed number of epochs, one optimiser, every epoch recorded."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, Int64
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from radunion.errors import TrainingError
from radunion.evaluation.discrimination import macro_auroc
from radunion.training.checkpoint import load_checkpoint, save_checkpoint
from radunion.training.films.data import FilmInputs
from radunion.training.films.optimiser import optimiser_of
from radunion.training.films.settings import FilmSettings
from radunion.training.films.targets import FilmTargets
from radunion.training.loop import Epoch
from radunion.training.precision import autocast

_EVALUATION_BATCH = 64


@dataclass(frozen=True)
class FilmRun:
    """What one training needs: films to learn from, films to watch (they decide nothing), and where its state is kept.

    `name` stands for everything that decides the result, so that another run's checkpoint is never resumed.
    """

    inputs: FilmInputs
    targets: FilmTargets
    learned: Int64[np.ndarray, " a"]
    watched: Int64[np.ndarray, " b"]
    settings: FilmSettings
    name: str
    checkpoint: Path | None = None
    progress: Callable[[Epoch], None] | None = None


def train_films(module: nn.Module, run: FilmRun) -> tuple[Epoch, ...]:
    """Train for all epochs and return each one's loss and 18-output AUROC; the last epoch's weights stay.

    Figures of the training films are those of its batches while it learned, as Keras prints them. Raises TrainingError
    when there is no film to learn from, the loss diverges or the checkpoint is damaged.
    """
    settings = run.settings
    if not len(run.learned):
        raise TrainingError("training needs at least one film to learn from, found none; give a larger cohort")
    optimiser = optimiser_of(module.parameters(), settings)
    history = _resumed(module, optimiser, run)
    while len(history) < settings.epochs:
        epoch = {"epoch": len(history) + 1.0, **_learn(module, optimiser, run, len(history))}
        epoch |= {f"validation_{name}": value for name, value in _watch(module, run).items()}
        _must_be_finite(epoch)
        history.append(epoch)
        _keep(module, optimiser, run, history)
        if run.progress is not None:
            run.progress(epoch)
    module.eval()
    return tuple(history)


def predict_films(
    module: nn.Module, inputs: FilmInputs, films: Int64[np.ndarray, " n"], settings: FilmSettings
) -> Float32[np.ndarray, "n t"]:
    """Return the sigmoids of films, each as it is."""
    module.eval()
    parts = []
    with torch.inference_mode(), _autocast(settings):
        for start in range(0, len(films), _EVALUATION_BATCH):
            rows = torch.from_numpy(films[start : start + _EVALUATION_BATCH])
            parts.append(module(inputs.draw(rows, None)).float().sigmoid())
    return np.asarray(torch.cat(parts).numpy())


def _autocast(settings: FilmSettings) -> torch.autocast:
    """Return the context of a whole network; a head on frozen features is small and stays exact."""
    return autocast("auto" if settings.trains == "all" else "float32")


def _learn(module: nn.Module, optimiser: torch.optim.Optimizer, run: FilmRun, number: int) -> dict[str, float]:
    seed = run.settings.seed * 100_003 + number
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    rows = torch.from_numpy(run.inputs.rows_of(run.learned))
    module.train()
    total, seen = 0.0, []
    for part in rows[torch.randperm(len(rows), generator=random)].split(run.settings.batch):
        films = part // run.inputs.sights
        with _autocast(run.settings):
            logits = module(run.inputs.draw(part, random))
        loss = _loss(logits.float(), run.targets, films.numpy())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += float(loss.detach()) * len(part)
        seen.append((films.numpy(), logits.detach().float().sigmoid().numpy()))
    told = {"train_loss": total / len(rows)}
    films_seen = np.concatenate([films for films, _ in seen])
    return told | _auroc(run, films_seen, np.concatenate([chance for _, chance in seen]), "train_auroc18")


def _watch(module: nn.Module, run: FilmRun) -> dict[str, float]:
    if not len(run.watched):
        return {}
    chance = predict_films(module, run.inputs, run.watched, run.settings)
    logits = torch.from_numpy(chance).clamp(1e-7, 1 - 1e-7).logit()
    told = {"loss": float(_loss(logits, run.targets, run.watched))}
    return told | _auroc(run, run.watched, chance, "auroc18")


def _auroc(run: FilmRun, films: np.ndarray, chance: np.ndarray, name: str) -> dict[str, float]:
    if run.settings.outputs != "seed18":
        return {}
    found = float(macro_auroc(chance, run.targets.values[films] > 0.5, np.ones((1, len(films))))[0])
    return {name: found} if np.isfinite(found) else {}


def _loss(logits: Tensor, targets: FilmTargets, films: Int64[np.ndarray, " n"]) -> Tensor:
    """Return binary cross-entropy, the mean over films and the columns that count."""
    wanted, known = torch.from_numpy(targets.values[films]), torch.from_numpy(targets.known[films])
    each = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (each * known).sum() / known.sum().clamp_min(1)


def _must_be_finite(epoch: Epoch) -> None:
    if not np.isfinite(epoch["train_loss"]):
        raise TrainingError(
            f"training diverged in epoch {epoch['epoch']:.0f}: its loss is not finite; lower the learning rate"
        )


def _keep(module: nn.Module, optimiser: torch.optim.Optimizer, run: FilmRun, history: list[Epoch]) -> None:
    content = {"module": module.state_dict(), "optimiser": optimiser.state_dict(), "history": history}
    save_checkpoint(run.checkpoint, run.name, content)


def _resumed(module: nn.Module, optimiser: torch.optim.Optimizer, run: FilmRun) -> list[Epoch]:
    content = load_checkpoint(run.checkpoint, run.name)
    if content is None:
        return []
    module.load_state_dict(content["module"])
    optimiser.load_state_dict(content["optimiser"])
    history: list[Epoch] = content["history"]
    return history
