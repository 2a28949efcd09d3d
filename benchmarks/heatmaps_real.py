"""Heat-maps of a model on the real films whose tibia is boxed, beside what points there without any model.

    python -m benchmarks.heatmaps_real MODEL [--out FOLDER]

The films are those of RADUNION_SHARED/real/dev; FOLDER gets a page that shows some of them, so it lies outside of this
repository. Boxes are a radiologist's, of FracAtlas (Abedeen et al. 2023). The tables tell by pair, not by box, which
bone they lie on: where both bones are boxed a hit in the fibula's box counts too, so tibia alone is told apart.
"""

import csv
import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from radunion.cohort import Box
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.explain.bundle import evidence_of
from radunion.explain.marked import MarkedExamination, MarkedFilm
from radunion.explain.measure import HeatmapSettings, measure_heatmaps
from radunion.explain.shuffled_graph import shuffled_bundle
from radunion.explain.subject import VIEWS
from radunion.report.heatmaps.words import cell_of, name_of
from radunion.report.heatmaps.write import write_heatmap_report
from radunion.scoring import load_bundle

TOLERANCE = 0.025
"""Of the film's height, as the radiologists' boxes are loose and real fractures long."""
_TIBIAL = ("tibia", "tibia+fibula")


@dataclass(frozen=True)
class RealExamination:
    """Hold marked films, which bones their boxes lie on, and whether metal or plaster is in sight."""

    marked: MarkedExamination
    site: str
    hardware: bool


def real_examinations(folder: Path) -> tuple[RealExamination, ...]:
    """Return all pairs and single films with a box on the tibia; films that hold two views are left out."""
    notes = {row["id"]: row for row in _rows(folder / "notes.csv")}
    kept = [one for one in (*_pairs(folder, notes), *_singles(folder, notes)) if one.site in _TIBIAL]
    return tuple(kept)


def groups(examinations: tuple[RealExamination, ...]) -> dict[str, tuple[MarkedExamination, ...]]:
    """Return the examinations that are measured together, by what they have in common."""
    return {
        "all with a tibial box": tuple(one.marked for one in examinations),
        "boxes on the tibia alone": tuple(one.marked for one in examinations if one.site == "tibia"),
        "no metal, no plaster": tuple(one.marked for one in examinations if not one.hardware),
    }


def main() -> None:
    """Measure one bundle on each group, print a table, and write the page of all."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, metavar="MODEL")
    parser.add_argument("--out", type=Path, metavar="FOLDER")
    args = parser.parse_args()
    folder = Path(os.environ.get("RADUNION_SHARED", "../shared")) / "real" / "dev"
    parts = groups(real_examinations(folder))
    every = next(iter(parts))
    measured = {name: _measure(args.model, part, curves=name == every) for name, part in parts.items()}
    Console().print(table(measured))
    if args.out is not None:
        print(write_heatmap_report(args.out, measured[every]))


def table(measured: dict[str, HeatmapQuality]) -> Table:
    """Lay out the pointing game: a line a way, a column a group."""
    heads = [f"{name}\n{one.films} films, {one.patients} groups of patients" for name, one in measured.items()]
    shown = Table("points at the fracture", *heads, title="Heat-maps on real films")
    for protocol in next(iter(measured.values())).protocols:
        cells = [cell_of(one, protocol, "pointing", "film") for one in measured.values()]
        if any(cell.value is not None for cell in cells):
            shown.add_row(name_of(protocol), *(f"{cell.text} ({cell.interval})" for cell in cells))
    return shown


def _measure(path: Path, examinations: tuple[MarkedExamination, ...], *, curves: bool) -> HeatmapQuality:
    bundle = load_bundle(path)
    random = evidence_of(shuffled_bundle(bundle, seed=0), name="random weights")
    settings = HeatmapSettings(tolerance=TOLERANCE, removals=len(examinations) if curves else 0, interval="wilson")
    return measure_heatmaps(evidence_of(bundle), examinations, settings=settings, simulated=False, random=random)


def _pairs(folder: Path, notes: dict[str, dict[str, str]]) -> Iterator[RealExamination]:
    for row in _rows(folder / "pairs.csv"):
        note = notes[row["pair_id"]]
        films = [_film(folder, row[f"{view}_image"], row[f"{view}_boxes"]) for view in VIEWS]
        marked = MarkedExamination(note["group"], (films[0], films[1]))
        yield RealExamination(marked, note["box_site"], row["hardware_kind"] != "none")


def _singles(folder: Path, notes: dict[str, dict[str, str]]) -> Iterator[RealExamination]:
    for row in _rows(folder / "singles.csv"):
        if row["view"] in VIEWS:
            film, note = _film(folder, row["image"], row["boxes"]), notes[row["single_id"]]
            films = (film, None) if row["view"] == "ap" else (None, film)
            yield RealExamination(
                MarkedExamination(note["group"], films), note["box_site"], row["hardware_kind"] != "none"
            )


def _film(folder: Path, image: str, boxes: str) -> MarkedFilm:
    found: list[Box] = [(float(x0), float(y0), float(x1), float(y1)) for x0, y0, x1, y1 in json.loads(boxes)]
    return MarkedFilm(folder / "images" / image, tuple(found))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


if __name__ == "__main__":
    main()
