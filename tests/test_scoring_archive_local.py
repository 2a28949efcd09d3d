"""Examinations are given out in groups; one that ends its worker costs nobody else of its group a score."""

from collections.abc import Iterable, Iterator

from radunion.scoring.archive.local import score_in
from radunion.scoring.archive.pool import Lost, Pool
from radunion.scoring.archive.rows import Row
from radunion.scoring.archive.seen import Listed, ListedFilm
from radunion.scoring.archive.work import Group


class Frail(Pool[Group, list[list[Row]]]):
    """A pool whose workers end at some examinations; it holds two groups at hand, as a process does."""

    def __init__(self, *deadly: int) -> None:
        self.deadly, self.given = set(deadly), list[tuple[int, ...]]()

    def run(self, items: Iterable[Group]) -> Iterator[tuple[Group, list[list[Row]] | Lost]]:
        source, waiting = iter(items), list[Group]()
        while True:
            waiting += [group for _ in range(2 - len(waiting)) if (group := next(source, None)) is not None]
            if not waiting:
                return
            group = waiting.pop(0)
            self.given.append(tuple(listed.number for listed in group))
            if self.deadly & set(self.given[-1]):
                yield group, Lost("died")
            else:
                yield group, [[{"examination": listed.examination}] for listed in group]


def examinations(count: int) -> Iterator[Listed]:
    for number in range(count):
        film = ListedFilm(f"{number}.dcm", None)
        yield Listed(patient="p", examination=str(number), side=None, films=(film,), number=number)


def answers(pool: Frail, count: int) -> dict[int, list[Row]]:
    found = list(score_in(pool, examinations(count)))
    assert len(found) == len(dict(found)) == count
    return dict(found)


def test_all_are_answered_in_groups() -> None:
    pool = Frail()
    assert answers(pool, 7) == {number: [{"examination": str(number)}] for number in range(7)}
    assert max(map(len, pool.given)) == 4
    assert answers(Frail(), 0) == {}


def test_of_a_lost_group_only_the_one_that_is_lost_alone_is_an_error() -> None:
    for deadly in ((0,), (5,), (8,), (3, 4), (6, 7, 8)):
        found = answers(Frail(*deadly), 9)
        errors = {number: rows[0]["code"] for number, rows in found.items() if "code" in rows[0]}
        assert errors == dict.fromkeys(deadly, "RA403")


def test_what_is_scored_alone_does_not_wait_for_the_end() -> None:
    pool = Frail(1)
    answers(pool, 40)
    assert pool.given.index((1,)) < 10
