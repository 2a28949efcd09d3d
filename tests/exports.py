"""Exporting a graph takes ten seconds and more; tests that do not ask what the graph says need not wait for it."""

from collections.abc import Callable
from hashlib import sha256

import pytest
from torch import nn

from radunion.radiograph import Preprocessing
from radunion.training.export import export_onnx

_EXPORTER = "radunion.training.train.export_onnx"
_graphs: dict[str, bytes] = {}


def export_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Export a network once; the same network, to the last bit, is given the same graph again."""
    monkeypatch.setattr(_EXPORTER, _remembering(_weighed))


def export_any(monkeypatch: pytest.MonkeyPatch) -> None:
    """Export a network once, and give every other of its shape that graph, whatever its weights: for tests of these."""
    monkeypatch.setattr(_EXPORTER, _remembering(repr))


def _remembering(key_of: Callable[[nn.Module], str]) -> Callable[[nn.Module, Preprocessing], bytes]:
    def export(scorer: nn.Module, preprocessing: Preprocessing) -> bytes:
        key = f"{preprocessing} {key_of(scorer)}"
        if key not in _graphs:
            _graphs[key] = export_onnx(scorer, preprocessing)
        return _graphs[key]

    return export


def _weighed(scorer: nn.Module) -> str:
    digest = sha256(repr(scorer).encode())
    for name, values in scorer.state_dict().items():
        digest.update(name.encode() + values.numpy().tobytes())
    return digest.hexdigest()
