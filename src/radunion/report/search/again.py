"""The section of the repeats: the first trials and the median, trained again with fresh seeds that chose nothing."""

from collections.abc import Iterator

from radunion.report.search.lengths import ending
from radunion.report.search.ranks import FreshSeeds
from radunion.report.search.standing import Standing
from radunion.report.search.trials import value_cells
from radunion.report.search.words import at, axis_title, blind_view, measure_title, score_cell
from radunion.report.study.blocks import Cell, Figures, Grid, Line, Section


def again_section(standing: Standing) -> Section | None:
    """Show what fresh seeds made of the first trials; None where none was repeated."""
    if not standing.again:
        return None
    material, blind = standing.material, blind_view(standing)
    caption = (
        "The repeated trials, and the median of the completed ones: as searched, and on fresh seeds (95 % interval)."
    )
    median = standing.median.number if standing.median else None
    level = None if blind is None else blind[0]
    figure = FreshSeeds("again", caption, standing.again, measure_title(material.objective), median, level)
    return Section("again", "Trained again with fresh seeds", _how(standing), (Figures((figure,)), _grid(standing)))


def _how(standing: Standing) -> str:
    spared = "it is not" if not standing.pruned else "it is less so: pruning let pass what did well on the way"
    early = " A repeat ends early as the trials did, by what its own folds hold out."
    return (
        "A repeat draws weights and folds anew on the same films. The search chose its best by its own figure, so that "
        "this one tends to be too high; for the median of the completed trials, chosen for being in the middle, "
        f"{spared}. Intervals are those of the corrected resampled t-test (Nadeau and Bengio 2003); those of two "
        "trials may overlap and their paired difference still be clear, which the summary tells for the best and the "
        "median. Choosing once more, by the highest of these, would flatter once more."
        f"{early if ending(standing.material) == 'patience' else ''}"
    )


def _grid(standing: Standing) -> Grid:
    names = tuple(axis_title(axis) for axis in standing.material.axes)
    headings = (
        "Rank", *names, "As searched", "Fresh seeds, mean", "SD over folds", "SD between seeds", "Searched − fresh",
        "Seeds",
    )  # fmt: skip
    lines = tuple(Line(f"Trial {one.number}", tuple(_cells(standing, row))) for row, one in enumerate(standing.again))
    caption = f"{measure_title(standing.material.objective)}: as searched, and trained again with fresh seeds."
    return Grid("again", caption, "Trial", headings, lines)


def _cells(standing: Standing, row: int) -> Iterator[Cell]:
    one = standing.again[row]
    yield Cell("–") if one.rank is None else Cell(str(one.rank), at("again", row, "rank"), one.rank)
    place = standing.places.get(one.number)
    if place is None:
        yield from (Cell("–") for _ in standing.material.axes)
    else:
        yield from value_cells(standing, standing.material.trials[place])
    yield score_cell(one.searched, "again", row, "searched")
    low, high = (score_cell(value, "again", row, "mean").text for value in (one.low, one.high))
    mean = score_cell(one.mean, "again", row, "mean")
    yield Cell(mean.text, mean.at, one.mean, f"{low} to {high}", at("again", row), (one.low, one.high))
    yield score_cell(one.sd, "again", row, "sd")
    yield score_cell(one.between, "again", row, "between")
    yield score_cell(one.fall, "again", row, "fall", signed=True)
    yield Cell(str(one.repeats), at("again", row, "repeats"), one.repeats)
