"""Fine-tuning as a protocol: from simulated films to one bundle of finder, tuned network and head."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.exports import export_once
from tests.simulated import simulated
from tests.test_training_tuned_samples import SETTINGS, backbone

from radunion.cohort import read_cohort
from radunion.errors import UsageError
from radunion.scoring import infer
from radunion.scoring.graph import OUTPUTS
from radunion.study.plans import plan_of
from radunion.study.protocols import PROTOCOLS, TunedProtocol, Variant
from radunion.training import compact, teachers
from radunion.training.examples import ABSENT, Examples, examples_of
from radunion.training.export import export_onnx
from radunion.training.finder import Finder
from radunion.training.found import FoundLook
from radunion.training.learner import quiet
from radunion.training.look import Scorer
from radunion.training.network import HeadShape, PairHead
from radunion.training.settings import FINDER
from radunion.training.strips import STRIP
from radunion.training.train import train_model
from radunion.training.tuned.learner import TunedLearner
from radunion.training.tuned.machine import Machine
from radunion.training.tuned.network import TunedEncoder


def small() -> TunedProtocol:
    protocol = PROTOCOLS["pair-tuned"]
    assert isinstance(protocol, TunedProtocol)
    return replace(
        protocol, name="small", network="test_resnet", unfreeze_from="layer4", head_epochs=2, epochs=2, batch=8
    )


@pytest.mark.parametrize(
    ("changes", "machine", "told"),
    [
        ({"unfreeze_from": "Mixed_7a"}, Machine(accelerator="cpu"), "unfreeze_from must be a layer of test_resnet"),
        ({}, Machine(accelerator="cpu", devices=3), "8 examinations for 3 devices"),
        ({"batch": 64}, Machine(accelerator="cuda", devices=64), "64 GPUs were asked for"),
    ],
)
def test_what_cannot_be_tuned_is_refused_before_films_are_read(
    changes: dict[str, object], machine: Machine, told: str, tmp_path: Path
) -> None:
    settings = replace(SETTINGS, **changes)  # type: ignore[arg-type]
    unread = Examples(
        (tmp_path / "absent.png",), (None,), ((None, None),), *(np.zeros(1, dtype=bool),) * 2, np.array([[0, ABSENT]]),
        np.ones((1, 4, 4), dtype=bool), np.ones((1, 4), dtype=np.float32), ("a",), np.zeros(1, dtype=np.int64),
    )  # fmt: skip
    with pytest.raises(UsageError, match=told):
        TunedLearner(unread, backbone(), settings, machine, precision="float32", work=tmp_path, tell=quiet)


@pytest.mark.slow
def test_the_graph_of_a_tuned_network_says_what_the_network_says() -> None:
    import onnxruntime

    torch.manual_seed(0)
    encoder = TunedEncoder(backbone(), "layer4")
    head = PairHead(HeadShape(2 * backbone().channels))
    scorer = Scorer(FoundLook(Finder(STRIP.width).eval(), encoder), head).eval()
    session = onnxruntime.InferenceSession(export_onnx(scorer, STRIP), providers=["CPUExecutionProvider"])
    films = torch.rand(2, 2, 1, STRIP.height, STRIP.width, generator=torch.Generator().manual_seed(1))
    given = (films[0], films[1], torch.tensor([[1.0, 1.0], [0.0, 1.0]]))
    with torch.inference_mode():
        wanted = scorer(*given)
    names = [one.name for one in session.get_inputs()]
    found = session.run(list(OUTPUTS), {name: one.numpy() for name, one in zip(names, given, strict=True)})
    for ours, theirs in zip(wanted, found, strict=True):
        np.testing.assert_allclose(theirs, ours.numpy(), atol=1e-4)


@pytest.mark.slow
def test_a_tuned_protocol_becomes_a_bundle_and_resumes_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_once(monkeypatch)
    monkeypatch.setattr(teachers, "FEWEST_BOXES", 5)
    monkeypatch.setattr(compact, "FINDER", replace(FINDER, epochs=1))
    cohort = read_cohort(simulated())
    plan = plan_of(
        small(), Variant(files={"small": "none"}), name="small", seed=0, precision="float32", folds=None,
        machine=Machine(accelerator="cpu"),
    )  # fmt: skip
    trained = train_model(cohort, tmp_path / "model", plan)
    card = trained.bundle.card
    assert card.protocol == "small (random weights, not imagenet)"
    assert (card.settings["tuned.unfreeze_from"], card.settings["tuned.precision"]) == ("layer4", "32-true")
    assert list(trained.history) == ["finder", "scores", "tuning"]

    def killed(stage: str, done: int, total: int, note: str) -> None:
        if stage == "Fine-tuning" and done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_model(cohort, tmp_path / "again", plan, tell=killed)
    again = train_model(cohort, tmp_path / "again", plan)
    assert again.history == trained.history
    films = examples_of(cohort.examinations)
    pair = (films.paths[films.films[0, 0]], films.paths[films.films[0, 1]])
    said, same = (infer(one.bundle, [pair]).joint.levels for one in (trained, again))
    np.testing.assert_array_equal(said, same)
