"""Several finders as one: their probabilities are averaged, each begins elsewhere, one alone is itself."""

import pytest
import torch

from radunion.errors import UsageError
from radunion.training.finder import Finder, FinderEnsemble, every_way, together
from radunion.training.plan import Plan
from radunion.training.settings import COMPACT
from radunion.training.start import Start
from radunion.training.strips import STRIP


def a_finder(seed: int) -> Finder:
    torch.manual_seed(seed)
    finder = Finder(STRIP.width).eval()
    torch.nn.init.normal_(finder.focus.weight, std=1e4)  # so that it is sure of a place
    torch.nn.init.normal_(finder.lateral.bias)
    return finder


def test_it_says_the_mean_of_what_its_members_say() -> None:
    members = [a_finder(seed) for seed in range(3)]
    strips = torch.rand(4, 1, STRIP.height, STRIP.width, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        said, each = every_way(together(members), strips), [every_way(one, strips) for one in members]
    focus = torch.stack([one.focus.softmax(dim=1) for one in each])
    torch.testing.assert_close(said.focus.softmax(dim=1), focus.mean(dim=0), atol=1e-5, rtol=0)
    assert (focus[0] - focus[1]).abs().max() > 0.1
    torch.testing.assert_close(said.overview, each[0].overview)
    ways = torch.cat([strips, strips.flip(3), strips.flip(2), strips.flip((2, 3))])
    with torch.inference_mode():
        views = torch.stack([one(ways).lateral for one in members])
    assert (views[0] - views[1]).abs().min() > 0.1
    wanted = views.mean(dim=0).sigmoid().reshape(4, -1).mean(dim=0)
    torch.testing.assert_close(said.lateral.sigmoid(), wanted, atol=1e-5, rtol=0)


def test_which_side_is_left_and_which_end_is_up_changes_nothing_but_where() -> None:
    finder, strips = (
        a_finder(4),
        torch.rand(2, 1, STRIP.height, STRIP.width, generator=torch.Generator().manual_seed(1)),
    )
    with torch.inference_mode():
        said = every_way(finder, strips)
        assert (finder(strips).focus.softmax(1) - finder(strips.flip(2)).focus.softmax(1).flip(1)).abs().max() > 0.1
        for turned in ([3], [2], [2, 3]):
            again = every_way(finder, strips.flip(turned))
            where = again.focus.softmax(dim=1)
            wanted = said.focus.softmax(dim=1)
            torch.testing.assert_close(where.flip(1) if 2 in turned else where, wanted, atol=1e-5, rtol=0)
            torch.testing.assert_close(again.lateral, said.lateral, atol=1e-4, rtol=0)
            torch.testing.assert_close(again.nowhere, said.nowhere, atol=1e-5, rtol=0)


def test_one_alone_is_itself() -> None:
    one = a_finder(0)
    assert together([one]) is one
    assert isinstance(together([one, a_finder(1)]), FinderEnsemble)


def test_where_nothing_is_broken_is_likelier_the_places_stay() -> None:
    finder, strips = a_finder(2), torch.rand(4, 1, STRIP.height, STRIP.width)
    torch.nn.init.normal_(finder.focus.weight, std=1.0)
    with torch.inference_mode():
        before = finder(strips)
        finder.expect_whole(1.5)
        after = finder(strips)
    torch.testing.assert_close(after.focus.softmax(dim=1), before.focus.softmax(dim=1), atol=1e-5, rtol=1e-3)
    odds = [one.nowhere.double().logit() for one in (before, after)]
    torch.testing.assert_close(odds[1] - odds[0], torch.full((4,), 1.5).double(), atol=1e-2, rtol=0)


def test_without_a_finder_or_where_none_is_asked_nothing_is_planned() -> None:
    with pytest.raises(UsageError, match="at least one finder, found 0"):
        Plan(name="none", settings=COMPACT, finders=0)
    start = Start("one", "", False, "", frozenset(), {})
    for more in ({"finders": 2}, {"whole": 1.0}):
        with pytest.raises(UsageError, match="only the compact network from scratch is told how its finders are"):
            Plan(name="two", settings=COMPACT, start=start, **more)
