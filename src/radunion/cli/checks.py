"""The cohort's checks, run before work that their errors would spoil."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from radunion.cli.terminal import say
from radunion.errors import CohortError

if TYPE_CHECKING:
    from radunion.cohort import Cohort, Finding


def must_be_sound(cohort: "Cohort", silence: Sequence[str], *, before: str) -> "list[Finding]":
    """Refuse a cohort with findings of severity error; count the rest and return them.

    Raises CohortError that tells every error, UsageError for a code that no check has.
    """
    from radunion.cohort import check_cohort

    found = check_cohort(cohort, silence=silence)
    errors = [item for item in found if item.severity == "error"]
    if errors:
        told = "\n".join(f"  {item}" for item in errors)
        raise CohortError(
            f"{cohort.source}: these must be mended before {before}, or passed over with --silence CODE:\n{told}"
        )
    if found:
        codes = ", ".join(sorted({item.code for item in found}))
        say(f"{cohort.source}: {len(found)} findings ({codes}); `radunion cohort check` tells them")
    return found
