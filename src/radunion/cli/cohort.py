"""`radunion cohort`: bring label tables in, and check them."""

from radunion.cli import cohort_check, cohort_import
from radunion.cli.options import Subparsers, add_group


def add_to(subparsers: Subparsers) -> None:
    """Add the parsers of the group."""
    group = add_group(subparsers, "cohort", summary="import a table of examinations, or check one")
    cohort_import.add_to(group)
    cohort_check.add_to(group)
