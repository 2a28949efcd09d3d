"""How much memory this process has held at most."""

import sys


def peak_memory() -> int | None:
    """Return it in bytes; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
