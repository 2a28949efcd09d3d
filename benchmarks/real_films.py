"""How a model does on real films that have no healing labels, as one page.

    python -m benchmarks.real_films MODEL --out FOLDER [--films FOLDER]

MODEL is a bundle, `box` the one that comes with radunion. The films are those of RADUNION_SHARED/real/dev, or of any
folder of the same layout (`benchmarks.real_tables`). The page shows small pictures of films: `--out` lies outside of
this repository. Random weights, which stand beside the heat-maps, need the extra `train`.
"""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path

from rich.console import Console
from rich.progress import track

from benchmarks.real_looks import look
from benchmarks.real_page import DEVELOPMENT, OTHER, write_page
from benchmarks.real_tables import real_films
from radunion import RadunionError
from radunion.scoring import named_bundle


def main() -> int:
    """Look at every examination and write the page; return the exit code."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, metavar="MODEL")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--films", type=Path, metavar="FOLDER")
    args = parser.parse_args()
    folder = args.films or Path(os.environ.get("RADUNION_SHARED", "../shared")) / "real" / "dev"
    try:
        bundle = named_bundle(args.model)
        examinations = real_films(folder)
        looked = [look(bundle, one) for one in track(examinations, "looking at films", console=Console(stderr=True))]
        films = DEVELOPMENT if args.films is None else OTHER
        print(write_page(args.out, bundle, looked, films=films))
    except RadunionError as error:
        print(f"real_films: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
