"""How the gate is made: films changed within bounds, a network that learns, the same again, and a graph alike."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from radunion.phantom.made import KINDS
from radunion.scoring.leg_gate.gate import INPUT, OUTPUT
from radunion.scoring.leg_gate.thumbnail import SIDE
from radunion.training.leg_gate.__main__ import write_gate
from radunion.training.leg_gate.augment import augmented
from radunion.training.leg_gate.films import GateFilms, made_thumbnails
from radunion.training.leg_gate.learn import SHARES, GateTraining, learn_gate


def quiet(stage: str, done: int, total: int) -> None:
    """Tell nothing."""


def stripes(count: int, *, down: bool) -> np.ndarray:
    """Return thumbnails with bright lines down or across."""
    random, films = np.random.default_rng(0), np.zeros((count, SIDE, SIDE), dtype=np.uint8)
    for film in films:
        film[:, random.integers(0, SIDE, 8)] = 255
    return films if down else np.ascontiguousarray(films.transpose(0, 2, 1))


def test_changed_films_stay_films_and_differ() -> None:
    films = torch.rand(8, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    first, second = (augmented(films, torch.Generator().manual_seed(seed)) for seed in (1, 2))
    assert first.shape == films.shape
    assert float(first.min()) >= 0
    assert float(first.max()) <= 1
    assert not torch.equal(first, second)
    assert torch.equal(first, augmented(films, torch.Generator().manual_seed(1)))


def test_made_thumbnails_are_of_every_kind_and_the_same_again() -> None:
    few = GateFilms(made=dict.fromkeys(KINDS, 2), workers=1)
    found, again = (made_thumbnails(few, tell=quiet) for _ in range(2))
    assert tuple(found) == KINDS
    assert all(one.shape == (2, SIDE, SIDE) for one in found.values())
    assert all(np.array_equal(found[kind], again[kind]) for kind in KINDS)


@pytest.mark.slow
def test_it_learns_what_is_to_be_refused_and_its_graph_says_the_same(tmp_path: Path) -> None:
    grey = np.full((6, SIDE, SIDE), 90, dtype=np.uint8)
    films = {kind: stripes(6, down=True) if kind in ("leg", "simulated") else grey for kind in SHARES}
    settings = GateTraining(steps=60, batch=16)
    gate = learn_gate(films, settings, tell=quiet)
    shown = torch.from_numpy(np.concatenate([stripes(4, down=True), grey[:4]]))[:, None].float() / 255
    with torch.inference_mode():
        said = gate(shown)
    assert float(said[:4].mean()) < float(said[4:].mean())
    again = learn_gate(films, settings, tell=quiet)
    assert all(torch.equal(one, other) for one, other in zip(gate.parameters(), again.parameters(), strict=True))
    write_gate(gate, tmp_path / "gate.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "gate.onnx"), providers=["CPUExecutionProvider"])
    (found,) = session.run([OUTPUT], {INPUT: shown.numpy()})
    assert np.allclose(found, said.numpy(), atol=1e-3)
