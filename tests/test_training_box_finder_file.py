"""The finder as a file of its own: it says what the network says of any number of strips, nothing of the machine."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from radunion.errors import BundleError
from radunion.radiograph.fracture import FOCUS, HEIGHT, STRIPS, WIDTH
from radunion.training.box.finder_file import finder_onnx
from radunion.training.finder import Finder, every_way


def a_finder(seed: int) -> Finder:
    torch.manual_seed(seed)
    return Finder(WIDTH)


@pytest.fixture(scope="module")
def graph() -> bytes:
    return finder_onnx(a_finder(0))


def test_the_file_says_what_the_network_says_of_any_number_of_strips(graph: bytes) -> None:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    for count in (1, 4):
        strips = torch.rand(count, 1, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(count))
        (found,) = session.run([FOCUS], {STRIPS: strips.numpy()})
        with torch.inference_mode():
            wanted = every_way(a_finder(0).eval(), strips).focus.softmax(dim=1).numpy()
        assert found.shape == (count, 40)
        np.testing.assert_allclose(found, wanted, atol=1e-5)
        np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_the_file_is_small_and_says_nothing_of_the_machine(graph: bytes) -> None:
    assert len(graph) < 1_000_000
    assert not [word for word in (b"site-packages", b".py", str(Path.cwd()).encode()) if word in graph]


def test_a_file_that_says_something_else_is_refused(graph: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    another = a_finder(1)
    torch.nn.init.normal_(another.focus.weight, std=99.0)  # so that it is sure of something else

    def of_another(network: object, inputs: object, path: str, **_: object) -> None:
        Path(path).write_bytes(graph)

    monkeypatch.setattr(torch.onnx, "export", of_another)
    with pytest.raises(BundleError, match="must say what the network says; a probability differs by"):
        finder_onnx(another)
