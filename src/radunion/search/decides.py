"""What the results of a search depend on beside its space and seed, told part by part: so a change can be named."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from radunion import __version__
from radunion.radiograph.fracture import finder_digest
from radunion.scoring.card import film_digest
from radunion.search.settings import SearchSettings
from radunion.search.space import protocol_of
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.naming import LIBRARIES
from radunion.study.protocols import FilmProtocol
from radunion.training.precision import learning_precision

_OF_HEADS = ("numpy", "torch", "timm", "pydicom", "pillow")
"""The libraries that heads on a frozen network depend on: all others may differ from machine to machine."""
_OWN = "the protocol's own"


def identity_of(data: StudyData, settings: SearchSettings) -> dict[str, str]:
    """Return films and labels, weights, number formats and versions; files go by their content, not by their path."""
    base = protocol_of(settings.space)
    heads = isinstance(base, FilmProtocol) and not base.end_to_end
    told = {
        "films and labels": _digest(data.cohort.digest(), *(film_digest(path) for path in data.examples.paths)),
        "weights": ", ".join(sorted(_weights(settings))) or _OWN,
        "taps": ", ".join(sorted(f"{name}={tap}" for name, tap in settings.variant.taps.items())) or _OWN,
        "precision of features": settings.precision,
        "precision of heads": settings.heads,
        "radunion": __version__,
    }
    if not heads:
        told["precision of learning"] = learning_precision()
    if "fracture" in _named(settings, "shape"):
        told["finder of the fracture"] = finder_digest()
    return told | {name: metadata.version(name) for name in (_OF_HEADS if heads else LIBRARIES)}


def _weights(settings: SearchSettings) -> Iterator[str]:
    """Tell the weights that the run gives, and the files that the space names."""
    for kind, word in settings.variant.files.items():
        yield f"{kind}={_content(word)}"
    for word in _named(settings, "weights"):
        if isinstance(word, str) and Path(word).is_file():
            yield _content(word)


def _named(settings: SearchSettings, field: str) -> list[Any]:
    """Return what a field of the protocol is in any trial of the space."""
    space = settings.space
    named: list[Any] = [asdict(space.base).get(field), space.fixed.get(field)]
    return named + [value for axis in space.axes if axis.name == field for value in axis.choices]


def _content(word: str) -> str:
    return film_digest(Path(word)) if Path(word).is_file() else word


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
