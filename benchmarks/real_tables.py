"""Real films and what their tables say of them: views, boxes, bones, metal and plaster, groups of patients.

A folder holds `images/`, `pairs.csv` (an AP and a lateral film a line), `singles.csv` (one film, or a file that holds
two views) and `notes.csv` (of both, by id). A column `side` (left or right) may stand in any of the three.
"""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from radunion.cohort import Box
from radunion.errors import CohortError
from radunion.explain.marked import MarkedExamination, MarkedFilm
from radunion.explain.subject import VIEWS
from radunion.radiograph import Side

State = Literal["intact", "tibia fractured", "other or unclear"]
_TIBIAL = ("tibia", "tibia+fibula")
_SIDES: dict[str, Side] = {"left": "left", "l": "left", "right": "right", "r": "right"}
_NEEDED = {
    "notes.csv": ("id", "group", "box_site"),
    "pairs.csv": ("pair_id", "ap_image", "lateral_image", "hardware_kind", "ap_boxes", "lateral_boxes"),
    "singles.csv": ("single_id", "image", "view", "hardware_kind", "boxes"),
}
_Row = dict[str, str]
Cuts = tuple[Box | None, Box | None]


@dataclass(frozen=True)
class RealExamination:
    """Hold marked films and what the tables say of them.

    `marked.patient` is the group. `fractured` is None where the tables do not tell; `site` says which bones the boxes
    lie on, `kind` which metal or plaster is in sight. `cuts` are the panels (pixels of the file) where one file holds
    two views; the boxes on such films are the whole file's and are left out.
    """

    name: str
    marked: MarkedExamination
    fractured: bool | None
    site: str
    kind: str
    side: Side | None = None
    cuts: Cuts = (None, None)

    @property
    def hardware(self) -> bool:
        """Whether metal or plaster is in sight."""
        return self.kind != "none"

    @property
    def kind_in_words(self) -> str:
        """The metal or plaster in sight, in words."""
        return self.kind if self.hardware else "no metal, no plaster"

    @property
    def whole(self) -> bool:
        """Whether every film is a file of its own."""
        return self.cuts == (None, None)

    @property
    def paired(self) -> bool:
        """Whether both views are there, each a file of its own."""
        return self.whole and None not in self.marked.films

    @property
    def tibial(self) -> bool:
        """Whether a box lies on the tibia."""
        return self.site in _TIBIAL

    @property
    def state(self) -> State:
        """Intact, with a fractured tibia, or neither for certain: another bone, or a site that is unclear."""
        if self.fractured is False:
            return "intact"
        return "tibia fractured" if self.fractured and self.tibial else "other or unclear"


def real_films(folder: Path) -> tuple[RealExamination, ...]:
    """Return all examinations of a folder, pairs first.

    Raises CohortError for a table that is missing or cannot be used, naming it.
    """
    notes = {row["id"]: row for row in _rows(folder / "notes.csv")}
    pairs = (_pair(folder, row, notes) for row in _rows(folder / "pairs.csv"))
    singles = (_single(folder, row, notes) for row in _rows(folder / "singles.csv"))
    found = tuple(one for one in (*pairs, *singles) if one is not None)
    if not found:
        raise CohortError(f"{folder}: no AP and no lateral film is listed in pairs.csv or singles.csv; list some")
    return found


def _pair(folder: Path, row: _Row, notes: Mapping[str, _Row]) -> RealExamination:
    ap, lateral = (
        MarkedFilm(folder / "images" / row[f"{view}_image"], _boxes(row[f"{view}_boxes"], folder / "pairs.csv"))
        for view in VIEWS
    )
    return _examination(folder, row, notes, name=row["pair_id"], films=(ap, lateral))


def _single(folder: Path, row: _Row, notes: Mapping[str, _Row]) -> RealExamination | None:
    """Return one film, or the AP and the lateral panel of a file that holds two; None where neither is there."""
    path, name = folder / "images" / row["image"], row["single_id"]
    table = folder / "singles.csv"
    cuts = {one["view"]: _box(one["box"]) for one in _listed(row.get("panels", ""), table)}
    if cuts:
        panels: Cuts = (cuts.get("ap"), cuts.get("lateral"))
        ap, lateral = (None if cut is None else MarkedFilm(path, ()) for cut in panels)
        found = _examination(folder, row, notes, name=name, films=(ap, lateral), cuts=panels)
        return None if panels == (None, None) else found
    film = MarkedFilm(path, _boxes(row["boxes"], table))
    ap, lateral = (film if row["view"] == view else None for view in VIEWS)
    return None if row["view"] not in VIEWS else _examination(folder, row, notes, name=name, films=(ap, lateral))


def _examination(
    folder: Path,
    row: _Row,
    notes: Mapping[str, _Row],
    *,
    name: str,
    films: tuple[MarkedFilm | None, MarkedFilm | None],
    cuts: Cuts = (None, None),
) -> RealExamination:
    if name not in notes:
        raise CohortError(
            f"{folder / 'notes.csv'}: every examination has a line with its group, {name} has none; add it"
        )
    note = notes[name]
    side = next((_SIDES[said] for said in (row.get("side"), note.get("side")) if said and said in _SIDES), None)
    return RealExamination(
        name,
        MarkedExamination(note["group"], films),
        fractured={"0": False, "1": True}.get(row.get("fractured", "")),
        site=note["box_site"],
        kind=row["hardware_kind"] or "none",
        side=side,
        cuts=cuts,
    )


def _boxes(text: str, table: Path) -> tuple[Box, ...]:
    return tuple(_box(one) for one in _listed(text, table))


def _box(found: list[float]) -> Box:
    x0, y0, x1, y1 = found
    return float(x0), float(y0), float(x1), float(y1)


def _listed(text: str, table: Path) -> list[Any]:
    try:
        return list(json.loads(text or "[]"))
    except (ValueError, TypeError):
        raise CohortError(f"{table}: boxes and panels are lists in JSON, found {text!r}; mend it") from None


def _rows(path: Path) -> list[_Row]:
    if not path.is_file():
        raise CohortError(f"{path}: there is no such table; a folder of real films has {', '.join(_NEEDED)} and images")
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        rows = list(reader)
    missing = [name for name in _NEEDED[path.name] if name not in (reader.fieldnames or ())]
    if missing:
        raise CohortError(f"{path}: the columns {', '.join(missing)} are missing; add them")
    return rows
