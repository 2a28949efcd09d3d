"""The name of a fold: a digest of everything that decides its result, so that no fold is ever out of date."""

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from radunion import __version__
from radunion.features import Precision
from radunion.radiograph.fracture import finder_digest
from radunion.scoring.card import film_digest
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.splits import MAPPED_FOLD, Split
from radunion.study.protocols import NetworkProtocol, Protocol, TunedProtocol
from radunion.training.films.settings import deciding
from radunion.training.precision import learning_precision

LIBRARIES = ("numpy", "scipy", "scikit-learn", "scikit-image", "PyWavelets", "torch", "timm", "pydicom", "pillow")
"""What may change a number; also told in the report."""
_METHODS = 1
"""Raise it when a protocol's method gives other results for the same settings within one version of radunion."""


@dataclass(frozen=True)
class Naming:
    """Hold what all folds of a study share, digested once."""

    shared: str

    def run(self, protocol: Protocol) -> str:
        """Return the digest of a protocol on these films, whatever the folds."""
        decides = {**deciding(asdict(protocol)), "weights": _weights(protocol), "title": "", "source": ""}
        if isinstance(protocol, TunedProtocol):
            decides |= {"tuned": _tuning()}
        if "fracture" in (decides.get("shape"), decides.get("input")):
            decides |= {"finder": finder_digest()}
        return _sha256(self.shared + json.dumps(decides, sort_keys=True))

    def fold(self, run: str, split: Split, *, maps: int = 0) -> str:
        """Return the digest of one fold of a run; `maps` heat-maps are kept with the fold that they are measured on."""
        state = hashlib.sha256(run.encode())
        for part in (split.train_films, split.test_films, split.train, split.test):
            state.update(len(part).to_bytes(8, "little") + part.tobytes())
        if maps and split.fold == MAPPED_FOLD:
            state.update(f"heat-maps of {maps}".encode())
        return state.hexdigest()[:32]


def naming_of(data: StudyData, *, seed: int, precision: Precision) -> Naming:
    """Digest films, labels, versions and number formats."""
    decides = {
        "radunion": __version__,
        "methods": _METHODS,
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
        "cohort": data.cohort.digest(),
        "films": [film_digest(path) for path in data.examples.paths],
        "seed": seed,
        "features": precision,
        "learning": learning_precision(),
    }
    return Naming(_sha256(json.dumps(decides, sort_keys=True)))


def _tuning() -> dict[str, str]:
    """Return what decides a tuned network's numbers beside the protocol: only its folds are named by it."""
    from radunion.training.tuned.machine import Machine, found_accelerator

    machine = Machine()
    return {
        "accelerator": found_accelerator(machine),
        "precision": machine.precision,
        "lightning-fabric": metadata.version("lightning-fabric"),
    }


def _weights(protocol: Protocol) -> str:
    """Return the digest of a weights file; what timm downloads goes by its name and timm's version."""
    if not isinstance(protocol, NetworkProtocol):
        return ""
    path = Path(protocol.weights)
    return film_digest(path) if path.is_file() else protocol.weights


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
