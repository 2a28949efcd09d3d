"""Mixed precision that sees films as they are; imports Fabric, so it is imported where a Fabric is made."""

from typing import Any

from lightning_fabric.plugins import MixedPrecision


class FilmsAsTheyAre(MixedPrecision):
    """Autocast, and for 16-mixed a scaled loss.

    Fabric's own also rounds what the network is given, before films are enlarged and standardised, and only in steps
    that learn: the network would learn from coarser films than those that it is judged on.
    """

    def convert_input(self, data: Any) -> Any:
        """Return what the network is given."""
        return data
