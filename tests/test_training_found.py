"""The frozen network that looks at the found fracture: its features, and the bundle that holds finder and network."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.simulated import simulated

from radunion.cohort import read_cohort
from radunion.features import BackboneSpec, load_backbone
from radunion.scoring import infer
from radunion.study.plans import plan_of
from radunion.study.protocols import PROTOCOLS, PairProtocol, Variant
from radunion.training import compact, teachers
from radunion.training.found import GlimpseFeatures
from radunion.training.settings import FINDER
from radunion.training.train import train_model


def features() -> GlimpseFeatures:
    return GlimpseFeatures(load_backbone(BackboneSpec("test_resnet")).pooled()).eval()


def test_left_and_right_halves_stay_apart_and_change_places_when_mirrored() -> None:
    look, glimpses = features(), torch.rand(2, 1, 96, 96, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        maps = look.pooled.maps(torch.nn.functional.interpolate(glimpses, scale_factor=2, mode="bilinear"))
        seen = look(glimpses)
    half = maps.shape[1]
    assert seen.shape == (2, 2 * half)
    np.testing.assert_allclose(torch.maximum(seen[:, :half], seen[:, half:]), maps.amax(dim=(2, 3)), rtol=1e-5)
    assert not torch.equal(seen[:, :half], seen[:, half:])


@pytest.mark.slow
def test_finder_and_frozen_network_are_one_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teachers, "FEWEST_BOXES", 5)
    monkeypatch.setattr(compact, "FINDER", replace(FINDER, epochs=1))
    cohort = read_cohort(simulated())
    protocol = PROTOCOLS["pair-frozen"]
    assert isinstance(protocol, PairProtocol)
    small = replace(protocol, name="small", network="test_resnet", epochs=2)
    variant = Variant(files={"small": "none"})
    plan = plan_of(small, variant, name="small", seed=0, precision="float32", folds=None)
    trained = train_model(cohort, tmp_path / "model", plan)
    assert trained.bundle.card.protocol == "small (random weights, not imagenet)"
    assert trained.bundle.card.settings["backbone.input"] == "glimpse"
    pair = next((one.film("ap"), one.film("lateral")) for one in cohort.examinations if len(one.films) == 2)
    assert pair[0] is not None
    assert pair[1] is not None
    said = infer(trained.bundle, [(pair[0].path, pair[1].path)])
    np.testing.assert_allclose(said.joint.margins().sum(axis=2), 1, atol=1e-4)
