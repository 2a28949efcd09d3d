"""The last sections: trials that did not end, the work done, the cohort, the chosen protocol, provenance."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from radunion.report.search.lengths import ending, epochs_cell
from radunion.report.search.material import SearchMaterial, Trial
from radunion.report.search.standing import Standing
from radunion.report.search.trials import value_cells
from radunion.report.search.words import at, axis_title
from radunion.report.study.blocks import Block, Cell, Facts, Grid, Heading, Line, More, Prose, Section, slug
from radunion.report.study.cells import value_cell

_SHOWN = 20
"""So many unfinished trials stand open on the page; more are folded away."""
_CODE = (
    "display:block;white-space:pre-wrap;overflow-wrap:anywhere;background:#f5f7f9;border-left:3px solid #1f5a94;"
    "padding:12px 16px;font:.82rem/1.5 ui-monospace,Menlo,Consolas,monospace"
)


def chosen_section(material: SearchMaterial) -> Section | None:
    """Show the chosen protocol as TOML; None where none was chosen."""
    if not material.chosen:
        return None
    how = "The protocol that this search chose, all fields of it; chosen.toml beside this page holds the same text."
    if ending(material) == "patience":
        how += " Its epochs are those after which the best trial ended."
    commands = Markup(
        "<code>radunion train --protocol chosen.toml</code> and <code>radunion study --protocols chosen.toml</code> "
        "take it as it is; a file of weights is given again with --weights. "
        "Judge it by a study, against the no-image baselines and on patients that chose nothing."
    )
    text = Markup('<code style="{}" data-at="{}">{}</code>').format(_CODE, at("chosen"), material.chosen.strip())
    return Section("chosen", "The chosen protocol", how, (Prose(commands), Prose(text)))


def work_section(standing: Standing) -> Section:
    """Show the trials that did not end and what the search cost."""
    blocks: tuple[Block, ...] = (Facts(tuple(_work(standing.material))), *_unfinished(standing))
    return Section("work", "Work done, and what did not end", _whose(standing), blocks)


def provenance_section(material: SearchMaterial) -> Section:
    """Show the cohort, the settings that were not searched, and versions."""
    how = "What must be known to run the search again."
    return Section("provenance", "Cohort, settings, provenance", how, tuple(_provenance(material)))


def _work(material: SearchMaterial) -> Iterator[tuple[str, Cell]]:
    for name, title, digits in (
        ("head_epochs", "Trials: epochs", None), ("head_seconds", "Trials: training, s", 1),
        ("repeat_epochs", "Repeats: epochs", None), ("repeat_seconds", "Repeats: training, s", 1),
        ("feature_seconds", "Looking at the films once, s", 1),
        ("peak_memory_gb", "Largest memory, GB", 2),
        ("workers", "Processes that finished trials", None),
    ):  # fmt: skip
        yield title, value_cell(getattr(material.work, name), at("work", name), digits=digits)


def _whose(standing: Standing) -> str:
    """Say which figures are of all processes and which of one."""
    untold = any(trial.state == "failed" and not trial.epochs for trial in standing.material.trials)
    return (
        "An epoch of one fold counts as one. Epochs and seconds of trials and of repeats are sums over all processes "
        "that finished some; side by side they took less time by the clock. "
        f"{'What failed trials took is not in them. ' if untold else ''}Looking at the films is told of the process "
        "that wrote this page only. The largest memory is the main memory of a single process, of those that told "
        "theirs; a GPU’s own is not in it. A search that was stopped and taken up again counts a process anew."
    )


def _unfinished(standing: Standing) -> Iterator[Block]:
    left = [trial for trial in standing.material.trials if trial.state != "complete"]
    if not left:
        yield Prose("Every trial was completed: none was pruned, none failed.")
        return
    pruned = sum(trial.state == "pruned" for trial in left)
    grid = _unfinished_grid(standing, left)
    yield Heading("Pruned and failed trials")
    yield grid if len(left) <= _SHOWN else More(f"{pruned} pruned and {len(left) - pruned} failed trials", (grid,))


def _unfinished_grid(standing: Standing, left: Sequence[Trial]) -> Grid:
    axes = standing.material.axes
    headings = ("State", *(axis_title(axis) for axis in axes), "Epochs", "Why")
    lines = tuple(Line(f"Trial {trial.number}", tuple(_left_cells(standing, trial))) for trial in left)
    caption = "Trials that were stopped early (pruned) or that failed; none of them is ranked."
    return Grid("unfinished", caption, "Trial", headings, lines)


def _left_cells(standing: Standing, trial: Trial) -> Iterator[Cell]:
    place = standing.places[trial.number]
    yield Cell(trial.state, at("trials", place, "state"), mark="text")
    yield from value_cells(standing, trial)
    yield value_cell(trial.epochs, at("trials", place, "epochs"))
    yield Cell(trial.reason, at("trials", place, "reason"), mark="text") if trial.reason else Cell("–", mark="text")


def _provenance(material: SearchMaterial) -> Iterator[Block]:
    for title, key in (("Cohort", "cohort"), ("Settings that were not searched", "settings")):
        searched = {axis.name for axis in material.axes} if key == "settings" else set()
        told = {name: value for name, value in getattr(material, key).items() if name not in searched}
        if told:
            yield Heading(f"{title} (simulated)" if material.simulated and key == "cohort" else title)
            yield Facts(tuple(flat(_scalars(told), key)))
            yield from _tables(told, key)
    yield Heading("Provenance")
    yield Facts((*_search(material), *flat(material.provenance, "provenance")))


def _search(material: SearchMaterial) -> Iterator[tuple[str, Cell]]:
    for name, title in (
        ("space", "Space"), ("protocol", "Protocol"), ("objective", "Objective"), ("sampler", "Sampler"),
        ("pruned", "Pruned by successive halving"), ("k", "Folds"),
    ):  # fmt: skip
        yield title, value_cell(getattr(material, name), at(name))
    yield "Epochs a fold", epochs_cell(material)
    yield "Patience, epochs", value_cell(material.patience, at("patience"))


def flat(told: Mapping[str, Any], *steps: str | int, prefix: str = "") -> Iterator[tuple[str, Cell]]:
    """Yield every value of a nested mapping that stands at `steps` of search.json."""
    for key, value in told.items():
        if isinstance(value, Mapping):
            yield from flat(value, *steps, key, prefix=f"{prefix}{key} · ")
        else:
            yield f"{prefix}{key}", value_cell(value, at(*steps, key))


def _scalars(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in told.items() if not _is_table(value)}


def _tables(told: Mapping[str, Any], *steps: str) -> Iterator[Grid]:
    for key, rows in told.items():
        if _is_table(rows):
            head, *columns = rows[0]
            lines = tuple(
                Line(str(row[head]), tuple(value_cell(row[name], at(*steps, key, place, name)) for name in columns))
                for place, row in enumerate(rows)
            )
            yield Grid(f"{steps[0]}-{slug(key)}", f"{key}.", head, tuple(columns), lines)


def _is_table(value: Any) -> bool:
    return isinstance(value, Sequence) and bool(value) and all(isinstance(one, Mapping) for one in value)
