"""The levels of a cohort as bars: how often each score was given at each site and visit, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from matplotlib.figure import Figure

from radunion.report.figures import FAINT, INK, canvas

_PARTS: dict[str, tuple[str, str, str]] = {
    "Score 1": ("#deebf5", INK, ""),
    "Score 2": ("#9fc3e0", INK, ""),
    "Score 3": ("#4a86b8", "white", ""),
    "Score 4": ("#17446e", "white", ""),
    "Unscorable": ("white", INK, "////"),
    "Blank": ("white", INK, ""),
}
"""Colour, colour of the number on it, hatching; dark means healed, so that it also prints in grey."""


@dataclass(frozen=True)
class LevelBars:
    """Draw one bar a group, divided by what its cortices were scored."""

    name: str
    caption: str
    groups: tuple[Mapping[str, Any], ...]

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([dict(one) for one in self.groups], infer_schema_length=None)

    def plot(self) -> Figure:
        figure, axes = canvas(width=5.0, height=0.9 + 0.3 * len(self.groups))
        for place, group in enumerate(self.groups):
            start, whole = 0.0, sum(group.get(part) or 0 for part in _PARTS) or 1
            for part, (color, ink, hatch) in _PARTS.items():
                share = (group.get(part) or 0) / whole
                style: dict[str, Any] = {"edgecolor": FAINT, "linewidth": 0.6, "hatch": hatch, "height": 0.78}
                label = part if not place else "_"
                axes.barh(place, share, left=start, color=color, label=label, **style)
                if share > 0.07 and not hatch:
                    middle = start + share / 2
                    axes.text(middle, place, f"{group[part]:,}", ha="center", va="center", color=ink, fontsize=8)
                start += share
        axes.set_yticks(range(len(self.groups)), [_title(group) for group in self.groups])
        axes.set(xlim=(0, 1), ylim=(len(self.groups) - 0.5, -0.5), xticks=[])
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        figure.legend(loc="outside lower center", ncols=3, frameon=False, handlelength=1.2)
        return figure


def has_levels(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether a table of a cohort counts scores by group."""
    return bool(rows) and "Score 1" in rows[0]


def _title(group: Mapping[str, Any]) -> str:
    return ", ".join(str(group[key]) for key in ("Site", "Visit", "Scale") if group.get(key) not in (None, "", "–"))
