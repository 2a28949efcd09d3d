"""The engine of one machine: a process a core, each doing the whole way of an examination."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from functools import partial
from itertools import islice

from radunion.scoring.archive.pool import Lost, Pool
from radunion.scoring.archive.rows import Row
from radunion.scoring.archive.seen import Listed
from radunion.scoring.archive.work import Group, Scoring, lost, scorer

Answer = tuple[int, list[Row]]
"""The number of an examination and its rows."""
Answers = Generator[Answer, None, None]
ScoringPool = Pool[Group, list[list[Row]]]

_TOGETHER = 4
"""Examinations of a group: more win nothing."""
_AHEAD = 2
"""Groups at hand of a process."""


def scoring_pool(scoring: Scoring, *, workers: int, seconds: float) -> ScoringPool:
    """Return processes that score; `seconds` is the limit of one film."""
    return Pool(
        partial(scorer, scoring),
        workers=workers,
        seconds=lambda group: seconds * sum(len(listed.films) for listed in group),
        ahead=_AHEAD,
        twice=lambda group: len(group) == 1,
    )


def score_in(pool: ScoringPool, examinations: Iterable[Listed]) -> Iterator[Answer]:
    """Yield the rows of examinations as they come; those of a group that was lost are scored again, each alone."""
    groups, alone = _groups(examinations), deque[Listed]()
    while True:
        for group, found in pool.run(_next(groups, alone)):
            if not isinstance(found, Lost):
                yield from ((listed.number, rows) for listed, rows in zip(group, found, strict=True))
            elif len(group) == 1:
                yield group[0].number, lost(group[0], found.why)
            else:
                alone.extend(group)
        if not alone:
            return


def score_locally(examinations: Iterable[Listed], scoring: Scoring, *, workers: int, seconds: float) -> Answers:
    """Yield the rows of examinations as they come, scored by processes of this machine."""
    with scoring_pool(scoring, workers=workers, seconds=seconds) as pool:
        yield from score_in(pool, examinations)


def _groups(examinations: Iterable[Listed]) -> Iterator[Group]:
    source = iter(examinations)
    while group := tuple(islice(source, _TOGETHER)):
        yield group


def _next(groups: Iterator[Group], alone: deque[Listed]) -> Iterator[Group]:
    """Yield whatever has to be scored alone by then, else the next group."""
    while group := (alone.popleft(),) if alone else next(groups, ()):
        yield group
