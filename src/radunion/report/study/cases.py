"""The worst cases: examinations whose total is far off, with their films, so that one can see why."""

import base64

from markupsafe import Markup

from radunion.errors import UsageError
from radunion.report.numbers import SCALE_NAMES
from radunion.report.study.blocks import Case, Cases, Grid, Line, Section, slug
from radunion.report.study.cells import span, study_at, value_cell
from radunion.report.study.material import StudyMaterial, WorstCase

LARGEST = 4_000_000
"""How many bytes of pictures a page may hold; films beyond it are named as left out."""

_VIEWS = ("AP", "Lateral")


def cases_section(material: StudyMaterial) -> Section | None:
    """Show the worst cases, None where there are none; an examination is known by its line in the label table."""
    if not material.worst:
        return None
    how = (
        "These are the largest errors, not a sample: look for what they share – hardware over a cortex, a film turned "
        "or cut off, a score that a second reader would give otherwise."
    )
    room, cases = LARGEST, []
    for place, one in enumerate(material.worst):
        films = tuple(
            (view, film) for view, film in zip(_VIEWS, (one.ap, one.lateral), strict=True) if film is not None
        )
        size = sum(len(film) for _, film in films)
        cases.append(_case(one, place, films if size <= room else (), left_out=bool(films) and size > room))
        room -= size if size <= room else 0
    return Section("cases", "Worst cases", how, (Cases(tuple(cases)),))


def _case(one: WorstCase, place: int, films: tuple[tuple[str, bytes], ...], *, left_out: bool) -> Case:
    words = Markup("{}: {} total {} by the reader, {} predicted. Fixation: {}. Line {} of the label table.").format(
        one.protocol,
        SCALE_NAMES.get(one.scale, one.scale),
        span(str(one.reference), study_at("worst", place, "reference")),
        span(str(one.predicted), study_at("worst", place, "predicted")),
        one.fixation or "not given",
        span(str(one.line), study_at("worst", place, "line")),
    )
    pictures = tuple((f"{view} film, examination at line {one.line}", _address(film)) for view, film in films)
    without = "Films left out, the page would grow too large." if left_out else "" if pictures else "No film is shown."
    title = f"Line {one.line}"
    return Case(title, pictures, without, words, _grid(one, place))


def _grid(one: WorstCase, place: int) -> Grid:
    lines = tuple(
        Line(
            cortex.capitalize(),
            tuple(
                value_cell(level, study_at("worst", place, "cortices", cortex, side)) for side, level in enumerate(both)
            ),
        )
        for cortex, both in one.cortices.items()
    )
    return Grid(f"case-{place}-{slug(one.protocol)}", "", "Cortex", ("Reader", "Predicted"), lines)


def _address(film: bytes) -> str:
    if not film.startswith(b"\x89PNG"):
        raise UsageError("the small picture of a film must be PNG, found bytes with another beginning; save it as PNG")
    return f"data:image/png;base64,{base64.b64encode(film).decode()}"
