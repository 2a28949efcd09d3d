"""What is known of heat-maps as arrays, and back: for files that keep a finished fold."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from radunion.evaluation.compare import Row
from radunion.evaluation.heatmaps.quality import Example, HeatmapQuality, MeanCurve
from radunion.evaluation.heatmaps.sanity import SanityVerdict

_PLAIN = ("model", "way", "tolerance", "films", "patients", "notes", "simulated", "seed", "replicates", "key")


def packed(quality: HeatmapQuality) -> dict[str, np.ndarray]:
    """Return all of it as arrays: one of JSON, two of each example."""
    said = {
        **{name: getattr(quality, name) for name in _PLAIN},
        "rows": [asdict(row) for row in quality.rows],
        "curves": [
            {**asdict(one), "shares": one.shares.tolist(), "change": one.change.tolist()} for one in quality.curves
        ],
        "sanity": None if quality.sanity is None else asdict(quality.sanity),
        "examples": [
            {name: getattr(one, name) for name in ("rank", "view", "energy", "hit", "boxes")}
            for one in quality.examples
        ],
    }
    content = {"said": np.frombuffer(json.dumps(said).encode(), dtype=np.uint8)}
    for place, one in enumerate(quality.examples):
        content |= {f"film{place}": one.film, f"values{place}": one.values}
    return content


def unpacked(content: Mapping[str, np.ndarray]) -> HeatmapQuality:
    """Return what `packed` was given. Raises ValueError or KeyError for anything else."""
    said: dict[str, Any] = json.loads(content["said"].tobytes())
    if set(said) != {one.name for one in fields(HeatmapQuality)}:
        raise ValueError(f"heat-maps kept by another version of radunion, found {', '.join(sorted(said))}")
    curves = [{**one, **{name: np.array(one[name]) for name in ("shares", "change")}} for one in said["curves"]]
    examples = [
        Example(
            **{**one, "boxes": tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in one["boxes"])},
            film=content[f"film{place}"],
            values=content[f"values{place}"],
        )
        for place, one in enumerate(said["examples"])
    ]
    return HeatmapQuality(
        **{name: said[name] for name in _PLAIN if name != "notes"},
        notes=tuple(said["notes"]),
        rows=tuple(Row(**row) for row in said["rows"]),
        curves=tuple(MeanCurve(**one) for one in curves),
        sanity=None if said["sanity"] is None else SanityVerdict(**said["sanity"]),
        examples=tuple(examples),
    )
