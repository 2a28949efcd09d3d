"""Let `python -m radunion` do what `radunion` does."""

import sys

from radunion.cli import main

if __name__ == "__main__":
    sys.exit(main())
