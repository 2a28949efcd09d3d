"""Finding the fracture and looking at it: cutting, moving, and the focus that boxes teach."""

import numpy as np
import pytest
import torch

from radunion.training.finder import Finder, FinderData, _moved, fit_finder, focus_loss, locate, position_of
from radunion.training.glimpse import GLIMPSE, MARGIN, augment, centre, glimpse
from radunion.training.settings import TrainSettings


def strips(n: int, *, height: int = 160, width: int = 32, seed: int = 0) -> tuple[torch.Tensor, np.ndarray]:
    """Return grey strips with one dark band of 12 rows, and the band's rows as shares."""
    random = np.random.default_rng(seed)
    pixels = random.integers(120, 160, (n, 1, height, width)).astype(np.uint8)
    starts = random.integers(10, height - 30, n)
    for strip, start in zip(pixels, starts, strict=True):
        strip[0, start : start + 12] = 20
    return torch.from_numpy(pixels), np.stack([starts, starts + 12], axis=1).astype(np.float32) / height


def test_a_glimpse_is_the_rows_around_the_position() -> None:
    strip = torch.rand(2, 1, 200, 8)
    cut = glimpse(strip, torch.tensor([49.5, 100.5]), 20)
    assert torch.allclose(cut[0], strip[0, :, 40:60], atol=1e-5)
    assert torch.allclose(cut[1], strip[1, :, 91:111], atol=1e-5)


def test_a_glimpse_beyond_the_edge_goes_on_with_the_edge() -> None:
    strip = torch.rand(1, 1, 50, 8)
    cut = glimpse(strip, torch.tensor([0.0]), 21)
    assert torch.allclose(cut[0, 0, :10], strip[0, 0, :1].expand(10, -1), atol=1e-5)
    assert torch.allclose(cut[0, 0, 10:], strip[0, 0, :11], atol=1e-5)


def test_the_middle_of_a_glimpse_with_margin_is_the_glimpse() -> None:
    strip, where = torch.rand(3, 1, 300, 16), torch.tensor([40.25, 150.0, 290.5])
    assert torch.allclose(centre(glimpse(strip, where, GLIMPSE + 2 * MARGIN)), glimpse(strip, where, GLIMPSE))


def test_augmentation_keeps_size_and_range_and_follows_its_generator() -> None:
    tall = torch.rand(6, 1, GLIMPSE + 2 * MARGIN, 32)
    first, again, other = (augment(tall, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert first.shape == (6, 1, GLIMPSE, 32)
    assert float(first.min()) >= 0
    assert float(first.max()) <= 1
    assert torch.equal(first, again)
    assert not torch.allclose(first, other)


def test_moved_boxes_stay_on_their_band() -> None:
    pixels, boxes = strips(40)
    moved, ends = _moved(pixels.float() / 255, torch.from_numpy(boxes), torch.Generator().manual_seed(3))
    rows = (torch.arange(160) + 0.5) / 160
    dark = moved[:, 0].mean(dim=2).argmin(dim=1)
    inside = [
        float(low) - 0.02 <= float(rows[row]) <= float(high) + 0.02 for row, (low, high) in zip(dark, ends, strict=True)
    ]
    visible = (ends[:, 0] > 0.05) & (ends[:, 1] < 0.95)
    assert int(visible.sum()) > 25
    assert all(there for there, seen in zip(inside, visible.tolist(), strict=True) if seen)


def test_focus_on_the_box_costs_nothing_and_beside_it_much() -> None:
    focus = torch.full((1, 10), -20.0)
    focus[0, 4] = 20.0
    broken, unknown = torch.tensor([False]), torch.tensor([[float("nan"), float("nan")]])
    assert float(focus_loss(focus, torch.tensor([[0.42, 0.48]]), broken)) == pytest.approx(0.0, abs=1e-5)
    assert float(focus_loss(focus, torch.tensor([[0.72, 0.78]]), broken)) > 10
    assert float(focus_loss(focus, unknown, broken)) == 0.0
    assert float(focus_loss(focus, torch.tensor([[1.2, 1.4]]), broken)) == 0.0
    assert float(focus_loss(focus, unknown, ~broken)) == pytest.approx(20.0)
    assert float(focus_loss(-focus, unknown, ~broken)) > 10
    assert float(focus_loss(torch.full((1, 10), -20.0), unknown, ~broken)) == pytest.approx(0.0, abs=1e-5)


def test_the_position_is_the_peak_and_not_the_mean_of_two_peaks() -> None:
    focus = torch.full((1, 40), -10.0)
    focus[0, 8], focus[0, 35] = 5.0, 4.5
    assert float(position_of(focus, 640)[0]) == pytest.approx(8.5 * 16 - 0.5, abs=0.5)


def test_the_finder_learns_where_the_band_is() -> None:
    torch.manual_seed(0)
    pixels, boxes = strips(96)
    data = FinderData(pixels, boxes, (np.arange(96) % 2).astype(np.float32), np.zeros(96, dtype=bool))
    finder = Finder(32, channels=(8, 16, 16), rows=16)
    settings = TrainSettings(epochs=12, learning_rate=5e-3, batch=16, precision="float32")
    rows = np.arange(96)
    history = fit_finder(finder, data, training=rows[:80], validation=rows[80:], settings=settings)
    miss = (locate(finder, pixels[80:]).rows[:, 0].numpy() + 0.5) / 160 - boxes[80:].mean(axis=1)
    assert history[-1]["train_loss"] < history[0]["train_loss"]
    assert np.median(np.abs(miss)) < 0.05
