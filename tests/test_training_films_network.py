"""The modules of networks of single films: a bundle's graph says what the study says."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.test_training_films_samples import HEAD, LENET, SIZE, SQUASHED, equal, noise
from torch import nn

from radunion.features import BackboneSpec, load_backbone
from radunion.training.examples import ABSENT
from radunion.training.export import export_onnx
from radunion.training.films.data import pixel_inputs
from radunion.training.films.network import FilmScorer, FrozenFilms, WholeFilms, head_of, whole_network
from radunion.training.films.said import joint_of, said_of
from radunion.training.films.settings import Outputs


class Told(nn.Module):
    """Says of a film the logits that its first pixels hold."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.columns = columns

    def forward(self, films: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits = films.flatten(1)[:, : self.columns]
        return logits[:, :3], logits


@pytest.mark.parametrize(("outputs", "columns"), [("seed18", 18), ("examination", 16)])
def test_the_graph_says_what_the_study_says(outputs: Outputs, columns: int) -> None:
    random = np.random.default_rng(7)
    logits = random.normal(-1, 4, size=(12, columns)).astype(np.float32)
    logits[0, 2:6] = -40  # nothing at all is said of a cortex
    pairs = np.array([[0, 1], [2, 3], [4, ABSENT], [ABSENT, 5], [6, 7], [ABSENT, ABSENT], [8, ABSENT], [10, 11]])
    said = said_of(1 / (1 + np.exp(-logits)), outputs)
    joint = joint_of(said, pairs, averaged=outputs == "examination")
    films = np.zeros((len(pairs), 2, 1, 5, 5), dtype=np.float32)
    films.reshape(len(pairs), 2, -1)[:, :, :columns] = np.where((pairs != ABSENT)[:, :, None], logits[pairs], 3.0)
    present = torch.from_numpy((pairs != ABSENT).astype(np.float32))
    ap, lateral = torch.from_numpy(films).unbind(1)
    scorer = FilmScorer(Told(columns), outputs)
    found = scorer(ap, lateral, present)
    equal(joint, found, 1e-5)
    here = pairs != ABSENT
    np.testing.assert_allclose(found[3].numpy()[here], said.lateral[pairs][here], atol=1e-5)
    np.testing.assert_array_equal(found[4].numpy()[here], logits[pairs][here][:, :3])
    for row in range(len(pairs)):
        one = slice(row, row + 1)
        equal(joint[np.array([row])], scorer(ap[one], lateral[one], present[one]), 1e-5)


@pytest.mark.parametrize("outputs", ["seed18", "examination"])
def test_a_frozen_network_with_its_head_is_exported_whole(outputs: Outputs) -> None:
    import onnxruntime

    backbone = load_backbone(BackboneSpec("test_resnet", "none"))
    head = head_of(replace(HEAD, outputs=outputs), backbone.channels).eval()
    graph = export_onnx(FilmScorer(FrozenFilms(backbone.pooled(), head), outputs), SQUASHED)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    films = np.random.default_rng(8).random((2, 4, 1, SIZE, SIZE), dtype=np.float32)
    present = np.array([[1, 1], [1, 0], [0, 1], [1, 1]], dtype=np.float32)
    found = session.run(None, {"ap": films[0], "lateral": films[1], "present": present})
    with torch.inference_mode():
        sigmoids = head(backbone.pooled()(torch.from_numpy(films.reshape(8, 1, SIZE, SIZE)))).sigmoid().numpy()
    pairs = np.where(present > 0, np.array([[row, row + 4] for row in range(4)]), ABSENT)
    joint = joint_of(said_of(sigmoids, outputs), pairs, averaged=outputs == "examination")
    equal(joint, tuple(map(torch.from_numpy, found)), 1e-4)


def test_a_whole_network_sees_films_as_it_did_in_training() -> None:
    module = whole_network(LENET).eval()
    pixels = noise(2)
    with torch.inference_mode():
        wanted = module(pixel_inputs(pixels, flips=True).draw(torch.arange(2), None))
        features, logits = WholeFilms(module)(torch.from_numpy(pixels.astype(np.float32) / 255)[:, None])
    np.testing.assert_allclose(logits.numpy(), wanted.numpy(), atol=1e-5)
    assert features is logits
