"""How often the crop of a fracture is of the fracture, and how often the whole film is used instead.

    python -m benchmarks.fracture_crop COHORT

COHORT is a table of simulated films with fracture boxes, best of the seeds that the finder did not learn from. Real
films are those of RADUNION_SHARED/real/dev with a box on the tibia. The limit of certainty was chosen on simulated
films of the hospital `everyday`; both kinds were looked at during development.
"""

import csv
import os
from argparse import ArgumentParser
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.heatmaps_real import real_examinations
from radunion.cohort import Box
from radunion.radiograph import Shaft, find_shaft, read_radiograph
from radunion.radiograph.fracture import FractureSpot
from radunion.radiograph.preprocessing import CROP_SHARE, LEAST_CERTAINTY, spot_on, window_at
from radunion.radiograph.shaft import shares_on_strip

LIMITS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
FIXED = 0.5
"""The place on the shaft, a share of its length, of a crop that asks no finder: the middle of the film."""
_TOP = {"rust": "3", "mrust": "4"}
_SIDES = {"ap": ("medial", "lateral"), "lateral": ("anterior", "posterior")}


@dataclass(frozen=True)
class BoxedFilm:
    """Hold a film with the boxes of its fractures; `visible` where no cortex is hidden and not all are remodelled."""

    path: Path
    boxes: tuple[Box, ...]
    visible: bool


@dataclass(frozen=True)
class Found:
    """Hold what the finder says of a film, and which boxes' centres lie in the crop there, and in that of `FIXED`."""

    shaft: Shaft
    spot: FractureSpot
    hits: tuple[bool, ...]
    fixed: tuple[bool, ...]


def main() -> None:
    """Measure simulated and real films, and print a table of each."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cohort", type=Path, metavar="COHORT")
    simulated = simulated_films(parser.parse_args().cohort)
    found = look(simulated)
    seen = [one for one, film in zip(found, simulated, strict=True) if film.visible]
    Console().print(table("simulated films", found), table("simulated films with a visible fracture", seen))
    folder = Path(os.environ.get("RADUNION_SHARED", "../shared")) / "real" / "dev"
    if folder.is_dir():
        Console().print(table("real development films with a tibial box", look(real_films(folder))))
    Console().print(f"The limit {LEAST_CERTAINTY:g} is tuned on simulated films of the hospital everyday.")


def simulated_films(cohort: Path) -> list[BoxedFilm]:
    """Return the films of a table that have a fracture box, each once."""
    with cohort.open(encoding="utf-8", newline="") as stream:
        rows = {row["image"]: row for row in csv.DictReader(stream) if row["fracture_box"]}
    return [BoxedFilm(cohort.parent / name, (_box(row["fracture_box"]),), _visible(row)) for name, row in rows.items()]


def real_films(folder: Path) -> list[BoxedFilm]:
    """Return the films that have a box in an examination whose tibia is boxed."""
    films = [film for one in real_examinations(folder) for film in one.marked.films if film is not None]
    return [BoxedFilm(film.path, film.fracture, visible=True) for film in films if film.fracture]


def look(films: Sequence[BoxedFilm]) -> list[Found]:
    """Ask the finder of every film."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(_found, films))


def table(title: str, found: Sequence[Found]) -> Table:
    """Lay out, a line a limit, how many films fall back, and how many boxes the crop's centre is right for."""
    boxes = sum(len(one.hits) for one in found)
    caption = f"{len(found)} films, {boxes} boxes; the crop at a fixed {FIXED:g} of the shaft holds "
    caption += f"{np.mean(np.concatenate([one.fixed for one in found])):.1%} of centres"
    shown = Table("limit", "whole film used", "centre in crop, of boxes", "of boxes on films with a crop", title=title)
    shown.caption = caption
    for limit in LIMITS:
        kept = [one for one in found if one.shaft.found and one.spot.certainty >= limit]
        hits = sum(sum(one.hits) for one in kept)
        told = f"{hits / max(1, sum(len(one.hits) for one in kept)):.1%}"
        mark = " (used)" if limit == LEAST_CERTAINTY else ""
        shown.add_row(f"{limit:g}{mark}", f"{1 - len(kept) / len(found):.1%}", f"{hits / boxes:.1%}", told)
    return shown


def _found(film: BoxedFilm) -> Found:
    pixels = read_radiograph(film.path).pixels
    shaft = find_shaft(pixels)
    spot = spot_on(pixels, shaft)
    shape = (pixels.shape[0], pixels.shape[1])
    hits, fixed = (
        tuple(_within(box, shape, shaft, row=row) for box in film.boxes) for row in (spot.row, FIXED)
    )  # fmt: skip
    return Found(shaft, spot, hits, fixed)


def _within(box: Box, shape: tuple[int, int], shaft: Shaft, *, row: float) -> bool:
    """Return whether a box's centre lies in the square crop around a place on the shaft."""
    window = window_at(row, shaft)
    down, right = (box[1] + box[3]) / 2 / shape[0], (box[0] + box[2]) / 2 / shape[1]
    rows, columns = shares_on_strip(
        np.array([down], dtype=np.float32), np.array([right], dtype=np.float32), shape, shaft,
        height=1, width=1, top=window.top, tall=CROP_SHARE,
    )  # fmt: skip
    return bool(0 <= rows[0, 0] <= 1 and 0 <= columns[0, 0] <= 1)


def _visible(row: dict[str, str]) -> bool:
    levels = [row[cortex] for cortex in _SIDES[row["view"]]]
    return all(level.isdigit() for level in levels) and any(level != _TOP[row["scale"]] for level in levels)


def _box(cell: str) -> Box:
    x0, y0, x1, y1 = map(float, cell.split())
    return x0, y0, x1, y1


if __name__ == "__main__":
    main()
