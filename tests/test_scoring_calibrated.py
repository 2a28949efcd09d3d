"""A calibrated bundle: its card, its scores, its words; and bundles of before, which say that nothing is calibrated."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from rich.console import Console
from tests.test_scoring_samples import a_card, a_film, a_graph, a_reference, save_film, write

from radunion.errors import BundleError, UsageError
from radunion.evaluation.calibration import Calibration
from radunion.evaluation.conformal import Conformal, Threshold
from radunion.joint import JointLevels
from radunion.scale import CORTICES, SCALES
from radunion.scoring import (
    Bundle,
    CalibrationCard,
    Card,
    ScoreDocument,
    load_bundle,
    score_films,
    score_picture,
    score_table,
    write_bundle,
)
from radunion.scoring.totals import score_cortices, score_total

PRESENT = np.array([True, True])


def sets(coverage: float, *, levels: float, totals: float) -> Conformal:
    return Conformal(
        coverage,
        {scale: Threshold(levels, 80) for scale in SCALES},
        {"mrust": {"medial": Threshold(1.0, 60)}, "rust": {}},
        {scale: Threshold(totals, 70) for scale in SCALES},
    )


def a_calibration(**changes: Any) -> CalibrationCard:
    plain: dict[str, Any] = {
        "correction": Calibration(2.0, 90, 80),
        "sets": (sets(0.8, levels=0.7, totals=0.75), sets(0.9, levels=0.85, totals=0.95)),
        "fitted_on": "a test",
        "promise": "nothing",
    }
    return CalibrationCard(**{**plain, **changes})


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    card = a_card(threshold=20.0, simulated=False).model_copy(update={"calibration": a_calibration()})
    return write_bundle(tmp_path / "model", onnx=a_graph(), card=card, reference=a_reference())


@pytest.fixture
def pair(tmp_path: Path) -> list[Path]:
    return [
        save_film(tmp_path / "front.png", a_film(lateral=0.0, levels=(2, 3))),
        save_film(tmp_path / "side.png", a_film(lateral=1.0, levels=(3, 3))),
    ]


def test_the_card_keeps_it(bundle: Bundle) -> None:
    assert load_bundle(bundle.path).card.calibration == a_calibration()


def test_a_card_of_before_still_loads_and_says_that_nothing_is_calibrated(tmp_path: Path, pair: list[Path]) -> None:
    write(tmp_path / "older")
    card = tmp_path / "older" / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "calibration": "none"}))
    older = load_bundle(tmp_path / "older")
    assert older.card.calibration is None
    document = score_films(pair, older).document
    assert not document.calibrated
    text = json.loads(document.to_json())
    del text["calibrated"]
    assert ScoreDocument.model_validate_json(json.dumps(text)) == document


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"correction": {**Calibration(2.0, 90, 80).to_dict(), "temperature": -1}}, "a temperature lies between"),
        ({"correction": {**Calibration(2.0, 90, 80).to_dict(), "surprise": 1}}, "a calibration has the fields"),
        ({"sets": []}, "at least 1 item"),
        ({"sets": [{"coverage": 0.9}]}, "conformal sets have a coverage"),
        ({"sets": [sets(0.8, levels=0.7, totals=0.7).to_dict()]}, r"must have sets for its own coverage, 0\.9"),
        ({"promise": " "}, "promise"),
    ],
)
def test_a_card_that_contradicts_itself_is_refused(bundle: Bundle, change: dict[str, Any], message: str) -> None:
    path = bundle.path / "card.json"
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "calibration": {**data["calibration"], **change}}))
    with pytest.raises(BundleError, match=message):
        load_bundle(bundle.path)


def test_other_words_than_none_are_no_calibration() -> None:
    with pytest.raises(ValidationError, match="calibration"):
        Card.model_validate({**json.loads(a_card().to_json()), "calibration": "some"})


def test_a_score_is_made_of_calibrated_probabilities_and_conformal_sets(
    bundle: Bundle, pair: list[Path], tmp_path: Path
) -> None:
    raw = score_films(pair, write(tmp_path / "raw", threshold=20.0))
    scored = score_films(pair, bundle)
    document, plain = scored.document, bundle.card.calibration
    assert plain is not None
    joint = plain.correction.apply(raw.inferred.joint)
    np.testing.assert_allclose(scored.inferred.joint.margins(), joint.margins())
    assert document.calibrated
    assert max(document.cortices["lateral"].probabilities) < max(raw.document.cortices["lateral"].probabilities)
    for row, cortex in enumerate(CORTICES):
        said = document.cortices[cortex]
        np.testing.assert_allclose(said.probabilities, joint.margins()[0, row], atol=1e-6)
        low, high = plain.sets[1].level_set(joint.margins()[:, row].astype(np.float64), cortex)
        assert said.levels == tuple(range(int(low[0]), int(high[0]) + 1))
        assert said.level in said.levels
    assert document.cortices["medial"].levels == (1, 2, 3, 4)
    assert len(document.cortices["lateral"].levels) < 4
    low, high = plain.sets[1].total_interval(joint.totals("mrust").astype(np.float64), "mrust")
    assert document.mrust.interval == (int(low[0]), int(high[0]))
    assert document.mrust.total is not None
    assert document.mrust.interval[0] <= document.mrust.total <= document.mrust.interval[1]
    assert document.union.probability == pytest.approx(float(joint.totals("mrust")[0, 9:].sum()), abs=1e-6)


def test_a_coverage_that_was_not_fitted_is_refused_and_one_that_was_is_taken(bundle: Bundle, pair: list[Path]) -> None:
    with pytest.raises(UsageError, match=r"calibrated for a coverage of 0\.8, 0\.9, found 0\.5; ask for one of these"):
        score_films(pair, bundle, coverage=0.5)
    narrow, wide = (score_films(pair, bundle, coverage=coverage).document for coverage in (0.8, 0.9))
    assert narrow.mrust.interval[1] - narrow.mrust.interval[0] < wide.mrust.interval[1] - wide.mrust.interval[0]


def test_a_missing_cortex_gives_bounds_by_the_model_s_own_probability() -> None:
    random = np.random.default_rng(3)
    joint = JointLevels(np.ones((1, 1)), random.dirichlet(np.ones(4), size=(1, 1, 4)), np.array([[0.9, 0.2, 0.9, 0.9]]))
    used = np.array([True, False, True, True])
    made = sets(0.9, levels=0.1, totals=0.99)
    with_sets, without = (
        score_total(joint, "mrust", convention="metrc", used=used, coverage=0.9, sets=one) for one in (made, None)
    )
    assert with_sets == without
    cortices = score_cortices(joint, present=PRESENT, coverage=0.9, sets=made)
    assert cortices["lateral"].levels == (1, 2, 3, 4)
    assert len(cortices["anterior"].levels) < 4


def test_words_say_what_is_promised(bundle: Bundle, pair: list[Path], tmp_path: Path) -> None:
    whole, one = score_films(pair, bundle), score_films(pair[:1], bundle)
    raw = score_films(pair, write(tmp_path / "raw", threshold=20.0))
    assert "Calibrated: sets hold the reader's score on at least 90 % of patients like those calibrated on" in printed(
        whole.document
    )
    assert "nor for totals that are bounds" not in printed(whole.document)
    assert "no promise elsewhere, nor for totals that are bounds" in printed(one.document)
    assert "hold 90 % of the model's own probability, not calibrated" in printed(raw.document)
    assert score_picture(whole) != score_picture(raw)


def printed(document: ScoreDocument) -> str:
    console = Console(file=io.StringIO(), width=200, color_system=None)
    console.print(score_table(document))
    return console.file.getvalue()  # type: ignore[attr-defined]
