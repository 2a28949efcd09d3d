"""A space whose networks cannot be had is refused before any work."""

from dataclasses import replace
from pathlib import Path

import pytest

from radunion.errors import UsageError
from radunion.report.search.material import Axis
from radunion.search import preflight
from radunion.search.preflight import as_it_runs, must_run
from radunion.search.space import SPACES
from radunion.study.protocols import FilmProtocol, Protocol, Variant

RANDOM_WEIGHTS = Variant(files={"imagenet": "none"})
FILE = """\
[space]
name = "layers"
base = "thesis-2"
trials = 3
[axes.dropout]
low = 0.0
high = 0.5
[axes.tap]
choices = ["Mixed_7a", "Mixed_9z"]
"""


def test_weights_that_are_not_given_are_asked_for() -> None:
    with pytest.raises(UsageError, match="the space regime-1: it needs inception_v3 with ImageNet weights"):
        must_run("regime-1", SPACES["regime-1"], seed=0)


def test_a_network_is_built_once_whatever_else_varies(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Protocol] = []
    monkeypatch.setattr(preflight, "why_not", lambda protocol, *, seed: built.append(protocol))
    must_run("regime-2", SPACES["regime-2"], seed=0, variant=RANDOM_WEIGHTS)
    assert len(built) == 1
    pooled = replace(SPACES["regime-1"], axes=(*SPACES["regime-1"].axes, Axis("pooling", choices=("max", "avg"))))
    must_run("own", pooled, seed=0, variant=RANDOM_WEIGHTS)
    assert [getattr(protocol, "pooling", "") for protocol in built[1:]] == ["max", "avg"]


def test_a_run_s_weights_are_told_in_the_name() -> None:
    protocol, name = as_it_runs(SPACES["regime-1"], {"batch": 20, "dropout": 0.1}, RANDOM_WEIGHTS)
    assert isinstance(protocol, FilmProtocol)
    assert (protocol.weights, protocol.batch) == ("none", 20)
    assert (protocol.name, name) == ("thesis-2-regime-1", "thesis-2-regime-1 (random weights, not imagenet)")


@pytest.mark.slow
def test_a_layer_that_does_not_exist_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "layers.toml"
    file.write_text(FILE)
    from radunion.search.space_file import space_of

    with pytest.raises(UsageError, match=r"layers.toml, line 8: axes.tap: .*Mixed_9z.*with tap Mixed_9z"):
        must_run(str(file), space_of(str(file)), seed=0, variant=RANDOM_WEIGHTS)
    file.write_text(FILE.replace(', "Mixed_9z"', ""))
    must_run(str(file), space_of(str(file)), seed=0, variant=RANDOM_WEIGHTS)
