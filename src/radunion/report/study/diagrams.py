"""Two diagrams of boxes: who entered the study and who left it, and how its protocols were trained and judged."""

import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from radunion.cohort.finding import counted
from radunion.report.figures import FAINT, GRID, INK, MODEL, canvas
from radunion.report.study.material import WORD_OF, FlowStep, FoldSize, StudyMaterial, Unit

_WIDTH = 4.6
_LINE = 0.17
"""Height of one line of words, in inches."""


@dataclass(frozen=True)
class FlowDiagram:
    """Draw the way from the label table to what was measured; beside each arrow, who left on the way."""

    name: str
    caption: str
    steps: tuple[FlowStep, ...]

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([asdict(one) for one in self.steps], infer_schema_length=None)

    def plot(self) -> Figure:
        rows = _rows(self.steps)
        boxes = [[_step_lines(one, len(row)) for one in row] for row in rows]
        gaps = [0.0, *(max(_arrow(_left_lines(one.left, len(row))) for one in row) for row in rows[1:])]
        heights = [max(_height(box) for box in row) for row in boxes]
        figure, axes = _sheet(sum(gaps) + sum(heights))
        place = 0.0
        for row, lines, gap, height in zip(rows, boxes, gaps, heights, strict=True):
            place += gap
            for number, (step, box) in enumerate(zip(row, lines, strict=True)):
                left, right = _column(number, len(row))
                _box(axes, place, box, left=left, right=right)
                if gap:
                    _down(axes, place - gap, gap, words=_left_lines(step.left, len(row)), left=left, right=right)
            place += height
        return figure


@dataclass(frozen=True)
class ProtocolDiagram:
    """Draw this run: cohort, folds, models, pooled predictions, numbers."""

    name: str
    caption: str
    folds: tuple[FoldSize, ...]
    unit: Unit
    seed: int
    cohort: FlowStep | None
    judged: int

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([asdict(one) for one in self.folds], infer_schema_length=None)

    def plot(self) -> Figure:
        k = len(self.folds)
        cohort = [f"**{self.cohort.label if self.cohort else 'Cohort'}", *(_sizes(self.cohort) if self.cohort else ())]
        split = [f"**Dealt out by {WORD_OF[self.unit]} into {k} folds, seed {self.seed}"]
        models = [f"**{k} models a protocol", "each trained on the light folds, without a look at the dark one"]
        pooled = ["**Out-of-fold predictions, pooled", f"{counted(self.judged, 'examination')}, each predicted once"]
        numbers = ["**Metrics, calibration, paired differences", "intervals by bootstrap over patients"]
        boxes = [cohort, split, models, pooled, numbers]
        strip = 0.24 * k + 0.1
        figure, axes = _sheet(sum(map(_height, boxes)) + strip + (len(boxes) - 1) * _arrow([]))
        place = 0.0
        for number, box in enumerate(boxes):
            _box(axes, place, box, left=0.0, right=_WIDTH)
            place += _height(box)
            if number == 1:
                self._strips(axes, place + 0.1)
                place += strip
            if number < len(boxes) - 1:
                _down(axes, place, _arrow([]), words=[], left=0.0, right=_WIDTH)
                place += _arrow([])
        return figure

    def _strips(self, axes: Axes, top: float) -> None:
        """Draw a line of squares a fold; the dark one is held out."""
        side = min(0.2, 1.9 / len(self.folds))
        for row, fold in enumerate(self.folds):
            height = top + 0.24 * row
            for column in range(len(self.folds)):
                color = MODEL if column == row else GRID
                axes.add_patch(Rectangle((side * column, height), side * 0.88, 0.18, facecolor=color, linewidth=0))
            learned, held = f"{fold.train_patients:,}", f"{fold.test_patients:,}"
            words = f"learn from {learned}, hold out {held} patients"
            axes.text(side * len(self.folds) + 0.1, height + 0.09, words, va="center", fontsize=8)


def _sheet(height: float) -> tuple[Figure, Axes]:
    """Return an empty sheet whose units are inches from its top left corner."""
    figure, axes = canvas(width=_WIDTH + 0.04, height=height + 0.04)
    axes.set(xlim=(-0.02, _WIDTH + 0.02), ylim=(height + 0.02, -0.02))
    axes.set_axis_off()
    return figure, axes


def studied(material: StudyMaterial) -> FlowStep | None:
    """Return the box of the examinations that the folds are made of; None where the flow does not tell it."""
    held_out = sum(one.test_examinations for one in material.folds)
    whole = [one for one in material.flow if not one.part]
    return next((one for one in whole if one.examinations == held_out), whole[-1] if whole else None)


def _rows(steps: Sequence[FlowStep]) -> list[list[FlowStep]]:
    """Put parts that follow one another side by side."""
    rows: list[list[FlowStep]] = []
    for one in steps:
        if one.part and rows and rows[-1][-1].part:
            rows[-1].append(one)
        else:
            rows.append([one])
    return rows


def _column(number: int, count: int) -> tuple[float, float]:
    """Return the left and the right edge of one of several boxes in a row."""
    width = (_WIDTH - 0.15 * (count - 1)) / count
    return number * (width + 0.15), number * (width + 0.15) + width


def _step_lines(step: FlowStep, beside: int) -> list[str]:
    letters = 54 // beside
    return [
        *(f"**{line}" for line in textwrap.wrap(step.label, letters)),
        *(line for one in _sizes(step) for line in textwrap.wrap(one, letters)),
    ]


def _sizes(step: FlowStep) -> tuple[str]:
    parts = ((step.patients, "patient"), (step.examinations, "examination"), (step.films, "film"))
    return (", ".join(counted(number, noun) for number, noun in parts),)


def _left_lines(left: str, beside: int) -> list[str]:
    return textwrap.wrap(left, 58 // beside - 4)


def _height(lines: list[str]) -> float:
    return _LINE * len(lines) + 0.16


def _arrow(words: list[str]) -> float:
    return max(0.28, _LINE * len(words) + 0.12)


def _box(axes: Axes, top: float, lines: list[str], *, left: float, right: float) -> None:
    """Draw a box with its words; a line that begins with ** is bold."""
    box = Rectangle((left, top), right - left, _height(lines), facecolor="white", edgecolor=INK, linewidth=0.9)
    axes.add_patch(box)
    for number, line in enumerate(lines):
        weight = "bold" if line.startswith("**") else "normal"
        middle = top + 0.08 + _LINE * (number + 0.5)
        axes.text((left + right) / 2, middle, line.removeprefix("**"), ha="center", va="center", weight=weight)


def _down(axes: Axes, top: float, height: float, *, words: list[str], left: float, right: float) -> None:
    """Draw an arrow between the edges of a box, to the left where words stand beside it."""
    middle = (left + right) / 2 if not words else left + 0.12
    style = {"arrowstyle": "-|>", "color": FAINT, "linewidth": 1, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=(middle, top + height), xytext=(middle, top), arrowprops=style)
    for number, line in enumerate(words):
        start = top + height / 2 + _LINE * (number - (len(words) - 1) / 2)
        axes.text(middle + 0.12, start, line, va="center", color=FAINT, fontsize=8.5)
