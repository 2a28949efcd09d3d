"""Heat-maps of a model on the real films whose tibia is boxed, beside what points there without any model.

    python -m benchmarks.heatmaps_real MODEL [--out FOLDER]

The films are those of RADUNION_SHARED/real/dev; FOLDER gets a page that shows some of them, so it lies outside of this
repository. Boxes are a radiologist's, of FracAtlas (Abedeen et al. 2023). The tables tell by pair, not by box, which
bone they lie on: where both bones are boxed a hit in the fibula's box counts too, so tibia alone is told apart.
"""

import os
from argparse import ArgumentParser
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.real_tables import RealExamination, real_films
from radunion.evaluation.heatmaps.pointing import NEAR
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.explain.bundle import evidence_of
from radunion.explain.marked import MarkedExamination
from radunion.explain.measure import HeatmapSettings, measure_heatmaps
from radunion.explain.shuffled_graph import shuffled_bundle
from radunion.report.heatmaps.words import cell_of, name_of
from radunion.report.heatmaps.write import write_heatmap_report
from radunion.scoring import Bundle, load_bundle

TOLERANCE = NEAR
"""Of the film's height, as the radiologists' boxes are loose and real fractures long."""

BOXED = "all with a tibial box"
"""What the films with a box on the tibia are called together."""


def real_examinations(folder: Path) -> tuple[RealExamination, ...]:
    """Return all pairs and single films with a box on the tibia; files that hold two views are left out."""
    return tuple(one for one in real_films(folder) if one.tibial and one.whole)


def groups(examinations: tuple[RealExamination, ...]) -> dict[str, tuple[MarkedExamination, ...]]:
    """Return the examinations that are measured together, by what they have in common."""
    return {
        BOXED: tuple(one.marked for one in examinations),
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
    bundle = load_bundle(args.model)
    measured = {name: measure(bundle, part, curves=name == every) for name, part in parts.items()}
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


def measure(bundle: Bundle, examinations: tuple[MarkedExamination, ...], *, curves: bool) -> HeatmapQuality:
    """Measure a bundle's maps beside those of random weights; with `curves` deletion and insertion too."""
    random = evidence_of(shuffled_bundle(bundle, seed=0), name="random weights")
    settings = HeatmapSettings(tolerance=TOLERANCE, removals=len(examinations) if curves else 0, interval="wilson")
    return measure_heatmaps(evidence_of(bundle), examinations, settings=settings, simulated=False, random=random)


if __name__ == "__main__":
    main()
