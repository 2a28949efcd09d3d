"""`radunion cohort`."""

from radunion.cli.options import Subparsers


def add_to(subparsers: Subparsers) -> None:
    """Add the command's parser."""
