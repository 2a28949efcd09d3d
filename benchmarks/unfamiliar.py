"""How well what is no leg is told from real films of legs, and how many of those are flagged.

    python -m benchmarks.unfamiliar

Films are those of RADUNION_SHARED/real: legs of `dev`, hands, shoulders and hips of `other`. Pictures, textures, noise
and blanks are made with seeds that the gate did not learn from; photographs are those that scikit-image and
scikit-learn ship. The limit was set on these very legs, so the share of them that is flagged says nothing of others.
"""

import csv
import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, Shaped
from PIL import Image
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score

from radunion.phantom.made import made_film
from radunion.radiograph import read_radiograph
from radunion.scoring.leg_gate import gate_card, leg_likeness

_REPLICATES = 2000
_FRESH = 1_000_000
"""Seeds from here on were not learned from."""
_MADE = 100
_SHAPE = (454, 373)
Pixels = Float32[np.ndarray, "h w"]


def main() -> None:
    """Measure each kind against the legs, and print a table."""
    folder = Path(os.environ.get("RADUNION_SHARED", "../shared")) / "real"
    paths = sorted((folder / "dev" / "images").glob("*.jpg"))
    legs = [read_radiograph(path).pixels for path in paths]
    like, groups = _likeness(legs), np.array([_groups(folder / "dev")[path.name] for path in paths])
    shown = Table("kind", "films", "AUROC", "95 % interval", "flagged", title="Told from real films of legs")
    for kind, films in {**others(folder), "inverted legs": [1 - film for film in legs]}.items():
        found = _likeness(films)
        low, high = interval(like, groups, found)
        share = np.mean(found < 0)
        shown.add_row(kind, str(len(films)), f"{auroc(like, found):.3f}", f"{low:.3f} to {high:.3f}", f"{share:.0%}")
    shown.add_row("real legs", str(len(legs)), "", "", f"{np.mean(like < 0):.1%}")
    Console().print(shown)
    Console().print(f"The limit {gate_card().limit:g} is tuned on {gate_card().tuned_on}.")


def others(folder: Path) -> Mapping[str, list[Pixels]]:
    """Return the films of each kind that is no leg."""
    random = np.random.default_rng(_FRESH)
    return {
        "hands": _real(folder, "hand"),
        "shoulders and hips": [*_real(folder, "shoulder"), *_real(folder, "hip")],
        "shoulders": _real(folder, "shoulder"),
        "hips": _real(folder, "hip"),
        "made pictures and textures": [made_film("picture", _FRESH + seed) for seed in range(_MADE)],
        "made chests, pelves, shoulders, skulls": [made_film("torso", _FRESH + seed) for seed in range(_MADE)],
        "photographs": list(_photographs()),
        "noise": [_noise(random) for _ in range(30)],
        "blank": [np.full(_SHAPE, grey, dtype=np.float32) for grey in (0.0, 0.2, 0.5, 0.8, 1.0)],
    }


def auroc(like: Float[np.ndarray, " n"], found: Float[np.ndarray, " m"]) -> float:
    """Return the chance that a leg is more like a leg than a film that is none."""
    return float(roc_auc_score(np.r_[np.ones(len(like)), np.zeros(len(found))], np.r_[like, found]))


def interval(
    like: Float[np.ndarray, " n"], groups: Shaped[np.ndarray, " n"], found: Float[np.ndarray, " m"]
) -> tuple[float, float]:
    """Return the 95 % interval by bootstrap: legs by groups of patients, others by film."""
    random, names = np.random.default_rng(0), np.unique(groups)
    by_group = [like[groups == name] for name in names]
    drawn = []
    for _ in range(_REPLICATES):
        rows = random.integers(0, len(names), len(names))
        drawn.append(auroc(np.concatenate([by_group[row] for row in rows]), random.choice(found, len(found))))
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(low), float(high)


def _groups(folder: Path) -> dict[str, str]:
    """Return the group of patients of each file of a film."""
    films: dict[str, str] = {}
    with (folder / "notes.csv").open(encoding="utf-8", newline="") as stream:
        notes = {row["id"]: row["group"] for row in csv.DictReader(stream)}
    for table, key, columns in (
        ("pairs.csv", "pair_id", ("ap_image", "lateral_image")),
        ("singles.csv", "single_id", ("image",)),
    ):
        with (folder / table).open(encoding="utf-8", newline="") as stream:
            films |= {row[column]: notes[row[key]] for row in csv.DictReader(stream) for column in columns}
    return films


def _likeness(films: list[Pixels]) -> Float[np.ndarray, " n"]:
    return np.array([leg_likeness(film) for film in films])


def _real(folder: Path, name: str) -> list[Pixels]:
    return [read_radiograph(path).pixels for path in sorted((folder / "other").glob(f"{name}*.jpg"))]


def _noise(random: np.random.Generator) -> Pixels:
    kinds = (
        partial(random.normal, 0.5, 0.2, _SHAPE),
        partial(random.random, _SHAPE),
        lambda: random.uniform(0, 0.9) + random.normal(0, 0.01, _SHAPE),
    )
    return np.clip(kinds[random.integers(len(kinds))](), 0, 1).astype(np.float32)


def _photographs() -> Iterator[Pixels]:
    import skimage
    import sklearn

    names = "astronaut.png camera.png chelsea.png coffee.png coins.png rocket.jpg brick.png grass.png gravel.png"
    paths = [Path(str(skimage.__file__)).parent / "data" / name for name in names.split()]
    paths += [Path(str(sklearn.__file__)).parent / "datasets" / "images" / name for name in ("china.jpg", "flower.jpg")]
    for path in paths:
        whole = np.asarray(Image.open(path).convert("L"), dtype=np.float32) / 255
        half = whole.shape[0] // 2, whole.shape[1] // 2
        yield from (whole, whole[: half[0], : half[1]], whole[half[0] :, half[1] :])


if __name__ == "__main__":
    main()
