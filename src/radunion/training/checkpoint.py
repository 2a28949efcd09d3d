"""The state of a training on disk: whole or not at all, and never taken for that of another run."""

import os
import pickle
from pathlib import Path
from typing import Any

import torch

from radunion.errors import TrainingError


def save_checkpoint(path: Path | None, name: str, content: dict[str, Any]) -> None:
    """Write the state of the run `name`; nothing where there is no path."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    torch.save({"run": name, **content}, fresh)
    fresh.replace(path)


def load_checkpoint(path: Path | None, name: str) -> dict[str, Any] | None:
    """Return the state of the run `name`; None where there is none, or it is another run's.

    Raises TrainingError when the file is damaged.
    """
    if path is None or not path.exists():
        return None
    try:
        content: dict[str, Any] = torch.load(path, weights_only=True)
        return content if content["run"] == name else None
    except (RuntimeError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
        raise TrainingError(
            f"{path}: this checkpoint is damaged and cannot be resumed ({type(error).__name__}); "
            "delete it and run again"
        ) from None
