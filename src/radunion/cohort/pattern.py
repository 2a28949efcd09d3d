"""The pattern of films' names, below their folder."""

import re

from radunion.errors import UsageError

NEEDED = ("patient", "visit", "view")


def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern with groups `patient`, `visit`, `view` and, maybe, more.

    Raises UsageError for one that cannot serve.
    """
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise UsageError(f"the pattern must be a regular expression; found {pattern!r}: {error}") from None
    absent = [name for name in NEEDED if name not in expression.groupindex]
    if absent:
        groups = ", ".join(f"(?P<{name}>…)" for name in absent)
        raise UsageError(f"the pattern must name patient, visit and view; {pattern!r} lacks {groups}")
    return expression
