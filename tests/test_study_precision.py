"""Scores in fewer bits beside float32: nothing changes where the numbers are the same, each change is counted."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.test_cli_samples import a_cohort, a_model

from radunion.cohort import Cohort, read_cohort
from radunion.errors import MissingExtraError, UsageError
from radunion.scoring import Bundle
from radunion.scoring.graph import Graph
from radunion.scoring.precision import in_precision
from radunion.study import precision as precisions
from radunion.study.precision import agreements


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    return read_cohort(a_cohort(tmp_path / "cohort"))


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return a_model(tmp_path / "model", a_cohort(tmp_path / "trained", offset=1))


class TurnedRound:
    """A session that takes the lowest level for the highest."""

    def __init__(self, session: Any) -> None:
        self.session = session

    def run(self, names: list[str], feeds: dict[str, Any]) -> list[Any]:
        said = dict(zip(names, self.session.run(names, feeds), strict=True))
        return [said[name][..., ::-1] if name == "levels" else said[name] for name in names]


class Turned(Bundle):
    @property
    def graph(self) -> Graph:
        plain = Bundle(self.card, self.files, self.sha256, self.path).graph
        return replace(plain, session=TurnedRound(plain.session))


def test_the_same_graph_changes_nothing(cohort: Cohort, bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precisions, "in_precision", lambda one, precision, films: one)
    told: list[tuple[int, int]] = []
    (found,) = agreements({"tiny": bundle}, cohort.examinations, ["int8"], progress=lambda *done: told.append(done))
    assert (found.examinations.changed, found.examinations.of, found.patients.of) == (0, 6, 6)
    assert found.largest == 0
    assert found.bound == pytest.approx(1 - 0.05 ** (1 / 6))
    assert told[-1] == (6, 6)


def test_levels_that_turn_round_are_counted(cohort: Cohort, bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    turned = Turned(bundle.card, bundle.files, bundle.sha256, bundle.path)
    monkeypatch.setattr(
        precisions, "in_precision", lambda one, precision, films: one if precision == "float32" else turned
    )
    (found,) = agreements({"tiny": bundle}, cohort.examinations, ["int8"])
    assert found.parts["level"].changed == found.parts["level"].of == 24
    assert found.examinations.changed == found.patients.changed == 6
    assert found.largest > 0.5


def test_int8_runs_on_the_same_films(cohort: Cohort, bundle: Bundle) -> None:
    (found,) = agreements({"tiny": bundle}, cohort.examinations, ["int8"])
    assert (found.precision, found.runtime, found.parts["level"].of) == ("int8", "ONNX Runtime", 24)
    assert min(found.rates) > 0


@pytest.mark.parametrize(
    ("precision", "package", "extra"),
    [("bfloat16", "openvino", "openvino"), ("int8", "onnxruntime.quantization", "train")],
)
def test_a_missing_package_is_told_by_its_extra(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, precision: Any, package: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=f'needs the extra "{extra}"'):
        in_precision(bundle, precision, []).graph  # noqa: B018


@pytest.mark.parametrize("named", [["float32"], ["int8", "int8"]])
def test_precisions_are_fewer_bits_each_once(cohort: Cohort, bundle: Bundle, named: list[Any]) -> None:
    with pytest.raises(UsageError, match="precisions are int8 and bfloat16, each once"):
        agreements({"tiny": bundle}, cohort.examinations, named)
