"""The engine of one machine: a process a core, each doing the whole way of an examination."""

from collections.abc import Generator, Iterable, Iterator
from functools import partial

from radunion.scoring.archive.pool import Lost, Pool
from radunion.scoring.archive.rows import Row
from radunion.scoring.archive.seen import Listed
from radunion.scoring.archive.work import Scoring, lost, scorer

Answer = tuple[int, list[Row]]
"""The number of an examination and its rows."""
Answers = Generator[Answer, None, None]
ScoringPool = Pool[Listed, list[Row]]


def scoring_pool(scoring: Scoring, *, workers: int, seconds: float) -> ScoringPool:
    """Return processes that score; `seconds` is the limit of one film."""
    return Pool(partial(scorer, scoring), workers=workers, seconds=lambda listed: seconds * len(listed.films))


def score_in(pool: ScoringPool, examinations: Iterable[Listed]) -> Iterator[Answer]:
    """Yield the rows of examinations as they come."""
    for listed, rows in pool.run(examinations):
        yield listed.number, lost(listed, rows.why) if isinstance(rows, Lost) else rows


def score_locally(examinations: Iterable[Listed], scoring: Scoring, *, workers: int, seconds: float) -> Answers:
    """Yield the rows of examinations as they come, scored by processes of this machine."""
    with scoring_pool(scoring, workers=workers, seconds=seconds) as pool:
        yield from score_in(pool, examinations)
