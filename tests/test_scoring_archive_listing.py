"""A listing is frozen once, whole, in the order of the names, and gives back what it was given."""

import os
from pathlib import Path

import pytest

from radunion.errors import RadunionError
from radunion.scoring.archive.listing import Listing, freeze, pack_listed, unpack_listed
from radunion.scoring.archive.seen import Listed, ListedFilm, SeenFile


def seen(name: str, *, day: str = "", code: str | None = None, view: str | None = None) -> SeenFile:
    return SeenFile(name=name, day=day, patient=day, code=code, view=view, instance=name)  # type: ignore[arg-type]


def some_files() -> list[SeenFile]:
    days = [seen(f"{day}/{view}", day=f"d{day}", view=view) for day in range(30) for view in ("ap", "lateral")]
    alone = [seen(f"alone/{number}") for number in range(5)]
    return [
        *days,
        *alone,
        seen("z.txt", code="RA411"),
        seen("a.txt", code="RA411"),
        seen("0/more", day="d0", view="ap"),
    ]


def test_examinations_are_numbered_in_the_order_of_their_names_whatever_the_order_of_finding(tmp_path: Path) -> None:
    files = some_files()
    first = freeze(iter(files), tmp_path / "1")
    second = freeze(reversed(files), tmp_path / "2")
    listed = list(first.listed())
    assert listed == list(second.listed()) == list(Listing(tmp_path / "1").listed())
    assert [one.number for one in listed] == list(range(35))
    names = [one.films[0].name for one in listed]
    assert names == sorted(names)
    assert [(one.name, one.code) for one in first.unused()] == [
        ("0/more", "RA416"),
        ("a.txt", "RA411"),
        ("z.txt", "RA411"),
    ]
    assert (first.examinations, first.films, first.unused_files) == (35, 65, 3)


def test_films_of_no_day_are_not_taken_together(tmp_path: Path) -> None:
    listing = freeze([seen("a"), seen("b")], tmp_path / "listing")
    assert [len(one.films) for one in listing.listed()] == [1, 1]


def test_names_of_any_bytes_come_back(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff 'name\" \\ \n")
    listing = freeze([seen(name), seen(name + "x", code="RA411")], tmp_path / "% ?#")
    assert [one.films[0].name for one in listing.listed()] == [name]
    assert [one.name for one in listing.unused()] == [name + "x"]


def test_an_examination_packs_and_unpacks() -> None:
    films = (ListedFilm("a", "ap"), ListedFilm("b", "lateral"))
    listed = Listed(number=7, patient="p", examination="e", side="left", films=films, notes=("RA432",))
    assert unpack_listed(pack_listed(listed)) == listed


def test_a_listing_that_was_not_finished_is_begun_anew(tmp_path: Path) -> None:
    def interrupted() -> object:
        yield seen("a")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        freeze(interrupted(), tmp_path / "listing")  # type: ignore[arg-type]
    assert not (tmp_path / "listing").exists()
    assert freeze([seen("b")], tmp_path / "listing").examinations == 1


def test_a_damaged_listing_is_told(tmp_path: Path) -> None:
    (tmp_path / "listing").write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(RadunionError, match="this listing cannot be read; remove its folder"):
        Listing(tmp_path / "listing")


@pytest.mark.parametrize(("count", "chunk"), [(0, 8), (100, 8), (5_120, 160), (1_000_000, 256)])
def test_parts_are_small_for_small_archives_and_few_for_large(count: int, chunk: int, tmp_path: Path) -> None:
    listing = freeze([], tmp_path / "listing")
    listing.examinations = count
    assert listing.chunk == chunk
