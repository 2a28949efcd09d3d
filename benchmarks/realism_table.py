"""The tables that `benchmarks.realism` prints."""

from typing import TYPE_CHECKING

from rich.table import Table

from benchmarks.realism_classifier import Told
from benchmarks.realism_distances import Apart
from radunion import NOTICE

if TYPE_CHECKING:
    from benchmarks.realism import Realism

WIDTH = 120
"""Characters that the tables need."""
SHOWN = 10
"""Cues, of all, in a table."""
_DISTANCES = {
    "film": "grey values, whole film (earth mover, of 1)",
    "air": "grey values, darkest tenth",
    "flesh": "grey values, beside the shaft",
    "bone": "grey values, along the shaft",
    "gradient": "gradients (earth mover, log10)",
    "overshoot": "overshoot of strong edges (share of the step)",
    "noise": "noise spectrum of flat patches (dB)",
}


def told_tables(found: "Realism") -> list[Table]:
    """Lay out who tells films apart, by what, and how far they lie apart."""
    return [_classifiers(found), _apart(found), *(_cues(found, kind) for kind in found.cues)]


def _classifiers(found: "Realism") -> Table:
    count = f"{found.films['real']} real, {found.films['simulated']} simulated films"
    heads = ("crops", "seen as", "simulated from real\nAUROC, 95 % interval", "real halves\nmean, range")
    shown = Table(*heads, title=f"Told apart: {count}", caption=f"simulated; {NOTICE}")
    for kind, ways in found.told.items():
        for way, told in ways.items():
            shown.add_row(kind, way, _interval(told["simulated"]), _interval(told["real halves"]))
    return shown


def _apart(found: "Realism") -> Table:
    heads = ("distance", "patients", "simulated to real\nmean, middle 95 %", "real to real\nmean, middle 95 %")
    caption = f"kernel distance of Mixed_7a's 1,280 pooled channels, not of pool3; simulated; {NOTICE}"
    shown = Table(*heads, title="How far apart", caption=caption)
    for kind, one in found.kernel.items():
        name = f"kernel distance ×1000, {kind}"
        shown.add_row(name, str(one.patients), *_ranges(one, 1000, 1))
    for key, one in found.distances.items():
        shown.add_row(_DISTANCES[key], str(one.patients), *_ranges(one, 1, 3))
    return shown


def _cues(found: "Realism", kind: str) -> Table:
    heads = ("statistic", "alone, AUROC", "real, median", "simulated, median")
    shown = Table(*heads, title=f"What gives them away most: {kind}", caption=f"simulated; {NOTICE}")
    for cue in found.cues[kind][:SHOWN]:
        shown.add_row(cue.name, f"{cue.auroc:.3f}", f"{cue.real:.4g}", f"{cue.simulated:.4g}")
    return shown


def _interval(told: Told) -> str:
    return f"{told.auroc:.3f}, {told.low:.3f} to {told.high:.3f}"


def _ranges(one: Apart, scale: float, digits: int) -> tuple[str, str]:
    pairs = ((one.simulated, one.simulated_range), (one.real, one.real_range))
    first, second = (
        f"{scale * mean:.{digits}f}, {scale * low:.{digits}f} to {scale * high:.{digits}f}"
        for mean, (low, high) in pairs
    )
    return first, second
