"""Finding the two cortices on a glimpse, and reading each from where it was found."""

import numpy as np
import pytest
import torch

from radunion.training.compact import middles, on_glimpses, parted
from radunion.training.cortex_finder import (
    CELL,
    CortexData,
    CortexFinder,
    fit_cortex_finder,
    region_loss,
    shares,
)
from radunion.training.encoder import GlimpseEncoder, on_strip
from radunion.training.glimpse import GLIMPSE, MARGIN, centre, draw_moves, glimpse, move, origins, unmoved
from radunion.training.settings import TrainSettings

TALL, WIDTH = GLIMPSE + 2 * MARGIN, 96


def legs(n: int, *, seed: int = 0) -> CortexData:
    """Return glimpses with a bright bar, and a thin one on its second cortex's side: what tells the two edges apart."""
    random = np.random.default_rng(seed)
    pixels = random.normal(0.3, 0.02, (n, 1, TALL, WIDTH)).astype(np.float32)
    boxes = np.empty((n, 2, 4), dtype=np.float32)
    for number in range(n):
        middle, side, row = random.integers(40, 56), random.choice([-1, 1]), random.integers(54, 74)
        pixels[number, 0, :, middle - 10 : middle + 10] += 0.3
        pixels[number, 0, :, middle + 24 * side - 3 : middle + 24 * side + 3] += 0.2
        pixels[number, 0, row - 3 : row + 3, middle - 10 : middle + 10] -= 0.25
        for slot, sign in enumerate((-side, side)):
            edge = middle + 10 * sign
            boxes[number, slot] = edge - 5, row - 16, edge + 5, row + 16
    return CortexData(torch.from_numpy(pixels.clip(0, 1)), boxes)


def peaks(maps: torch.Tensor) -> np.ndarray:
    """Return the middle of the strongest cell as (column, row) in pixels of the glimpse."""
    flat = maps.flatten(2).argmax(dim=2)
    return np.stack([flat % maps.shape[3], flat // maps.shape[3]], axis=2) * CELL + CELL / 2


@pytest.mark.slow
def test_cortices_are_found_and_told_apart_and_a_mirror_changes_their_sides() -> None:
    data = legs(160)
    torch.manual_seed(0)
    finder = CortexFinder()
    settings = TrainSettings(epochs=8, batch=16, learning_rate=3e-3, precision="float32")
    fit_cortex_finder(finder, data, training=np.arange(128), validation=np.arange(128, 160), settings=settings)
    fresh = legs(40, seed=1)
    for mirrored in (False, True):
        shown = centre(fresh.glimpses)
        with torch.inference_mode():
            found = peaks(shares(finder(shown.flip(3) if mirrored else shown)))
        found[..., 0] = WIDTH - found[..., 0] if mirrored else found[..., 0]
        boxes = fresh.boxes - np.array([0, MARGIN, 0, MARGIN], dtype=np.float32)
        inside = (found >= boxes[..., :2]).all(axis=2) & (found <= boxes[..., 2:]).all(axis=2)
        assert inside.mean() > 0.95


def test_the_loss_is_least_where_the_map_lies_over_the_box() -> None:
    moves = unmoved(torch.Size([1, 1, TALL, WIDTH]))
    where = origins(moves, torch.Size([1, 1, TALL, WIDTH]), CELL)
    box = torch.tensor([[[40.0, 40.0, 60.0, 100.0], [float("nan")] * 4]])
    middle = torch.tensor([50.0, 70.0])
    away = (where - middle) / torch.tensor([5.0, 15.0])
    right = -0.5 * away.square().sum(dim=3)[:, None].expand(1, 2, -1, -1)
    losses = [float(region_loss(logits, box, where)) for logits in (right, right.flip(3), torch.zeros_like(right))]
    assert losses[0] < min(losses[1:])
    assert float(region_loss(right, torch.full((1, 2, 4), float("nan")), where)) == 0


def test_cells_come_from_where_their_pixels_come_from() -> None:
    ramp = torch.arange(WIDTH).float().expand(3, 1, TALL, WIDTH) / WIDTH
    moves = draw_moves(ramp.shape, torch.Generator().manual_seed(4))
    moved = move(ramp, moves) ** (1 / moves.exposure)[:, None, None, None]
    cells = torch.nn.functional.avg_pool2d(moved, CELL)[:, 0] * WIDTH
    wanted = origins(moves, ramp.shape, CELL)[..., 0] - 0.5
    inside = (wanted > 4) & (wanted < WIDTH - 5)
    assert int(inside.sum()) > 500
    assert float((cells - wanted)[inside].abs().max()) < 0.6


def test_the_middle_of_the_boxes_is_where_a_glimpse_is_cut_and_boxes_go_with_it() -> None:
    boxes = np.full((3, 2, 4), np.nan, dtype=np.float32)
    boxes[1] = [[10, 300, 20, 340], [60, 302, 70, 342]]
    boxes[2, 1] = [60, 100, 70, 140]
    known, position = middles(boxes)
    assert known.tolist() == [1, 2]
    assert position.tolist() == [0, 320.5, 119.5]
    assert on_glimpses(boxes, position)[1].tolist() == [[10, 51, 20, 91], [60, 53, 70, 93]]
    assert on_glimpses(boxes, position)[2, 1].tolist() == [60, 52, 70, 92]


def test_where_nothing_is_held_out_a_seventh_is() -> None:
    learning = np.arange(20)
    assert [part.tolist() for part in parted(learning, np.array([30]))] == [learning.tolist(), [30]]
    rest, held = parted(learning, learning[:0])
    assert held.tolist() == [0, 7, 14]
    assert sorted([*rest, *held]) == learning.tolist()


def test_what_is_read_of_a_cortex_depends_on_its_region_only() -> None:
    torch.manual_seed(0)
    encoder = GlimpseEncoder(CortexFinder()).eval()
    regions = torch.zeros(1, 2, GLIMPSE // CELL, WIDTH // CELL)
    regions[0, 0, 4:6, 4:6] = 0.25
    regions[0, 1, 18:20, 18:20] = 0.25
    shown = torch.rand(1, 1, GLIMPSE, WIDTH)
    far = shown.clone()
    far[..., 60:, 60:] = far[..., 60:, 60:].flip(3)  # as bright and as rough as before
    with torch.inference_mode():
        one, other = (encoder.read_at(film, regions).view(2, -1) for film in (shown, far))
    assert torch.allclose(one[0], other[0], atol=1e-5)
    assert not torch.allclose(one[1], other[1], atol=1e-3)


def test_training_leaves_the_finder_of_cortices_as_it_is() -> None:
    encoder = GlimpseEncoder(CortexFinder()).train()
    before = {name: value.clone() for name, value in encoder.cortices.state_dict().items()}
    encoder(torch.rand(4, 1, GLIMPSE, WIDTH)).sum().backward()
    assert all(weight.grad is None for weight in encoder.cortices.parameters())
    assert all(torch.equal(before[name], value) for name, value in encoder.cortices.state_dict().items())


@pytest.mark.parametrize("row", [300.0, 301.5, 20.0])
def test_maps_stand_on_the_strip_where_the_glimpse_was_cut(row: float) -> None:
    strip = torch.zeros(1, 1, 640, WIDTH)
    strip[0, 0, 320:328, 40:48] = 1
    strip[0, 0, 24:32, 40:48] = 1
    near = glimpse(strip, torch.tensor([row]), GLIMPSE)
    regions = torch.nn.functional.avg_pool2d(near, CELL).expand(1, 2, -1, -1)
    placed = on_strip(regions, torch.tensor([row]), 640)
    assert placed.shape == (1, 2, 160, 24)
    wanted = torch.nn.functional.avg_pool2d(strip, CELL)[0, 0]
    cell = 81 if row > 100 else 7
    found = placed[0, 0].sum(dim=1)
    assert int(found.argmax()) in (cell - 1, cell)
    assert float(found.sum()) == pytest.approx(float(wanted[cell - 3 : cell + 3].sum()), rel=0.05)
