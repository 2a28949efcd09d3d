"""Which film is the AP: user, tags, model, order."""

import pytest

from radunion.scale import View
from radunion.scoring.views import Claim, ViewSaid, assign_views, supposed_views

NOTHING = Claim(None, None)


def tag(view: View) -> Claim:
    return Claim(view, "ViewPosition")


def codes(claims: list[Claim], lateral: list[float]) -> list[str]:
    return sorted(code for code, _ in assign_views(claims, lateral).notes)


@pytest.mark.parametrize(
    ("claims", "lateral", "views", "sources", "expected"),
    [
        # Said, and the model agrees or is not sure: nothing to say.
        ([tag("ap"), tag("lateral")], [0.01, 0.99], ("ap", "lateral"), ("ViewPosition",) * 2, []),
        ([tag("lateral"), tag("ap")], [0.99, 0.01], ("lateral", "ap"), ("ViewPosition",) * 2, []),
        ([tag("ap"), tag("lateral")], [0.7, 0.3], ("ap", "lateral"), ("ViewPosition",) * 2, []),
        # Said, and the model is sure of the contrary: kept, aloud.
        ([tag("ap"), tag("lateral")], [0.95, 0.05], ("ap", "lateral"), ("ViewPosition",) * 2, ["RS302"]),
        ([Claim("lateral", "user"), Claim("ap", "user")], [0.05, 0.95], ("lateral", "ap"), ("user",) * 2, ["RS302"]),
        ([tag("ap"), tag("lateral")], [0.95, 0.95], ("ap", "lateral"), ("ViewPosition",) * 2, ["RS311"]),
        # Both say the same: the likelier assignment.
        ([tag("ap"), tag("ap")], [0.6, 0.3], ("lateral", "ap"), ("model", "ViewPosition"), ["RS304", "RS305"]),
        (
            [tag("lateral"), tag("lateral")],
            [0.3, 0.6],
            ("ap", "lateral"),
            ("model", "ViewPosition"),
            ["RS304", "RS305"],
        ),
        # One says, the other gets the place left.
        ([NOTHING, tag("ap")], [0.5, 0.5], ("lateral", "ap"), ("pair", "ViewPosition"), []),
        ([tag("ap"), NOTHING], [0.5, 0.05], ("ap", "lateral"), ("ViewPosition", "pair"), ["RS302"]),
        ([tag("ap"), NOTHING], [0.3, 0.05], ("ap", "lateral"), ("ViewPosition", "pair"), ["RS311"]),
        # Nothing said.
        ([NOTHING, NOTHING], [0.01, 0.99], ("ap", "lateral"), ("model",) * 2, ["RS305", "RS305"]),
        ([NOTHING, NOTHING], [0.99, 0.01], ("lateral", "ap"), ("model",) * 2, ["RS303", "RS305", "RS305"]),
        ([NOTHING, NOTHING], [0.6, 0.4], ("ap", "lateral"), ("order",) * 2, ["RS305", "RS305"]),
        # An oblique film is an unknown one.
        ([tag("other"), tag("lateral")], [0.5, 0.5], ("ap", "lateral"), ("pair", "ViewPosition"), ["RS310"]),
        # One film.
        ([tag("lateral")], [0.4], ("lateral",), ("ViewPosition",), []),
        ([tag("lateral")], [0.04], ("lateral",), ("ViewPosition",), ["RS311"]),
        ([NOTHING], [0.7], ("lateral",), ("model",), ["RS305"]),
        ([tag("other")], [0.2], ("ap",), ("model",), ["RS305", "RS310"]),
    ],
)
def test_views(
    claims: list[Claim],
    lateral: list[float],
    views: tuple[View, ...],
    sources: tuple[ViewSaid, ...],
    expected: list[str],
) -> None:
    assigned = assign_views(claims, lateral)
    assert (assigned.views, assigned.sources) == (views, sources)
    assert sorted(code for code, _ in assigned.notes) == expected


def test_a_pair_always_has_both_views() -> None:
    choices = [NOTHING, tag("ap"), tag("lateral"), tag("other")]
    for first in choices:
        for second in choices:
            for lateral in ([0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [0.5, 0.5]):
                assert sorted(assign_views([first, second], lateral).views) == ["ap", "lateral"]


def test_a_note_names_its_film() -> None:
    assert ("RS311", 1) in assign_views([tag("ap"), tag("lateral")], [0.05, 0.05]).notes


@pytest.mark.parametrize("source", ["user", "ViewPosition"])
@pytest.mark.parametrize(("ap", "lateral"), [(0.95, 0.05), (0.8, 0.2), (0.5, 0.05), (0.99, 0.6), (0.4, 0.01)])
def test_swapped_pair_is_said_once_in_either_order(source: ViewSaid, ap: float, lateral: float) -> None:
    """Neither film need contradict alone; what both say together counts."""
    said = [Claim("ap", source), Claim("lateral", source)]
    assert assign_views(said, [ap, lateral]).notes == (("RS302", None),)
    assert assign_views(said[::-1], [lateral, ap]).notes == (("RS302", None),)


@pytest.mark.parametrize("source", ["user", "ViewPosition"])
@pytest.mark.parametrize(("ap", "lateral"), [(0.01, 0.99), (0.2, 0.8), (0.05, 0.4), (0.6, 0.9), (0.5, 0.5), (0.7, 0.3)])
def test_right_or_unclear_pair_raises_nothing_in_either_order(source: ViewSaid, ap: float, lateral: float) -> None:
    said = [Claim("ap", source), Claim("lateral", source)]
    assert assign_views(said, [ap, lateral]).notes == ()
    assert assign_views(said[::-1], [lateral, ap]).notes == ()


def test_only_a_pair_that_was_said_is_called_swapped() -> None:
    """Where the model or the order decided, the model cannot be sure of the contrary."""
    guesses = [[NOTHING, NOTHING], [tag("ap"), tag("ap")], [tag("lateral"), tag("lateral")], [tag("other"), NOTHING]]
    grid = (0.0, 0.05, 0.3, 0.5, 0.89, 0.95, 1.0)
    assert not any("RS302" in codes(claims, [one, two]) for claims in guesses for one in grid for two in grid)


@pytest.mark.parametrize(
    ("said", "views"),
    [
        ((None,), ("ap",)),
        (("lateral",), ("lateral",)),
        ((None, None), ("ap", "lateral")),
        (("lateral", None), ("lateral", "ap")),
        ((None, "ap"), ("lateral", "ap")),
        (("lateral", "ap"), ("lateral", "ap")),
        (("other", "other"), ("ap", "lateral")),
        (("ap", "ap"), ("ap", "lateral")),
        (("lateral", "lateral"), ("ap", "lateral")),
    ],
)
def test_what_is_said_of_films_gives_the_views_that_the_network_is_asked_about_first(
    said: tuple[View | None, ...], views: tuple[View, ...]
) -> None:
    assert supposed_views([NOTHING if view is None else Claim(view, "user") for view in said]) == views
