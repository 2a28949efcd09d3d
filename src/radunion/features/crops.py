"""On how many films no fracture is found, told of every film once: features alone do not say what was looked at."""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from radunion.features.cache import FeatureCache, FeatureKey
from radunion.features.extraction import content_digest
from radunion.radiograph import Preprocessing, crop_of, read_radiograph

_SAID = hashlib.sha256(b"whether a film's crop is of its fracture").hexdigest()
_READERS = 2


def fractureless(
    films: Sequence[Path],
    how: Preprocessing,
    *,
    cache: FeatureCache | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Return of how many films the whole is used, for no fracture is found on them; 0 where none is looked for.

    What the cache has is not looked at again. Raises FilmError for a film that cannot be read.
    """
    if how.shape != "fracture":
        return 0
    count = 0
    with ThreadPoolExecutor(_READERS) as pool:
        for done, found in enumerate(pool.map(lambda film: _found(film, how, cache), films), start=1):
            count += not found
            if progress is not None:
                progress(done, len(films))
    return count


def _found(film: Path, how: Preprocessing, cache: FeatureCache | None) -> bool:
    key = FeatureKey(content_digest(film), how.digest(), _SAID, "float32", "none")
    known = None if cache is None else cache.get(key)
    if known is not None:
        return bool(known[0])
    found = crop_of(read_radiograph(film).pixels, how).of == "fracture"
    if cache is not None:
        cache.put(key, np.array([found], dtype=np.float32))
    return found
