"""The command line: parse, call the library, print. Thin on purpose; imports are local so that `--help` is quick."""

import argparse
import sys
from collections.abc import Sequence

from radunion import NOTICE, RadunionError, __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 the work failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="radunion", description=f"Score fracture healing ({NOTICE}).")
    parser.add_argument("--version", action="version", version=f"radunion {__version__}")
    try:
        parser.parse_args(argv)
    except RadunionError as error:
        sys.stderr.write(f"radunion: {error}\n")
        return 1
    return 0
