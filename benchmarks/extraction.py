"""Feature extraction against timm's own forward pass: the same films, decoded beforehand in both, in one run.

The two take turns, so that whatever else the machine does falls on both. Each round gives a ratio; the median of the
rounds is reported with the lowest and the highest.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from radunion.features import PRECISIONS, BackboneSpec, Extractor, load_backbone
from radunion.features.spec import Precision

NETWORK = "inception_v3"
FILMS = 16
ROUNDS = 5
AIMS: dict[Precision, float] = {"float32": 1.3, "bfloat16": 2.5}


def run() -> list[dict[str, Any]]:
    """Return, for each precision, how many times as fast as the plain forward pass the extractor is."""
    backbone = load_backbone(BackboneSpec(NETWORK))
    films = np.random.default_rng(0).random((FILMS, *backbone.input_size), dtype=np.float32)
    extractors = {precision: Extractor(backbone, precision) for precision in PRECISIONS}
    plain = _plain_forward(films)
    rounds = [_round(plain, extractors, films) for _ in range(ROUNDS + 1)][1:]
    return [_row(precision, rounds) for precision in PRECISIONS]


def _plain_forward(films: np.ndarray) -> Callable[[], object]:
    """Return timm's eager forward pass over the normalised films, nothing changed."""
    import timm
    import torch

    network = timm.create_model(NETWORK).eval()
    pixels = (torch.from_numpy(films)[:, None].expand(-1, 3, -1, -1).contiguous() - 0.5) / 0.5

    def forward() -> object:
        with torch.inference_mode():
            return network(pixels)

    return forward


def _round(plain: Callable[[], object], extractors: dict[Precision, Extractor], films: np.ndarray) -> dict[str, float]:
    """Time each once, in films a second."""
    speeds = {"plain": _speed(plain)}
    for precision, extractor in extractors.items():
        speeds[precision] = _speed(lambda extractor=extractor: extractor(films))  # type: ignore[misc]
    return speeds


def _speed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return FILMS / (time.perf_counter() - start)


def _row(precision: Precision, rounds: list[dict[str, float]]) -> dict[str, Any]:
    ratios = sorted(speeds[precision] / speeds["plain"] for speeds in rounds)
    return {
        "benchmark": f"feature extraction, {NETWORK}, {precision}, against the plain forward pass",
        "value": round(statistics.median(ratios), 2),
        "low": round(ratios[0], 2),
        "high": round(ratios[-1], 2),
        "unit": "times as fast",
        "aim": f">= {AIMS[precision]}",
        "films_per_s": round(statistics.median(speeds[precision] for speeds in rounds), 1),
        "plain_films_per_s": round(statistics.median(speeds["plain"] for speeds in rounds), 1),
    }


if __name__ == "__main__":
    for row in run():
        print(row)
