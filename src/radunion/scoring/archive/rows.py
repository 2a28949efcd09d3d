"""The rows of the result: one an examination that was scored, one a file that was not."""

import os
from collections.abc import Mapping, Sequence

from radunion.scale import CORTICES
from radunion.scoring.archive.codes import ARCHIVE_CODES, FileCode, NoteCode, kind_of
from radunion.scoring.archive.seen import Listed, SeenFile, examination_of
from radunion.scoring.document import CortexScore, ScoreDocument, TotalScore

Cell = str | int | float | bool | None | list[str]
Row = dict[str, Cell]
"""A row by column; columns that it lacks are empty. `COLUMNS` tells them all."""


def score_row(listed: Listed, document: ScoreDocument, names: Mapping[str, str], notes: Sequence[NoteCode]) -> Row:
    """Return the row of an examination; `names` are those of its films below the source, by the path as read."""
    row: Row = {"kind": "score", **_whose(listed), "model_name": document.model.name}
    for film in document.inputs:
        view = f"{film.view}_film"
        row |= {
            view: shown(names[film.path]),
            f"{view}_sha256": film.sha256,
            f"{view}_view_source": film.view_source,
            f"{view}_distance": film.distance,
        }
    for cortex in CORTICES:
        row |= _cortex(cortex, document.cortices[cortex])
    row |= {**_total("mrust", document.mrust), **_total("rust", document.rust)}
    low, high = document.union.bounds or (None, None)
    return row | {
        "union_probability": document.union.probability,
        "union_bound_low": low,
        "union_bound_high": high,
        "union_rule": document.union.rule,
        "convention": document.convention,
        "coverage": document.coverage,
        "calibrated": document.calibrated,
        "familiar": document.familiarity.familiar,
        "distance": document.familiarity.distance,
        "distance_threshold": document.familiarity.threshold,
        "warnings": [*(one.code for one in document.warnings), *notes],
        "model_version": document.model.version,
        "model_sha256": document.model.sha256,
    }


def film_row(listed: Listed, name: str, code: FileCode, message: str = "") -> Row:
    """Return the row of one film of an examination that is in no score."""
    return {**_file(name, code, message), **_whose(listed)}


def file_row(seen: SeenFile) -> Row:
    """Return the row of a file that is in no examination."""
    if seen.code is None:
        raise ValueError("a file without a code is in an examination")
    row = _file(seen.name, seen.code, seen.message)
    examination = examination_of(seen.day, seen.side) if seen.day else None
    return row | {"patient": seen.patient or None, "examination": examination, "side": seen.side or None}


def shown(name: str) -> str:
    """Return a name as text that any program reads: bytes that are not UTF-8 become escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _file(name: str, code: FileCode, message: str) -> Row:
    said = f"{ARCHIVE_CODES[code]}: {message}" if message else ARCHIVE_CODES[code]
    return {"kind": kind_of(code), "file": shown(name), "code": code, "message": said}


def _whose(listed: Listed) -> Row:
    return {"patient": listed.patient or None, "examination": listed.examination, "side": listed.side}


def _cortex(name: str, score: CortexScore) -> Row:
    probabilities = {f"{name}_p{level}": p for level, p in enumerate(score.probabilities, start=1)}
    return {
        f"{name}_level": score.level,
        **probabilities,
        f"{name}_low": min(score.levels, default=None),
        f"{name}_high": max(score.levels, default=None),
        f"{name}_scorable": score.scorable,
        f"{name}_seen": score.seen,
    }


def _total(name: str, total: TotalScore) -> Row:
    low, high = total.bounds or (None, None)
    return {
        f"{name}_total": total.total,
        f"{name}_bound_low": low,
        f"{name}_bound_high": high,
        f"{name}_expected": total.expected,
        f"{name}_low": total.interval[0],
        f"{name}_high": total.interval[1],
    }
