"""Others at the work of scoring: the same graph and films, each as its documentation shows it, on all cores.

`network` has prepared films in memory; `files` begins from the files, with MONAI's loading. Prints one JSON object.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

BATCH, ROUNDS = 16, 3
TIMM = "resnet18"
Feeds = dict[str, np.ndarray]


def main() -> None:
    """Measure each peer and tell its films a second; the best of a few rounds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--graph", type=Path, required=True, help="the graph of a bundle, ONNX")
    parser.add_argument("--program", type=Path, required=True, help="the same network, as torch.export keeps it")
    parser.add_argument("--prepared", type=Path, required=True, help="prepared pairs (n, 2, h, w), .npy")
    parser.add_argument("--films", type=Path, required=True, help="a list of files, JSON")
    given = parser.parse_args()
    torch.set_grad_enabled(False)
    pairs = np.load(given.prepared)
    network = torch.export.load(given.program).module()
    works: dict[str, Callable[[Feeds], object]] = {
        "ONNX Runtime": onnx_runtime(given.graph),
        "OpenVINO float32": openvino(given.graph, "f32"),
        "OpenVINO bfloat16": openvino(given.graph, "bf16"),
        "torch eager": eager(network),
        f"timm eager, {TIMM}": timm_eager(),
    }
    told: dict[str, Any] = {name: 2 * len(pairs) / best(work, pairs) for name, work in works.items()}
    films = json.loads(given.films.read_text())
    told["MONAI loading and torch eager"] = len(films) / monai_seconds(films, pairs.shape[2:], eager(network))
    print(json.dumps({"films_per_s": told, "cores": len(os.sched_getaffinity(0))}))


def best(work: Callable[[Feeds], object], pairs: np.ndarray) -> float:
    """Return the seconds of the quickest of a few rounds over all pairs."""
    work(next(batches(pairs)))
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for feeds in batches(pairs):
            work(feeds)
        rounds.append(time.perf_counter() - start)
    return min(rounds)


def batches(pairs: np.ndarray) -> Iterator[Feeds]:
    """Yield the inputs of the graph."""
    for first in range(0, len(pairs), BATCH):
        part = pairs[first : first + BATCH]
        present = np.ones((len(part), 2), dtype=np.float32)
        yield {"ap": part[:, :1], "lateral": part[:, 1:], "present": present}


def onnx_runtime(graph: Path) -> Callable[[Feeds], object]:
    """Return a session with its defaults."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    return lambda feeds: session.run(None, feeds)


def openvino(graph: Path, precision: str) -> Callable[[Feeds], object]:
    """Return a compiled model; its default precision is that of the processor, which here would be bfloat16."""
    from openvino import Core  # type: ignore[import-not-found, import-untyped, unused-ignore]

    return Core().compile_model(str(graph), "CPU", {"INFERENCE_PRECISION_HINT": precision})


def eager(network: Any) -> Callable[[Feeds], object]:
    """Return the network run operation by operation."""
    return lambda feeds: network(*(torch.from_numpy(feeds[name]) for name in ("ap", "lateral", "present")))


def timm_eager() -> Callable[[Feeds], object]:
    """Return a small network of timm's over both films, with one channel and random weights."""
    import timm

    network = timm.create_model(TIMM, in_chans=1).eval()
    return lambda feeds: network(torch.from_numpy(np.concatenate([feeds["ap"], feeds["lateral"]])))


def monai_seconds(films: list[str], size: tuple[int, ...], work: Callable[[Feeds], object]) -> float:
    """Return the seconds from files to outputs: MONAI loads, scales and resizes in a process a core."""
    from monai import transforms  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from monai.data import DataLoader, Dataset  # type: ignore[import-not-found, import-untyped, unused-ignore]

    load = transforms.Compose(
        [
            transforms.LoadImage(reader="PydicomReader", image_only=True, ensure_channel_first=True),
            transforms.Transpose((0, 2, 1)),
            transforms.ScaleIntensityRangePercentiles(0.5, 99.5, 0, 1, clip=True),
            transforms.Resize(size),
        ]
    )
    start = time.perf_counter()
    loader = DataLoader(Dataset(films, load), batch_size=2 * BATCH, num_workers=len(os.sched_getaffinity(0)))
    for batch in loader:
        pairs = batch.as_tensor().numpy().reshape(-1, 2, *size)
        for feeds in batches(pairs):
            work(feeds)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
