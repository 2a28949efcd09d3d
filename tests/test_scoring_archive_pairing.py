"""Films of a day become examinations: each film once, in no order of theirs."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radunion.scoring.archive.pairing import pair
from radunion.scoring.archive.seen import Listed, SeenFile


def film(name: str, view: str | None, **more: object) -> SeenFile:
    one = SeenFile(name=name, patient="p" * 16, day="d" * 16, instance=name, view=view)  # type: ignore[arg-type]
    return replace(one, **more)  # type: ignore[arg-type]


def paired(*films: SeenFile) -> tuple[list[tuple[str, ...]], dict[str, str | None]]:
    """Return the films of each examination and the code of each unused one."""
    found = list(pair(films))
    listed = [tuple(one.name for one in item.films) for item in found if isinstance(item, Listed)]
    return listed, {one.name: one.code for one in found if isinstance(one, SeenFile)}


@pytest.mark.parametrize(
    ("views", "examination", "unused"),
    [
        (["ap", "lateral"], ("0", "1"), {}),
        (["lateral", "ap"], ("1", "0"), {}),
        (["ap"], ("0",), {}),
        ([None], ("0",), {}),
        ([None, None], ("0", "1"), {}),
        (["ap", None], ("0", "1"), {}),
        (["lateral", None], ("1", "0"), {}),
        (["ap", "ap"], ("0",), {"1": "RA416"}),
        (["ap", "lateral", None], ("0", "1"), {"2": "RA417"}),
        (["ap", None, None], ("0",), {"1": "RA417", "2": "RA417"}),
        (["ap", "other", None], ("0", "2"), {"1": "RA415"}),
    ],
)
def test_views_make_an_examination(
    views: list[str | None], examination: tuple[str, ...], unused: dict[str, str]
) -> None:
    listed, codes = paired(*(film(str(number), view) for number, view in enumerate(views)))
    assert (listed, codes) == ([examination], unused)


@pytest.mark.parametrize(("views", "code"), [(["other"], "RA415"), ([None, None, None], "RA417")])
def test_some_days_have_no_examination(views: list[str | None], code: str) -> None:
    listed, codes = paired(*(film(str(number), view) for number, view in enumerate(views)))
    assert listed == []
    assert set(codes.values()) == {code}


def test_of_films_of_a_view_the_displayed_then_the_last_is_taken() -> None:
    first, repeated = film("b", "ap", order=(1, 1)), film("a", "ap", order=(1, 2))
    later = film("c", "ap", order=(2, 1))
    raw = film("d", "ap", order=(9, 9), raw=True)
    assert paired(first, repeated)[0] == [("a",)]
    assert paired(first, repeated, later, raw)[0] == [("c",)]
    assert paired(raw)[0] == [("d",)]
    assert paired(film("f", "ap"), film("e", "ap"))[0] == [("e",)]


def test_a_copy_is_no_second_film() -> None:
    original, copy = film("a", None), film("b", None, instance="a")
    assert paired(copy, original, film("c", None)) == ([("a", "c")], {"b": "RA418"})


def test_sides_are_two_examinations() -> None:
    films = [film(f"{side}-{view}", view, side=side) for side in ("left", "right") for view in ("ap", "lateral")]
    found = [one for one in pair(films) if isinstance(one, Listed)]
    assert [one.side for one in found] == ["left", "right"]
    assert len({one.examination for one in found}) == 2
    assert len({one.patient for one in found}) == 1


def test_a_film_without_a_side_joins_the_only_one_and_it_is_told() -> None:
    left, unsaid = film("a", "ap", side="left"), film("b", "lateral")
    (one,) = pair([left, unsaid])
    assert isinstance(one, Listed)
    assert (one.side, one.notes) == ("left", ("RA433",))
    assert paired(left, unsaid, film("c", "ap", side="right"))[0] == [("a",), ("c",), ("b",)]


def test_films_of_no_known_day_are_alone() -> None:
    assert paired(film("a", "ap", day=""), film("b", "lateral", day=""))[0] == [("a",), ("b",)]


def test_only_what_the_user_said_is_said_to_the_model() -> None:
    (tagged,) = pair([film("a", "ap"), film("b", "lateral")])
    (said,) = pair([film("a", "ap", view_said=True), film("b", "lateral", view_said=True)])
    assert isinstance(tagged, Listed)
    assert isinstance(said, Listed)
    assert [one.view for one in tagged.films] == [None, None]
    assert [one.view for one in said.films] == ["ap", "lateral"]


cells = st.fixed_dictionaries(
    {
        "name": st.text("abc", min_size=1, max_size=4),
        "view": st.sampled_from(["ap", "lateral", "other", None]),
        "side": st.sampled_from(["left", "right", ""]),
        "raw": st.booleans(),
        "order": st.tuples(st.integers(0, 2), st.integers(0, 2)),
        "instance": st.text("ab", max_size=2),
    }
)
days = st.lists(cells, min_size=1, max_size=8, unique_by=lambda one: str(one["name"]))


@settings(max_examples=60)
@given(days.flatmap(lambda day: st.tuples(st.just(day), st.permutations(day))))
def test_every_film_is_somewhere_once_in_any_order(orders: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    day, shuffled = ([SeenFile(**one, day="d" * 16) for one in order] for order in orders)
    found = paired(*day)
    names = sorted([name for examination in found[0] for name in examination] + list(found[1]))
    assert names == sorted(one.name for one in day)
    assert all(len(examination) in (1, 2) for examination in found[0])
    assert paired(*shuffled) == found
