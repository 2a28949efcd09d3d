"""Where the finder doubts, the score weighs both places that may be the fracture's; where it is sure, one counts."""

import numpy as np
import pytest
import torch
from torch import Tensor

from radunion.explain.layers import at_likeliest_place, last_maps
from radunion.training.compact import LearnedCompact, PlacedFilms
from radunion.training.cortex_finder import CortexFinder
from radunion.training.encoder import GlimpseEncoder
from radunion.training.examples import ABSENT
from radunion.training.finder import Finder, Found, every_way, places_of, position_of
from radunion.training.fit import Films
from radunion.training.glimpse import GLIMPSE, glimpse
from radunion.training.look import CompactLook, Look, Scorer, at_one_place
from radunion.training.network import HeadShape, PairHead, PairNetwork, standardised

ROWS, HEIGHT = 40, 640


def peaks(*places: tuple[int, float]) -> Tensor:
    mass = torch.full((1, ROWS), 1e-6)
    for row, share in places:
        mass[0, row] = share
    return mass.log()


def test_the_first_place_does_not_hang_on_how_many_are_asked_for() -> None:
    focus = torch.randn(50, ROWS, generator=torch.Generator().manual_seed(1)) * 3
    rows, shares = places_of(focus, HEIGHT, 3)
    torch.testing.assert_close(rows[:, 0], position_of(focus, HEIGHT))
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(50))


@pytest.mark.parametrize(("second", "share"), [(30, 0.4), (20, 0.1)])
def test_a_second_peak_is_found_with_its_share(second: int, share: float) -> None:
    rows, shares = places_of(peaks((10, 1 - share), (second, share)), HEIGHT, 2)
    assert rows[0].tolist() == pytest.approx([10 * 16 + 7.5, second * 16 + 7.5], abs=0.1)
    assert shares[0].tolist() == pytest.approx([1 - share, share], abs=1e-3)


def test_a_shoulder_of_the_peak_is_no_second_place() -> None:
    rows, shares = places_of(peaks((10, 0.6), (12, 0.4)), HEIGHT, 2)
    assert rows[0, 0] == pytest.approx(10.8 * 16 + 7.5, abs=0.1)
    assert shares[0, 1] < 1e-3


class Fixed(torch.nn.Module):
    """Sees what it is told to."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look

    def forward(self, _: Tensor) -> Look:
        return self.look


def head_of(width: int) -> PairHead:
    torch.manual_seed(3)
    return PairHead(HeadShape(width)).eval()


def seen(first: Tensor, second: Tensor, share: float) -> Look:
    """Return a look of two films, AP and lateral, that have the same two places."""
    shares = torch.tensor([[share, 1 - share]]).expand(2, -1)
    return Look(torch.stack([first, second], dim=1), shares, torch.zeros(2), torch.zeros(2, 1))


def expected(outputs: tuple[Tensor, ...]) -> np.ndarray:
    weights, levels = outputs[:2]
    return (weights[:, :, None, None] * levels).sum(dim=1).detach().numpy()


def test_the_score_is_the_mean_of_the_places_by_their_shares() -> None:
    head, (first, second) = head_of(6), torch.randn(2, 2, 6, generator=torch.Generator().manual_seed(2)) * 3
    films, both = torch.zeros(1, 1, 8, 8), torch.ones(1, 2)

    def said(ap: Tensor, lateral: Tensor) -> np.ndarray:
        look = at_one_place(torch.stack([ap, lateral]), torch.zeros(2), torch.zeros(2, 1))
        return expected(Scorer(Fixed(look), head)(films, films, both))

    outputs = Scorer(Fixed(seen(first, second, 0.7)), head)(films, films, both)
    places = (first, second)
    shares = (0.7, 0.3)
    wanted = sum(
        shares[i] * shares[j] * said(places[i][0], places[j][1]) for i in range(2) for j in range(2)
    )  # each place of the AP film beside each of the lateral one
    np.testing.assert_allclose(expected(outputs), wanted, atol=1e-5)
    assert outputs[0].sum().item() == pytest.approx(1, abs=1e-5)


def test_a_sure_finder_leaves_one_place() -> None:
    head, (first, second) = head_of(6), torch.randn(2, 2, 6, generator=torch.Generator().manual_seed(4)) * 3
    films, both = torch.zeros(1, 1, 8, 8), torch.ones(1, 2)
    alone = Scorer(Fixed(at_one_place(first, torch.zeros(2), torch.zeros(2, 1))), head)(films, films, both)
    sure = Scorer(Fixed(seen(first, second, 1.0)), head)(films, films, both)
    np.testing.assert_allclose(expected(sure), expected(alone), atol=1e-6)
    np.testing.assert_allclose(sure[2].detach(), alone[2].detach(), atol=1e-6)


def test_grad_cam_is_of_the_likeliest_place() -> None:
    torch.manual_seed(0)
    encoder = GlimpseEncoder(CortexFinder())
    finder = Finder(96)
    scorer = Scorer(CompactLook(finder, encoder), head_of(encoder.width)).eval()
    alone, strips = at_likeliest_place(scorer), torch.rand(2, 1, HEIGHT, 96)
    assert isinstance(alone, Scorer)
    calls: list[Tensor] = []
    handle = last_maps(alone).layer.register_forward_hook(lambda _module, _inputs, output: calls.append(output))
    with torch.inference_mode():
        alone.eval()(strips, strips, torch.ones(2, 2))
        handle.remove()
        rows = places_of(every_way(finder, torch.cat([strips, strips])).focus, HEIGHT, 2)[0][:, 0]
        wanted = encoder.trunk(standardised(glimpse(torch.cat([strips, strips]), rows, GLIMPSE)))
    assert len(calls) == 1
    torch.testing.assert_close(calls[0], wanted)


def test_films_are_predicted_in_parts_as_one_by_one() -> None:
    torch.manual_seed(0)
    encoder = GlimpseEncoder(CortexFinder())
    head = head_of(encoder.width)
    scorer = Scorer(CompactLook(Finder(96), encoder), head).eval()
    strips = torch.randint(0, 256, (5, 1, HEIGHT, 96), dtype=torch.uint8)
    films = Films(strips, lambda values, _: values, lambda values: values)
    learned = LearnedCompact(
        PairNetwork(encoder, head), films, lambda: scorer, np.zeros((5, 1), np.float32), {}, strips
    )
    pairs = np.array([(0, 1), (2, ABSENT), (ABSENT, 3), (4, 2)] * 17)
    whole = learned.predict(pairs)
    each = [learned.predict(pairs[row : row + 1]).margins()[0] for row in range(4)]
    assert whole.margins().shape == (68, 4, 4)
    np.testing.assert_allclose(whole.margins()[-4:], each, atol=1e-5)
    np.testing.assert_allclose(whole.margins()[:4], each, atol=1e-5)


class InDoubt(Finder):
    """Says that the fracture is in the brighter half of a strip, or less likely in the other."""

    def forward(self, strips: Tensor) -> Found:
        n, middle = len(strips), strips.shape[2] // 2
        above = strips[:, :, :middle].mean(dim=(1, 2, 3)) > strips[:, :, middle:].mean(dim=(1, 2, 3))
        focus = torch.where(above[:, None], peaks((10, 0.7), (29, 0.3)), peaks((10, 0.3), (29, 0.7)))
        return Found(focus, torch.zeros(n), torch.zeros(n, 2), torch.zeros(n))


def test_evidence_lies_at_both_places_by_their_shares() -> None:
    torch.manual_seed(0)
    look = CompactLook(InDoubt(96), GlimpseEncoder(CortexFinder())).eval()
    with torch.inference_mode():
        evidence = look(torch.rand(1, 1, HEIGHT, 96) * torch.linspace(1, 0.5, HEIGHT)[:, None]).evidence
    assert evidence is not None
    half = evidence.shape[2] // 2
    torch.testing.assert_close(evidence[:, :, :half].sum(dim=(2, 3)), torch.full((1, 2), 0.7), atol=1e-3, rtol=0)
    torch.testing.assert_close(evidence[:, :, half:].sum(dim=(2, 3)), torch.full((1, 2), 0.3), atol=1e-3, rtol=0)


def test_a_mirrored_film_has_the_same_score_and_a_mirrored_map() -> None:
    torch.manual_seed(0)
    encoder = GlimpseEncoder(CortexFinder())
    strips = torch.rand(3, 1, HEIGHT, 96)
    scorer = Scorer(CompactLook(Finder(96), encoder), head_of(encoder.width)).eval()
    once = Scorer(CompactLook(scorer.look.finder, encoder, mirrored=False), scorer.head).eval()  # type: ignore[arg-type]
    with torch.inference_mode():
        (here, there), (plain, turned) = (
            [one(films, films, torch.ones(3, 2)) for films in (strips, strips.flip(3))] for one in (scorer, once)
        )
    for one, other in zip(here[:4], there[:4], strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(here[5], there[5].flip(3), atol=1e-5, rtol=1e-4)
    assert (plain[1] - turned[1]).abs().max() > 10 * (here[1] - there[1]).abs().max()


def test_training_looks_at_places_as_often_as_they_are_likely() -> None:
    values = torch.tensor([[10, 20, 30], [40, 50, 60]], dtype=torch.uint8)[:, :, None, None, None]
    shares = torch.tensor([[0.7, 0.3, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
    films = PlacedFilms(values, lambda seen, _: seen, lambda seen: seen, shares)
    random = torch.Generator().manual_seed(0)
    rows = torch.tensor([0, 1, ABSENT]).repeat(2000)
    drawn = (films.take(rows, random) * 255).flatten().view(-1, 3)
    assert set(drawn[:, 0].round().tolist()) == {10, 20}
    assert (drawn[:, 0] > 15).float().mean().item() == pytest.approx(0.3, abs=0.03)
    assert set(drawn[:, 1].round().tolist()) == {60}
    assert set(drawn[:, 2].tolist()) == {0}
    assert (films.take(rows[:3], None) * 255).flatten().tolist() == pytest.approx([10, 60, 0])
    assert films.content == (values, shares)  # a run with other shares is not gone on with


def test_training_looks_at_nothing_where_nothing_is_broken_but_every_other_time() -> None:
    values = torch.tensor([[10, 20]], dtype=torch.uint8)[:, :, None, None, None]
    films = PlacedFilms(values, lambda seen, _: seen, lambda seen: seen, torch.tensor([[0.0, 0.01, 0.99]]))
    rows = torch.zeros(2000, dtype=torch.int64)
    drawn = (films.take(rows, torch.Generator().manual_seed(0)) * 255).flatten().round()
    assert set(drawn.tolist()) == {0, 20}
    assert (drawn == 0).float().mean().item() == pytest.approx(0.5, abs=0.04)
    assert (films.take(rows[:1], None) * 255).flatten().tolist() == [0]


def test_what_is_broken_nowhere_is_scored_as_black_is_by_its_share() -> None:
    torch.manual_seed(0)
    encoder = GlimpseEncoder(CortexFinder()).eval()
    for share in (0.0, 0.25, 1.0):
        look = CompactLook(Whole(96, share), encoder).eval()
        with torch.inference_mode():
            seen = look(torch.rand(2, 1, HEIGHT, 96))
            black = encoder(torch.zeros(1, 1, GLIMPSE, 96))
        assert seen.features.shape[1] == seen.shares.shape[1] == 3
        torch.testing.assert_close(seen.shares[:, -1], torch.full((2,), share))
        torch.testing.assert_close(seen.shares.sum(dim=1), torch.ones(2))
        torch.testing.assert_close(seen.features[:, -1], black.expand(2, -1))


class Whole(Finder):
    """Says of every strip how likely nothing on it is broken."""

    def __init__(self, width: int, share: float) -> None:
        super().__init__(width)
        self.share = share

    def forward(self, strips: Tensor) -> Found:
        n = len(strips)
        return Found(
            peaks((10, 0.7), (30, 0.3)).expand(n, -1), torch.zeros(n), torch.zeros(n, 2), torch.full((n,), self.share)
        )
