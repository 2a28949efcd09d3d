"""Is the view of a real film recognised, and are left and right kept apart on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from benchmarks.real_looks import Looked
from benchmarks.real_maps import view_of_side
from benchmarks.real_measures import Numbers, auroc_of, counted, drawn_row, missing, said, share_row, undefined
from benchmarks.real_pictures import CAPTION, Shower
from radunion.report.study.blocks import Block, Case, Cases, Cell, Grid, Heading, Line, Prose, Section
from radunion.scoring import Bundle

_MOST = 12
"""Films shown that were taken for the other view."""
_VIEW_HOW = (
    "Each film was given to the model alone and in the first place, so that nothing but the film tells its view. "
    "AUROC: 1 is always right, 0.5 is chance. Files that hold two views are left out."
)
_SIDE_HOW = (
    "Medial and lateral are anatomical: the same bone seen in a mirror has them the other way round. Where the maps of "
    "the two cortices keep their places although the film is mirrored, the model has not found the cortices but "
    "learned a side of the picture."
)


@dataclass(frozen=True)
class _Film:
    looked: Looked
    side: int
    lateral: float

    @property
    def right(self) -> bool:
        return (self.lateral >= 0.5) == (self.side == 1)

    @property
    def doubt(self) -> float:
        """How far on the wrong side of one half the model is."""
        return self.lateral - 0.5 if self.side == 0 else 0.5 - self.lateral


def view_section(bundle: Bundle, looked: Sequence[Looked], numbers: Numbers, show: Shower) -> Section:
    """Report how well AP and lateral films are told apart, and show those that were not."""
    films = [
        _Film(one, side, found)
        for one in looked
        if one.examination.whole
        for side, found in enumerate(one.lateral)
        if found is not None
    ]
    lateral = np.array([film.side == 1 for film in films], dtype=bool)
    right = np.array([film.right for film in films], dtype=bool)
    groups = np.array([film.looked.group for film in films], dtype=np.str_)
    area = auroc_of(np.array([film.lateral for film in films]), lateral, groups, scope="view")
    name = bundle.card.name
    cells = [numbers.cell(undefined(drawn_row(name, area, groups), missing(lateral, ("AP film", "lateral film"))))]
    for scope, part in (("all films", np.ones_like(lateral)), ("AP films", ~lateral), ("lateral films", lateral)):
        cells.append(numbers.cell(share_row(name, right[part], groups[part], metric="view right", scope=scope)))
    grid = Grid(
        "view",
        f"View of {counted(len(films), groups, 'films')}: {int((~lateral).sum())} AP, {int(lateral.sum())} lateral.",
        "Model",
        ("AUROC", "right at P = 0.5", "AP films right", "lateral films right"),
        (Line(name, tuple(cells), "model"),),
    )
    wrong = sorted((film for film in films if not film.right), key=lambda film: -film.doubt)
    return Section("view", "Is the view recognised?", _VIEW_HOW, (grid, *_wrong(bundle, wrong, show)))


def side_section(bundle: Bundle, looked: Sequence[Looked], numbers: Numbers) -> Section:
    """Report whether medial and lateral change places with the mirror, and the side where the tables know it."""
    blocks: list[Block] = []
    if bundle.card.heatmap != "evidence":
        blocks.append(
            Prose("This model has no evidence maps, so it does not say where it sees medial and lateral.", "lead")
        )
        return Section("side", "Left and right", _SIDE_HOW, tuple(blocks))
    kept = [one for one in looked if np.isfinite(one.filed.apart) and "mirrored" in one.said]
    kept = [one for one in kept if np.isfinite(one.said["mirrored"].apart)]
    groups = np.array([one.group for one in kept], dtype=np.str_)
    flips = np.array([one.filed.apart * one.said["mirrored"].apart < 0 for one in kept], dtype=bool)
    row = numbers.cell(share_row(bundle.card.name, flips, groups, metric="order flips", scope="AP films"))
    ap = sum(one.examination.whole and one.examination.marked.films[0] is not None for one in looked)
    left = (
        f" {ap - len(kept)} AP films are left out: the leg lies across them, or a map is empty."
        if ap > len(kept)
        else ""
    )
    blocks.append(
        Prose(
            f"Mirrored film, mirrored maps: on {said(row)} of {counted(len(kept), groups, 'AP films')} the "
            f"order of the two maps changes with the mirror; 50 % would be chance, 100 % is right.{left}",
            "lead",
        )
    )
    blocks += list(_sides(bundle, kept, numbers))
    return Section("side", "Left and right", _SIDE_HOW, tuple(blocks))


def _sides(bundle: Bundle, kept: Sequence[Looked], numbers: Numbers) -> Iterator[Block]:
    """Compare the side that the maps speak for with the one that is recorded."""
    known = [one for one in kept if one.side is not None]
    if not known:
        yield Prose(
            "Which side a film shows is not recorded in the tables of these films, so it cannot be said how often the "
            "side is right."
        )
        return
    groups = np.array([one.group for one in known], dtype=np.str_)
    hits = np.array([(one.filed.apart < 0) == (one.side == "right") for one in known], dtype=bool)
    row = numbers.cell(share_row(bundle.card.name, hits, groups, metric="side right", scope="AP films"))
    yield Prose(
        f"Side recorded for {counted(len(known), groups, 'AP films')}: right on {said(row)}. The lateral cortex on the "
        "left of the picture is taken for a right leg, as on a film hung as if one faced the patient."
    )


def _wrong(bundle: Bundle, wrong: Sequence[_Film], show: Shower) -> Iterator[Block]:
    if not wrong:
        yield Prose("No film was taken for the other view.")
        return
    yield Heading(
        f"Taken for the other view: {len(wrong):,} films" + (f", the {_MOST} surest" if len(wrong) > _MOST else "")
    )
    yield Prose(CAPTION, "fine")
    yield Cases(tuple(_case(film, show) for film in wrong[:_MOST]))


def _case(film: _Film, show: Shower) -> Case:
    name, view = film.looked.examination.name, view_of_side(film.side)
    words = Markup("Taken for the {} view. {}.").format(
        "lateral" if film.side == 0 else "AP", film.looked.examination.kind_in_words.capitalize()
    )
    sure = Line("P(lateral view)", (Cell(f"{film.lateral:.2f}"),))
    levels = Grid(f"view-{name}-{film.side}", "", "", ("said",), (sure,))
    return Case(f"{name}, {view}", show(film.looked, sides=(film.side,)), "", words, levels)
