"""What a page is made of: sections of prose, tables, figures and cases, before any of it is HTML, CSV or LaTeX."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from markupsafe import Markup

from radunion.report.figures import ReportFigure

Kind = Literal["blind", "model", "difference", "plain"]


@dataclass(frozen=True)
class Cell:
    """Hold one printed value; `at` is the JSON pointer of what it shows, `bounds` its exact interval.

    `turned` says that the sign is turned round: the file holds the second protocol minus the first.
    """

    text: str
    at: str | None = None
    value: float | int | None = None
    interval: str = ""
    interval_at: str | None = None
    bounds: tuple[float | None, float | None] | None = None
    why: str = ""
    mark: str = ""
    turned: bool = False

    @property
    def plain(self) -> str:
        """The text without markup."""
        return str(self.text.striptags()) if isinstance(self.text, Markup) else self.text


@dataclass(frozen=True)
class Line:
    """Hold one line of a table; a dagger sends to the table's `foot`."""

    head: str
    cells: tuple[Cell, ...]
    kind: Kind = "plain"
    dagger: bool = False


@dataclass(frozen=True)
class Grid:
    """Hold a table; `name` is that of its files, `corner` the heading of the first column.

    `foot` is what the daggers of its lines mean.
    """

    shape: ClassVar[str] = "grid"
    name: str
    caption: str
    corner: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    foot: str = ""


@dataclass(frozen=True)
class Prose:
    """Hold one paragraph; numbers in it carry their pointers."""

    shape: ClassVar[str] = "prose"
    text: str
    look: Literal["", "fine", "lead", "simulated"] = ""


@dataclass(frozen=True)
class Heading:
    """Hold a heading inside a section."""

    shape: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Figures:
    """Hold figures that stand together; `layout` is how wide each is."""

    shape: ClassVar[str] = "figures"
    figures: tuple[ReportFigure, ...]
    layout: Literal["wide", "panels", "small"] = "wide"


@dataclass(frozen=True)
class Facts:
    """Hold names and values, one a line."""

    shape: ClassVar[str] = "facts"
    facts: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Case:
    """Hold one examination with its films as data addresses, and why one is not shown."""

    title: str
    films: tuple[tuple[str, str], ...]
    without: str
    words: Markup
    grid: Grid


@dataclass(frozen=True)
class Cases:
    """Hold examinations that a protocol got wrong."""

    shape: ClassVar[str] = "cases"
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Beside:
    """Hold blocks that stand beside each other where there is room."""

    shape: ClassVar[str] = "beside"
    blocks: tuple[Any, ...]


@dataclass(frozen=True)
class More:
    """Hold blocks that are folded away on the screen."""

    shape: ClassVar[str] = "more"
    summary: str
    blocks: tuple[Any, ...]


Block = Grid | Prose | Heading | Figures | Facts | Cases | Beside | More


@dataclass(frozen=True)
class Section:
    """Hold one section; `key` is its anchor, `how` the sentence on how to read it."""

    key: str
    title: str
    how: str
    blocks: tuple[Block, ...]
    tag: str = field(default="")


def grids_in(blocks: tuple[Block, ...]) -> Iterator[Grid]:
    """Yield every table that has files of its own, folded ones too."""
    for block in blocks:
        if isinstance(block, Grid):
            yield block
        elif isinstance(block, More | Beside):
            yield from grids_in(block.blocks)


def figures_in(blocks: tuple[Block, ...]) -> Iterator[ReportFigure]:
    """Yield every figure, folded ones too."""
    for block in blocks:
        if isinstance(block, Figures):
            yield from block.figures
        elif isinstance(block, More | Beside):
            yield from figures_in(block.blocks)


def slug(text: str) -> str:
    """Return a name that is safe in file names, anchors and identifiers."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text.lower())
    return "-".join(part for part in kept.split("-") if part) or "unnamed"
