"""Heads are given the random numbers that `train_films` would give them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.test_training_films_samples import HEAD
from torch.nn import functional as F  # noqa: N812

from radunion.training.films.data import feature_inputs
from radunion.training.films.many_draws import Noise, NoiseTape, NoiseTapes, drawn_rows, epoch_seed


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_exact_noise_is_that_of_torch_step_by_step(dtype: torch.dtype) -> None:
    tape = NoiseTape(Noise(0.3, dtype, "cpu", quick=False), 11, rows=25, batch=10, widths=(33, 7))
    torch.manual_seed(11)
    for step, rows in enumerate((10, 10, 5)):
        for width, noise in zip((33, 7), tape.step(step), strict=True):
            ones = torch.ones(rows, width, dtype=dtype)
            assert torch.equal(noise, F.dropout(ones, 0.3, training=True))


@pytest.mark.parametrize("dropout", [0.01, 0.2, 0.5])
def test_quick_noise_keeps_its_rate_and_a_mean_of_one(dropout: float) -> None:
    noise = Noise(dropout, torch.bfloat16, "cpu", quick=True)
    (values,) = NoiseTape(noise, 5, rows=2000, batch=2000, widths=(500,)).step(0)
    assert set(values.flatten().tolist()) == {0.0, noise.scale}
    assert float((values == 0).double().mean()) == pytest.approx(dropout, abs=0.004)
    assert float(values.double().mean()) == pytest.approx(1, abs=0.003)
    columns = values.double().mean(dim=0)
    assert float(columns.std()) == pytest.approx((dropout / (1 - dropout) / 2000) ** 0.5, rel=0.15)


@pytest.mark.parametrize("dropout", [1e-4, 1e-3, 3.8e-3, 4e-3])
def test_a_low_rate_of_quick_noise_leaves_the_units_there(dropout: float) -> None:
    noise = Noise(dropout, torch.bfloat16, "cpu", quick=True)
    (values,) = NoiseTape(noise, 5, rows=2000, batch=2000, widths=(500,)).step(0)
    assert float((values == 0).double().mean()) == pytest.approx(dropout, abs=0.004)
    assert float(values.double().mean()) == pytest.approx(1, abs=0.001)


def test_heads_that_draw_alike_share_a_tape_whichever_asks_first() -> None:
    tapes = NoiseTapes(2, dtype=torch.bfloat16, device="cpu", quick=True)
    first = tapes.of(HEAD, rows=9, widths=(5,))
    assert first is not None and first is tapes.of(replace(HEAD, learning_rate=1.0), rows=9, widths=(5,))
    assert first is not tapes.of(replace(HEAD, seed=4), rows=9, widths=(5,))
    assert first is not tapes.of(HEAD, rows=10, widths=(5,))
    assert tapes.of(replace(HEAD, dropout=0.0), rows=9, widths=(5,)) is None
    late = NoiseTapes(2, dtype=torch.bfloat16, device="cpu", quick=True).of(HEAD, rows=9, widths=(5,))
    assert late is not None
    last = late.step(2)[0]
    assert [len(first.step(step)[0]) for step in range(3)] == [4, 4, 1]
    assert torch.equal(first.step(2)[0], last)


@pytest.mark.parametrize(("augmentation", "sights"), [("none", 1), ("flips", 4), ("eightfold", 8)])
def test_rows_are_those_that_train_films_draws(augmentation: str, sights: int) -> None:
    settings = replace(HEAD, augmentation=augmentation, batch=4, seed=7)  # type: ignore[arg-type]
    features = np.arange(12 * sights, dtype=np.float32).reshape(12, sights, 1)
    learned = np.array([1, 4, 5, 9, 10])
    inputs = feature_inputs(features, each=augmentation == "eightfold")
    random = torch.Generator().manual_seed(epoch_seed(settings, 3))
    rows = torch.from_numpy(inputs.rows_of(learned))
    order = rows[torch.randperm(len(rows), generator=random)]
    parts = [order[start : start + 4] for start in range(0, len(order), 4)]
    wanted = torch.cat([inputs.draw(part, random) for part in parts])[:, 0].long()
    assert torch.equal(drawn_rows(settings, learned, sights=sights, number=3), wanted)
