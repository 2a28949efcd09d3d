"""How long a trial trains and what ends it, in words: what chose the epoch of a score decides what it is worth."""

from collections.abc import Iterator
from typing import Literal

from markupsafe import Markup

from radunion.report.search.material import Axis, SearchMaterial
from radunion.report.search.words import at, axis_values, count_span
from radunion.report.study.blocks import Cell
from radunion.report.study.cells import value_cell

Ending = Literal["fixed", "patience", "own", "none"]
"""A number of epochs set beforehand, early by what folds hold out, early by other patients, or no epochs at all."""
_OWN = ("pair", "tuned")
"""Families of protocols whose training keeps patients of its own to end it; the best epoch's weights stay."""
_SCORED: dict[Ending, str] = {
    "fixed": " at the last epoch; no epoch was chosen.",
    "patience": (
        " at the last epoch. Training ended early where the mean over the held-out parts stopped rising, so that the "
        "epoch was chosen on the same folds as the score, in the search and in repeats."
    ),
    "own": ", at the epoch that other patients, kept out of what a fold learned from, chose.",
    "none": ".",
}
_CURVES: dict[Ending, str] = {
    "fixed": "Scores are those of the last epoch of what was held out, not of the highest.",
    "patience": "Scores are those of the last epoch, which the held-out curves chose where training ended early.",
    "own": (
        "Those are patients of the training part who were kept to end the training: the weights of their lowest loss "
        "are scored, on what the fold held out. Stages of one training follow one another."
    ),
    "none": "",
}


def ending(material: SearchMaterial) -> Ending:
    """Say what ends the training of a trial that is not pruned."""
    if not material.epochs:
        return "none"
    if material.patience is not None:
        return "patience"
    return "own" if material.settings.get("family") in _OWN else "fixed"


def scored_at(material: SearchMaterial) -> str:
    """Say of which epoch a score is, as a sentence of the summary ends with."""
    return _SCORED[ending(material)]


def curves_end(material: SearchMaterial) -> str:
    """Say where on a learning curve the score is."""
    return _CURVES[ending(material)]


def trains(material: SearchMaterial) -> Markup:
    """Say how long a completed trial trains, and what ends others before."""
    text = Markup("A completed trial {} in each of {} folds of {} cohort.{}")
    cohort = "a simulated" if material.simulated else "the"
    return text.format(_how_long(material), count_span(material.k, "k"), cohort, Markup("").join(_ended(material)))


def epochs_cell(material: SearchMaterial) -> Cell:
    """Return how many epochs a fold is trained: those that are searched, else those of the protocol."""
    axis = _searched(material)
    if axis is None:
        return value_cell(material.epochs or None, at("epochs"))
    place = material.axes.index(axis)
    if axis.low is None or axis.high is None:
        return value_cell(axis.choices, at("axes", place, "choices"))
    return Cell(str(axis_values(axis, material).striptags()), at("axes", place), mark="text")


def _how_long(material: SearchMaterial) -> Markup:
    how, axis = ending(material), _searched(material)
    if how == "none":
        return Markup("is fitted")
    most = "" if how == "fixed" else "up to "
    if axis is not None:
        tried = axis_values(axis, material)
        return Markup("trains {}the number of epochs that it tries ({}){}").format(most, tried, _stage(material))
    word = "epoch" if material.epochs == 1 else "epochs"
    return Markup("trains {}{} {}{}").format(most, count_span(material.epochs, "epochs"), word, _stage(material))


def _stage(material: SearchMaterial) -> str:
    return " of tuning" if material.settings.get("family") == "tuned" else ""


def _ended(material: SearchMaterial) -> Iterator[Markup]:
    how, patience = ending(material), material.patience
    if how == "patience" and patience is not None:
        yield Markup(
            " It ends early when the held-out folds’ mean (of the 18-output AUROC, or of the loss without such "
            "outputs) has not improved for {} {}, which chooses its last epoch on the same folds as its score."
        ).format(count_span(patience, "patience"), "epoch" if patience == 1 else "epochs")
    elif how == "own":
        yield Markup(" Patients kept out of what a fold learns from end its training.")
    if material.pruned:
        yield Markup(" Successive halving stops earlier those that do less well than others after as many epochs.")


def _searched(material: SearchMaterial) -> Axis | None:
    return next((axis for axis in material.axes if axis.name == "epochs"), None)
