"""A tiny model for the tests of `scoring`, and films that tell it what to say.

Each film of 32 × 24 pixels holds five grey patches: how lateral it looks, the levels of its two cortices, how well each
can be scored. The graph reads them back, so every rule can be brought about at will.
"""

from pathlib import Path

import numpy as np
import onnx
from jaxtyping import Float32
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from radunion import NOTICE
from radunion.radiograph import Preprocessing
from radunion.scale import Cortex
from radunion.scoring import Bundle, Card, FamiliarityCard, FamiliarityReference, TrainedOn, fit_reference, write_bundle

HEIGHT, WIDTH = 32, 24
BOTH = np.ones((1, 2), dtype=bool)
_PATCHES = (
    (slice(0, 8), slice(0, 24)),  # how lateral
    (slice(8, 16), slice(0, 24)),  # level of its first cortex
    (slice(16, 24), slice(0, 24)),  # level of its second cortex
    (slice(24, 32), slice(0, 12)),  # how scorable the first
    (slice(24, 32), slice(12, 24)),  # how scorable the second
)
_NODES: dict[str, list[str | int | None]] = {
    "weights": ["n", 2],
    "levels": ["n", 2, 4, 4],
    "scorable": ["n", 4],
    "lateral_view": ["n", 2],
    "features": ["n", 2, 5],
}
PEAKS: dict[Cortex, tuple[int, int]] = {"medial": (2, 1), "lateral": (2, 4), "anterior": (5, 1), "posterior": (5, 4)}
"""Where the tiny model looks for each cortex: row and column of a map of 8 by 6 cells of 4 pixels."""


def a_film(
    *, lateral: float, levels: tuple[int, int] = (2, 3), scorable: tuple[float, float] = (1.0, 1.0)
) -> Float32[np.ndarray, "32 24"]:
    """Return a film whose patches say these things."""
    film = np.zeros((HEIGHT, WIDTH), dtype=np.float32)
    for patch, value in zip(_PATCHES, (lateral, *((level - 1) / 3 for level in levels), *scorable), strict=True):
        film[patch] = value
    return film


def save_film(path: Path, film: np.ndarray) -> Path:
    """Write a film as PNG."""
    Image.fromarray(np.round(film * 255).astype(np.uint8)).save(path)
    return path


def films(folder: Path, count: int) -> list[Path]:
    """Write films, AP and lateral in turn, each with other levels."""
    return [
        save_film(
            folder / f"{number}.png", a_film(lateral=float(number % 2), levels=(1 + number % 4, 1 + number // 2 % 4))
        )
        for number in range(count)
    ]


def prepared(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return n prepared AP and n lateral films."""
    ap = [a_film(lateral=0.0, levels=(1 + row % 4, 2)) for row in range(n)]
    lateral = [a_film(lateral=1.0, levels=(3, 1 + row % 3)) for row in range(n)]
    return np.array(ap)[:, None], np.array(lateral)[:, None]


def a_reference() -> FamiliarityReference:
    """Return the reference of films such as `a_film` gives."""
    random = np.random.default_rng(0)
    levels = random.integers(0, 4, size=(200, 2)) / 3
    lateral = random.integers(0, 2, size=(200, 1)).astype(np.float64)
    return fit_reference(np.hstack([lateral, levels, random.uniform(0, 1, size=(200, 2))]))


def a_card(
    *, version: str = "1", simulated: bool = True, threshold: float = 3.0, shape: str = "pad", evidence: bool = False
) -> Card:
    """Return the card of the tiny model."""
    return Card(
        summary="Made for a test.",
        notice=f"For {NOTICE}.",
        name="tiny",
        version=version,
        protocol="tiny",
        convention="metrc",
        preprocessing=Preprocessing(
            height=HEIGHT, width=WIDTH, shape="shaft" if shape == "shaft" else "pad", intensity="full"
        ),
        trained_on=TrainedOn(
            description="patches of grey",
            simulated=simulated,
            cohort_sha256="0" * 64,
            patients=1,
            examinations=1,
            films=2,
        ),
        heatmap="evidence" if evidence else "none",
        settings={"epochs": 1, "rate": 0.5, "name": "x", "flag": True, "nothing": None},
        familiarity=FamiliarityCard(threshold=threshold, tuned_on="nothing", quantile=0.99),
        intended_use="tests",
        limits=("reads patches only",),
    )


def write(
    out: Path,
    *,
    version: str = "1",
    simulated: bool = True,
    threshold: float = 3.0,
    shape: str = "pad",
    evidence: bool = False,
    fault: str | None = None,
) -> Bundle:
    """Write a bundle of the tiny model."""
    card = a_card(version=version, simulated=simulated, threshold=threshold, shape=shape, evidence=evidence)
    graph = a_graph(evidence=evidence and fault != "absent", fault=fault)
    return write_bundle(out, onnx=graph, card=card, reference=a_reference())


def a_graph(
    *,
    without: str | None = None,
    size: tuple[int, int] = (HEIGHT, WIDTH),
    fault: str | None = None,
    evidence: bool = False,
) -> bytes:
    """Return the graph of the tiny model, or a faulty one."""
    constants = {
        "patches": _patch_weights(size),
        "shares": np.log(np.array([[0.6, 0.4]])),
        "none": np.zeros((2, 2)),
        "shifts": np.array([-0.3, 0.3]).reshape(1, 2, 1, 1),
        "scores": np.arange(4.0).reshape(1, 1, 1, 4),
        "three": np.array(3.0),
        "steep": np.array(-8.0),
        "twenty": np.array(20.0),
        "half": np.array(0.5),
        "spoil": np.array({"sum": 0.9}.get(fault or "", 1.0)),
        "less": np.array({"nan": -10.0}.get(fault or "", 0.0)),
        "views": np.kron(np.eye(2), np.ones((1, 2))),
        "maps": _maps() * {"heavy": 2.0, "negative": -1.0}.get(fault or "", 1.0),
    }
    integers = {
        "apart_shape": [0, 4, 1, 1],
        "flat": [0, 5],
        "film": [0, 1, 5],
        "spread": [0, 1, 4, 1],
        "i0": [0],
        "i12": [1, 2],
        "i34": [3, 4],
    }
    initial = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()]
    initial += [numpy_helper.from_array(np.array(value, dtype=np.int64), name) for name, value in integers.items()]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 1, *size]) for name in ("ap", "lateral")]
    inputs.append(helper.make_tensor_value_info("present", TensorProto.FLOAT, ["n", 2]))
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in _NODES.items()
        if name != without
    ]
    nodes = [*_features(fault), *_probabilities()]
    if evidence:
        outputs.append(helper.make_tensor_value_info("evidence", TensorProto.FLOAT, ["n", 4, 8, 6]))
        nodes += _evidence()
    kept = [node for node in nodes if node.output[0] != without]
    graph = helper.make_graph(kept, "tiny", inputs, outputs, initializer=initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    content: bytes = model.SerializeToString()
    return content


def _features(fault: str | None) -> list[onnx.NodeProto]:
    nodes = []
    for view in ("ap", "lateral"):
        nodes += [
            helper.make_node("Conv", [view, "patches"], [f"{view}_seen"]),
            helper.make_node("Reshape", [f"{view}_seen", "flat"], [f"{view}_flat"]),
            helper.make_node("Reshape", [f"{view}_seen", "film"], [f"{view}_film"]),
            *(helper.make_node("Gather", [f"{view}_flat", i], [f"{view}_{i}"], axis=1) for i in ("i0", "i12", "i34")),
        ]
    nodes.append(helper.make_node("Concat", ["ap_film", "lateral_film"], ["all_features"], axis=1))
    nodes.append(helper.make_node("Add", ["all_features", "less"], ["less_features"]))
    nodes.append(helper.make_node("Sqrt" if fault == "nan" else "Identity", ["less_features"], ["features"]))
    return nodes


def _probabilities() -> list[onnx.NodeProto]:
    return [
        helper.make_node("MatMul", ["present", "none"], ["zero"]),
        helper.make_node("Add", ["zero", "shares"], ["share"]),
        helper.make_node("Softmax", ["share"], ["weights"], axis=-1),
        helper.make_node("Concat", ["ap_i12", "lateral_i12"], ["places"], axis=1),
        helper.make_node("Mul", ["places", "three"], ["level"]),
        helper.make_node("Reshape", ["level", "spread"], ["level_wide"]),
        helper.make_node("Add", ["level_wide", "shifts"], ["shifted"]),
        helper.make_node("Sub", ["shifted", "scores"], ["apart"]),
        helper.make_node("Mul", ["apart", "apart"], ["squared"]),
        helper.make_node("Mul", ["squared", "steep"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["whole"], axis=-1),
        helper.make_node("Mul", ["whole", "spoil"], ["levels"]),
        *_sigmoid(["ap_i34", "lateral_i34"], "scorable"),
        *_sigmoid(["ap_i0", "lateral_i0"], "lateral_view"),
    ]


def _evidence() -> list[onnx.NodeProto]:
    return [
        helper.make_node("MatMul", ["present", "views"], ["of_each"]),
        helper.make_node("Reshape", ["of_each", "apart_shape"], ["of_each_wide"]),
        helper.make_node("Mul", ["of_each_wide", "maps"], ["evidence"]),
    ]


def _maps() -> np.ndarray:
    maps = np.zeros((1, 4, 8, 6))
    for slot, (row, column) in enumerate(PEAKS.values()):
        maps[0, slot, row, column] = 0.75
        maps[0, slot, row + 1, column] = 0.25
    return maps


def _sigmoid(parts: list[str], name: str) -> list[onnx.NodeProto]:
    return [
        helper.make_node("Concat", parts, [f"{name}_value"], axis=1),
        helper.make_node("Sub", [f"{name}_value", "half"], [f"{name}_centred"]),
        helper.make_node("Mul", [f"{name}_centred", "twenty"], [f"{name}_steep"]),
        helper.make_node("Sigmoid", [f"{name}_steep"], [name]),
    ]


def _patch_weights(size: tuple[int, int]) -> np.ndarray:
    weights = np.zeros((len(_PATCHES), 1, *size))
    for row, patch in enumerate(_PATCHES):
        weights[row, 0][patch] = 1 / weights[row, 0][patch].size
    return weights


def test_the_tiny_graph_is_sound() -> None:
    onnx.checker.check_model(a_graph(), full_check=True)
