"""How many labelled patients of another hospital a model needs: from the box, from scratch, from ImageNet's features.

    python -m benchmarks.learning_curve OUT [--weights FILE] [--model MODEL] [--hospital NAME]

All films are simulated, and those of `elsewhere` are of settings that the model in the box never learned from. The
tables have no boxes, as a user's have none. The patients of a small training are among those of a larger one; all are
measured on the same other patients. Killed and run again, it goes on. The table and `learning_curve.json` lie in OUT.
"""

import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from radunion import NOTICE
from radunion.cohort import Cohort, read_cohort
from radunion.features import BackboneSpec, FeatureCache
from radunion.phantom import Simulation, simulate
from radunion.phantom.hospital import HOSPITALS, HospitalName
from radunion.scoring import Bundle, load_bundle, named_bundle
from radunion.study.evaluate import evaluate_bundles
from radunion.training.plan import Plan
from radunion.training.settings import ADAPTED, COMPACT, FROZEN
from radunion.training.start import start_from
from radunion.training.train import train_model

SIZES = (50, 100, 200, 400)
TEST_PATIENTS = 400
LEARNING_SEED, TEST_SEED = 4203, 4204
TAP = "Mixed_7a"
MEASURES = (("kappa", "cortices"), ("icc-2-1", "total"), ("mae", "total"))
"""The metrics that are shown, each with its scope, on the mRUST scale."""


@dataclass(frozen=True)
class Way:
    """One way to a model; `plan` None is the model to start from, as it is."""

    name: str
    plan: Plan | None


def ways(start: Bundle, weights: Path | None) -> tuple[Way, ...]:
    """Return the ways that are compared; ImageNet's features only where their weights are given."""
    found = [
        Way("box, as it is", None),
        Way("box, fine-tuned", Plan(name="fine-tuned", settings=ADAPTED, start=start_from(start))),
        Way("from scratch", Plan(name="scratch", settings=COMPACT)),
    ]
    if weights is not None:
        for seen in ("film", "glimpse"):
            spec = BackboneSpec("inception_v3", weights=str(weights), tap=TAP)
            plan = Plan(name=f"frozen-{seen}", settings=FROZEN, backbone=spec, precision="bfloat16", input=seen)
            found.append(Way(f"frozen ImageNet features of the {seen}", plan))
    return tuple(found)


def main() -> None:
    """Train every way at every size, measure, print."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="InceptionV3's ImageNet weights")
    parser.add_argument("--model", default="box", help="the model to start from (box)")
    parser.add_argument("--hospital", choices=tuple(HOSPITALS), default="elsewhere")
    args = parser.parse_args()
    shared = Path(os.environ.get("RADUNION_SHARED", "../shared")) / "weights"
    own = shared / "inception_v3_imagenet_to_mixed_7a.safetensors"
    rows = list(
        curve(args.out, named_bundle(args.model), args.weights or (own if own.is_file() else None), args.hospital)
    )
    (args.out / "learning_curve.json").write_text(
        json.dumps({"notice": f"simulated; {NOTICE}", "rows": rows}, indent=1)
    )
    Console(width=150).print(table(rows))


def curve(out: Path, start: Bundle, weights: Path | None, hospital: HospitalName) -> Iterator[dict[str, Any]]:
    """Yield a row a way, size and measure, with its 95 % interval over patients."""
    test = _cohort(out / "test", Simulation(TEST_PATIENTS, TEST_SEED, format="png", hospital=hospital))
    learning = _cohort(out / "learning", Simulation(max(SIZES), LEARNING_SEED, format="png", hospital=hospital))
    for way in ways(start, weights):
        for size in SIZES if way.plan is not None else (0,):
            bundle = start if way.plan is None else _trained(out, way.plan, learning, size)
            measured = evaluate_bundles({"model": bundle}, test, seed=TEST_SEED).comparison
            for metric, scope in MEASURES:
                row = measured.find("model", metric, scope, "mrust")
                if row is None:
                    continue
                yield {
                    "way": way.name, "patients": size, "metric": metric, "scope": scope,
                    "estimate": row.estimate, "low": row.low, "high": row.high,
                }  # fmt: skip


def table(rows: list[dict[str, Any]]) -> Table:
    """Lay the rows out, a line a way and size."""
    shown = Table(
        "way", "patients", *(f"{metric}, {scope}" for metric, scope in MEASURES), title="Simulated films only"
    )
    lines: dict[tuple[str, int], list[str]] = {}
    for row in rows:
        text = f"{row['estimate']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
        lines.setdefault((row["way"], row["patients"]), []).append(text)
    for (way, size), cells in lines.items():
        shown.add_row(way, str(size or "–"), *cells)
    return shown


def _cohort(folder: Path, settings: Simulation) -> Cohort:
    """Simulate a cohort and read its table without the boxes."""
    path = simulate(folder, settings)
    frame = pl.read_csv(path, infer_schema=False)
    plain = path.with_name("plain.csv")
    frame.select([name for name in frame.columns if not name.endswith("_box")]).write_csv(plain)
    return read_cohort(plain)


def _trained(out: Path, plan: Plan, learning: Cohort, size: int) -> Bundle:
    """Train on the first patients of a cohort, or take the model that is there."""
    folder = out / "models" / f"{plan.name}-{size}"
    if (folder / "card.json").is_file():
        return load_bundle(folder)
    patients = sorted({one.patient for one in learning.examinations})[:size]
    chosen = [index for index, one in enumerate(learning.examinations) if one.patient in set(patients)]
    named = replace(plan, name=f"{plan.name}-{size}")
    return train_model(learning.subset(chosen), folder, named, cache=FeatureCache(out / "cache")).bundle


if __name__ == "__main__":
    main()
