"""Make the model in the box anew: `python -m radunion.training.box OUT`; killed and run again, it goes on."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from radunion.training.box.make import NAME, make_box


def main() -> None:
    """Simulate, learn, calibrate, write the bundle."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT")
    args = parser.parse_args()
    bundle = make_box(args.out, tell=_tell)
    _tell(f"{args.out / NAME}: {bundle.card.summary} Files written", len(bundle.files), len(bundle.files), "")


def _tell(stage: str, done: int, total: int, note: str) -> None:
    if note or done == total or done % 250 == 0:
        sys.stderr.write(f"{stage}: {done} of {total} {note}\n")


if __name__ == "__main__":
    main()
