"""Heat-maps of all protocols side by side, then each by itself."""

from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.evaluation.heatmaps.rows import Statistic
from radunion.report.heatmaps.section import WAYS, heatmap_section
from radunion.report.heatmaps.words import cell_of, name_of
from radunion.report.study.blocks import Block, Cell, Grid, Line, More, Prose, Section
from radunion.report.study.material import StudyMaterial

_COLUMNS: tuple[tuple[Statistic, str, str], ...] = (
    ("pointing", "film", "Points at the fracture"),
    ("pointing", "cortices", "Points at the cortex"),
    ("energy", "cortices", "Mass in the cortex’s box"),
    ("deletion", "cortices", "Taken away (levels, higher is better)"),
    ("insertion", "cortices", "Brought back (levels, lower is better)"),
)
_GUESSES = ("centre", "fixed", "fixed-tuned", "edges")
_HOW = (
    "Measured on marked examinations that the first fold held out, one model a protocol. A map is worth something "
    "where it points better than the grey lines, which know no fracture; one that survives random weights shows the "
    "film, not the model, and is refused."
)


def heatmaps_section(material: StudyMaterial) -> Section | None:
    """Show every protocol's maps beside what points without a model; None where no fracture is marked."""
    if not material.heatmaps:
        return None
    first = _widest(material.heatmaps)
    kind = "simulated films" if material.simulated else "films"
    opening = f"On {first.films:,} {kind} of {first.patients:,} patients; fewer where a map takes minutes."
    each = tuple(_folded(one) for one in material.heatmaps)
    return Section("heatmaps", "Heat-maps", _HOW, (Prose(opening), _side_by_side(material.heatmaps), *each))


def _side_by_side(found: tuple[HeatmapQuality, ...]) -> Grid:
    first = _widest(found)
    guesses = tuple(
        Line(
            name_of(guess),
            (
                Cell(f"{first.films:,}", f"{first.file}#/films", first.films),
                *(cell_of(first, guess, metric, scope) for metric, scope, _ in _COLUMNS),
                _DASH,
            ),
            "blind",
        )
        for guess in _GUESSES
        if any(first.find(guess, metric, scope) for metric, scope, _ in _COLUMNS)
    )
    models = tuple(
        Line(
            f"{one.model}, {one.way.replace('-', ' ')}",
            (
                Cell(f"{one.films:,}", f"{one.file}#/films", one.films),
                *(cell_of(one, one.model, metric, scope) for metric, scope, _ in _COLUMNS),
                _sanity(one),
            ),
            "model",
        )
        for one in found
    )
    headings = ("Films", *(heading for _, _, heading in _COLUMNS), "Like those of random weights")
    caption = "Heat-maps of every protocol, what needs no model first."
    return Grid("heatmaps", caption, "Protocol and way", headings, (*guesses, *models))


def _widest(found: tuple[HeatmapQuality, ...]) -> HeatmapQuality:
    return max(found, key=lambda one: one.films)


_DASH = Cell("–", why="no model")


def _sanity(quality: HeatmapQuality) -> Cell:
    one = quality.sanity
    if one is None:
        return Cell("–", why="no weights to shuffle")
    text = f"{one.similarity:.2f}".replace("-", "−")
    return Cell(
        f"{text}, {'REFUSED' if one.refused else 'passes'}", f"{quality.file}#/sanity/similarity", one.similarity
    )


def _folded(quality: HeatmapQuality) -> More:
    section = heatmap_section(quality)
    blocks: tuple[Block, ...] = section.blocks
    return More(
        f"{quality.model}: {WAYS.get(quality.way, quality.way).lower()}{f' ({section.tag})' if section.tag else ''}",
        blocks,
    )
