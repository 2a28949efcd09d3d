"""Films through a frozen backbone, once: decoded ahead in threads, run in batches, remembered in the cache."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from radunion.errors import FilmError
from radunion.features.backbone import Backbone
from radunion.features.cache import FeatureCache, FeatureKey
from radunion.features.sight import seen_as
from radunion.features.spec import Precision, Sight
from radunion.radiograph import Preprocessing, prepare, read_radiograph

Progress = Callable[[int, int], None]
"""Called with (film views done, film views to do)."""

_DECODERS = 2
_AHEAD = 32


def extract(
    backbone: Backbone,
    films: Sequence[Path],
    *,
    flips: Sequence[Sight] = ("none",),
    cache: FeatureCache | None = None,
    preprocessing: Preprocessing | None = None,
    precision: Precision = "float32",
    batch_size: int = 16,
    progress: Progress | None = None,
) -> Float32[np.ndarray, "films flips c"]:
    """Return the pooled features of every film in every flip.

    A flip (or another `Sight`) moves the prepared film. What the cache has is not computed again, and one content is
    computed once however many files hold it. `preprocessing` replaces the backbone's own. Raises FilmError for a film
    that cannot be read; the films before it stay in the cache.
    """
    how = preprocessing or backbone.preprocessing()
    digests = [content_digest(film) for film in films]
    keys = [
        [FeatureKey(digest, how.digest(), backbone.digest, precision, flip) for flip in flips] for digest in digests
    ]
    films_of = {key: film for film, row in zip(reversed(films), reversed(keys), strict=True) for key in row}
    wanted = list(dict.fromkeys(key for row in keys for key in row))
    known = _remembered(cache, wanted)
    todo = [_View(key, films_of[key]) for key in wanted if key not in known]
    for key, features in _computed(backbone, todo, how, precision, batch_size):
        known[key] = features
        if cache is not None:
            cache.put(key, features)
        if progress is not None:
            progress(len(known), len(wanted))
    rows = [[known[key] for key in row] for row in keys]
    return np.array(rows, dtype=np.float32).reshape(len(films), len(flips), backbone.channels)


class Extractor:
    """A backbone made ready to run fast: batch norms folded, channels last, in the precision asked for."""

    def __init__(self, backbone: Backbone, precision: Precision = "float32") -> None:
        import torch

        from radunion.features.fold import folded
        from radunion.features.pooled import PooledBackbone

        self.dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
        trunk = folded(backbone.module).to(self.dtype).to(memory_format=torch.channels_last)
        self.pooled = PooledBackbone(
            trunk, mean=backbone.mean, std=backbone.std, pooling=backbone.spec.pooling, dtype=self.dtype
        ).eval()

    def __call__(self, films: Float32[np.ndarray, "n h w"]) -> Float32[np.ndarray, "n c"]:
        """Run one batch of prepared films."""
        import torch

        with torch.inference_mode():
            return np.asarray(self.pooled(torch.from_numpy(films)[:, None]).numpy())


@dataclass(frozen=True)
class _View:
    """One film in one flip, still to be computed."""

    key: FeatureKey
    film: Path


def content_digest(film: Path) -> str:
    """Return the SHA-256 of a film's bytes. Raises FilmError for a film that cannot be opened."""
    try:
        with film.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FilmError(film, f"it cannot be opened ({error.strerror})", "give the path of a film") from error


def _remembered(cache: FeatureCache | None, wanted: list[FeatureKey]) -> dict[FeatureKey, Float32[np.ndarray, " c"]]:
    if cache is None:
        return {}
    cache.sweep()
    found = {key: cache.get(key) for key in wanted}
    return {key: features for key, features in found.items() if features is not None}


def _computed(
    backbone: Backbone, todo: list[_View], how: Preprocessing, precision: Precision, batch_size: int
) -> Iterator[tuple[FeatureKey, Float32[np.ndarray, " c"]]]:
    if not todo:
        return
    run = Extractor(backbone, precision)
    with ThreadPoolExecutor(_DECODERS) as pool:
        prepared = _ahead(pool, todo, how)
        for start in range(0, len(todo), batch_size):
            batch = todo[start : start + batch_size]
            features = run(np.stack([next(prepared) for _ in batch]))
            yield from zip([view.key for view in batch], features, strict=True)


def _ahead(pool: ThreadPoolExecutor, todo: list[_View], how: Preprocessing) -> Iterator[Float32[np.ndarray, "h w"]]:
    """Yield the prepared views in order, decoding a bounded number ahead and each film once for its flips in a row."""
    films = list(dict.fromkeys(view.film for view in todo))
    pending: deque[Future[np.ndarray]] = deque()
    upcoming = iter(films)
    current: tuple[Path, np.ndarray] | None = None
    for view in todo:
        if current is None or current[0] != view.film:
            while len(pending) < _AHEAD and (film := next(upcoming, None)) is not None:
                pending.append(pool.submit(prepared_film, film, how))
            current = (view.film, pending.popleft().result())
        yield seen_as(current[1], view.key.flip)


def prepared_film(film: Path, how: Preprocessing) -> Float32[np.ndarray, "h w"]:
    """Read a film and bring it to the backbone's size, in [0, 1]."""
    return prepare(read_radiograph(film).pixels, how)
