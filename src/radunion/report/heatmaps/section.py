"""The section of a report on the heat-maps of one model."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from radunion.evaluation.heatmaps.pointing import NEAR
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.evaluation.heatmaps.rows import Statistic
from radunion.report.figures import Intervals
from radunion.report.heatmaps.curves import RemovalFigure
from radunion.report.heatmaps.sheet import ContactSheet
from radunion.report.heatmaps.words import cell_of, name_of
from radunion.report.study.blocks import Block, Figures, Grid, Line, Prose, Section
from radunion.scale import CORTICES

Column = tuple[Statistic, str, str]

_POINTING: tuple[Column, ...] = (
    ("pointing", "film", "The fracture on a film"),
    ("pointing", "cortices", "A cortex in its box"),
    *(("pointing", cortex, cortex.capitalize()) for cortex in CORTICES),
)
_NEAR: tuple[Column, ...] = tuple(("pointing-near", scope, heading) for _, scope, heading in _POINTING)
_OTHERS: tuple[Column, ...] = (
    ("pointing", "film-not-remodelled", "The fracture on a film"),
    ("pointing", "cortices-not-remodelled", "A cortex in its box"),
    ("pointing-near", "film-not-remodelled", "The fracture, or near"),
    ("pointing-near", "cortices-not-remodelled", "A cortex, or near"),
)
_ENERGY: tuple[Column, ...] = tuple(("energy", scope, heading) for _, scope, heading in _POINTING)
_REMOVAL: tuple[Column, ...] = (
    ("deletion", "cortices", "Taken away: mean change (levels, higher is better)"),
    ("insertion", "cortices", "Brought back: mean change (levels, lower is better)"),
)
WAYS = {
    "evidence": "The model’s own maps",
    "grad-cam": "Maps by Grad-CAM",
    "integrated-gradients": "Maps by integrated gradients",
    "occlusion": "Maps by occlusion",
}
_HOW = (
    "A map that merely looks good is worth nothing: read the model’s line beside those that know no fracture. It must "
    "pass the place on the shaft that was chosen on these very films, and its maps must change when its weights are "
    "random."
)
_POINTS = (
    "Share of maps whose greatest value lies in the marked box{}; empty maps miss, and of several greatest values each "
    "must lie there. A film’s map is the sum of its two cortices’."
)
_BESIDE = (
    f"The same, where {100 * NEAR:.1f} % of the film’s height beside the box still counts, for every way alike "
    "(the published pointing game allows 15 pixels, Zhang et al. 2018)."
)
_LEFT = (
    "Both tables again, on the {:,} films with a cortex that its labels call not remodelled: remodelled bone leaves "
    "little to point at. The model does not see the labels."
)


def heatmap_section(quality: HeatmapQuality) -> Section:
    """Show measures beside baselines, what the score rests on, and films from the best to the worst."""
    around = f", or within {100 * quality.tolerance:.1f} % of the film’s height of it" if quality.tolerance else ""
    blocks: tuple[Block, ...] = (
        Prose(_opening(quality), "lead"),
        *_grid(quality, "pointing", _POINTING, _POINTS.format(around)),
        *_grid(quality, "near", _NEAR, _BESIDE),
        *_others(quality),
        *_figure(quality),
        *_grid(quality, "energy", _ENERGY, "Share of a map’s mass inside the marked box."),
        *_differences(quality),
        *_removal(quality),
        *_sheet(quality),
        Prose(" ".join(f"{note[0].upper()}{note[1:]}." for note in quality.notes), "fine"),
    )
    return Section(quality.key, f"Heat-maps of {quality.model}", _HOW, blocks, tag=_tag(quality))


def _opening(quality: HeatmapQuality) -> str:
    kind = "simulated films" if quality.simulated else "films"
    first = (
        f"{WAYS.get(quality.way, f'Maps by {quality.way}')}, on {quality.films:,} {kind} of {quality.patients:,} "
        "patients whose fracture is marked."
    )
    if quality.sanity is None:
        return f"{first} No random weights stood beside them, so it is not shown that the maps show the model."
    one = quality.sanity
    middle, low, high = (f"{value:.2f}".replace("-", "−") for value in (one.similarity, one.low, one.high))
    told = (
        f"Rank correlation with the maps of the same network, all of its weights shuffled: median {middle} (eight "
        f"tenths of {one.maps:,} maps between {low} and {high}; refused above {one.threshold:.2f})."
    )
    end = "REFUSED: they survive random weights and show the film, not the model." if one.refused else "They pass."
    return f"{first} {told} {end}"


def _tag(quality: HeatmapQuality) -> str:
    return "refused: the maps survive random weights" if quality.sanity is not None and quality.sanity.refused else ""


def _grid(quality: HeatmapQuality, name: str, columns: Sequence[Column], caption: str) -> Iterator[Grid]:
    """Yield the table of some columns, without those that were not taken and protocols that have none."""
    taken = [one for one in columns if quality.find(quality.model, one[0], one[1])]
    lines = [
        Line(
            name_of(protocol),
            tuple(cell_of(quality, protocol, metric, scope) for metric, scope, _ in taken),
            "model" if protocol == quality.model else "blind",
        )
        for protocol in quality.protocols
        if any(quality.find(protocol, metric, scope) for metric, scope, _ in taken)
    ]
    if taken:
        yield Grid(f"{quality.key}-{name}", caption, "Way", tuple(heading for _, _, heading in taken), tuple(lines))


def _others(quality: HeatmapQuality) -> Iterator[Grid]:
    row = quality.find(quality.model, "pointing", "film-not-remodelled")
    if row is not None:
        yield from _grid(quality, "not-remodelled", _OTHERS, _LEFT.format(row.exams))


def _differences(quality: HeatmapQuality) -> Iterator[Grid]:
    columns = [one for one in (*_POINTING[:2], *_ENERGY[:2], *_REMOVAL) if quality.find(quality.model, one[0], one[1])]
    lines = []
    for other in quality.protocols[1:]:
        pair = f"{quality.model} - {other}"
        cells = tuple(cell_of(quality, pair, f"difference:{metric}", scope) for metric, scope, _ in columns)
        lines.append(Line(f"{quality.model} − {name_of(other)}", cells, "difference"))
    words = {"pointing": "points: ", "energy": "mass: "}
    headings = tuple(words.get(metric, "") + heading for metric, _, heading in columns)
    if lines:
        caption = "What the model has over each, map by map; bold where the 95 % interval excludes zero."
        yield Grid(f"{quality.key}-differences", caption, "Difference", headings, tuple(lines))


def _figure(quality: HeatmapQuality) -> Iterator[Figures]:
    found = [(name, quality.find(name, "pointing", "film")) for name in quality.protocols]
    rows = tuple(replace(row, protocol=name_of(name)) for name, row in found if row is not None)
    others = tuple(row.protocol for row in rows if row.protocol != quality.model)
    caption = "Share of films whose map points at the fracture, with 95 % intervals; what knows no fracture in grey."
    if rows:
        yield Figures((Intervals(f"{quality.key}-pointing", caption, rows, others),))


def _removal(quality: HeatmapQuality) -> Iterator[Block]:
    if quality.curves:
        caption = (
            f"How far the expected level of a cortex moves when the film gives way to its blurred self, mean of "
            f"{quality.curves[0].maps:,} cortices; cells of 8 pixels in the order of the map, and in other orders."
        )
        yield Figures((RemovalFigure(f"{quality.key}-removal", caption, quality.curves),))
        yield from _grid(quality, "removal", _REMOVAL, "Area under these curves.")


def _sheet(quality: HeatmapQuality) -> Iterator[Figures]:
    if quality.examples:
        caption = (
            "Films by how much of the map’s mass lies in the marked box (dashed): the best, the median, the worst. "
            "Lines are a quarter and three quarters of the map’s peak, the cross is the peak."
        )
        yield Figures((ContactSheet(f"{quality.key}-sheet", caption, quality.examples),))
