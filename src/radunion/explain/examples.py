"""The best, the usual and the worst maps as small pictures: the worst are shown, not hidden."""

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from radunion.evaluation.heatmaps.quality import Example, Rank
from radunion.explain.marked import MarkedExamination
from radunion.explain.observe import Seen, film_shape, map_examination, over_film, small_size
from radunion.explain.subject import VIEWS, Subject

HEIGHT = 400
"""Most pixels of the longer side of a picture."""
_PERCENTILES = (0.5, 99.5)


def examples(
    seen: Sequence[Seen], examinations: Sequence[MarkedExamination], subject: Subject, *, each: int
) -> tuple[Example, ...]:
    """Return `each` films of every rank by the energy in the fracture's box, the best first; none is shown twice."""
    films = sorted((one for one in seen if one.scope == "film"), key=lambda one: one.energy[subject.name])
    return tuple(_example(rank, one, examinations[one.row], subject) for rank, one in _ranked(films, each))


def _ranked(films: Sequence[Seen], each: int) -> Iterator[tuple[Rank, Seen]]:
    """Yield the ranks of films that are ordered from the worst to the best; fewer of each where there are few."""
    each = min(each, -(-len(films) // 3))
    start = max(each, (len(films) - each) // 2)
    end = max(start + each, len(films) - each)
    yield from (("best", film) for film in reversed(films[end:]))
    yield from (("median", film) for film in reversed(films[start : start + each]))
    yield from (("worst", film) for film in reversed(films[:each]))


def _example(rank: Rank, seen: Seen, examination: MarkedExamination, subject: Subject) -> Example:
    film = examination.films[seen.side]
    mapped = map_examination(examination, subject)
    prepared = mapped.pair.films[seen.side]
    if film is None or prepared is None:
        raise ValueError("an example is of a film that was looked at, and this one is not there")
    shape = film_shape(prepared)
    height, width = small_size(shape, HEIGHT)
    pixels = prepared.radiograph.pixels
    low, high = np.percentile(pixels, _PERCENTILES)
    grey = np.clip((pixels - low) / max(float(high - low), 1e-6), 0, 1).astype(np.float32)
    small = np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.BOX), dtype=np.float32)
    scale = height / shape[0]
    boxes = tuple((x0 * scale, y0 * scale, x1 * scale, y1 * scale) for x0, y0, x1, y1 in film.fracture)
    values = over_film(mapped.own, "film", seen.side, mapped.pair, longest=HEIGHT)
    return Example(
        rank,
        VIEWS[seen.side],
        seen.energy[subject.name],
        seen.hits["pointing"].ways[subject.name],
        small,
        values,
        boxes,
    )
