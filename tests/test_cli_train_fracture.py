"""`radunion train --input fracture` as a user runs it: a bundle that says what it sees, and what it saw whole."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.simulated import simulated

from radunion.cli import main
from radunion.scoring import load_bundle


def test_a_frozen_model_of_crops_is_trained_and_says_of_a_film_that_it_saw_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cohort = simulated()
    options = ["--backbone", "test_resnet", "--weights", "none", "--epochs", "1", "--input", "fracture"]
    assert main(["train", str(cohort), "--out", str(tmp_path / "model"), *options]) == 0
    card = load_bundle(tmp_path / "model").card
    assert card.settings["backbone.input"] == "fracture"
    assert card.preprocessing.shape == "fracture"
    assert any("from the finder that comes with radunion" in limit for limit in card.limits)

    noise = tmp_path / "noise.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (320, 240), dtype=np.uint8)).save(noise)
    capsys.readouterr()
    assert main(["score", str(noise), "--views", "ap", "--model", str(tmp_path / "model"), "--json"]) == 0
    warnings = json.loads(capsys.readouterr().out)["warnings"]
    assert f"{noise}: no fracture was found on it; the whole film was scored" in [one["message"] for one in warnings]
