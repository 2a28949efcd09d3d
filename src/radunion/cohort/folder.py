"""Import a folder of films whose names say patient, visit and view."""

import re
from pathlib import Path

import polars as pl

from radunion.cohort.pattern import NEEDED, compiled
from radunion.cohort.table import OPTIONAL_COLUMNS, REQUIRED_COLUMNS
from radunion.errors import CohortError, UsageError
from radunion.scale import View

FILM_SUFFIXES: frozenset[str] = frozenset({".dcm", ".dicom", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"})

VIEW_WORDS: dict[str, View] = {
    **dict.fromkeys(("ap", "pa", "antpr", "anteroposterior", "frontal"), "ap"),
    **dict.fromkeys(("lateral", "later", "lat", "ll"), "lateral"),
    **dict.fromkeys(("other", "oblique", "obl"), "other"),
}
"""The words for a view that file names may use, in lower case."""

_SHOWN = 20


def import_folder(folder: Path, *, pattern: str) -> pl.DataFrame:
    r"""Return the cohort table of a folder's films, levels and scale empty, image paths absolute.

    `pattern` is a regular expression for the whole path of a film under the folder (parts joined by `/`), with groups
    `patient`, `visit`, `view` and, where names have them, `side`, `site`, `reader` and other columns:
    `(?P<patient>\w+)/(?P<visit>\w+)_(?P<view>ap|lat)\.dcm`.
    Raises UsageError for a pattern that cannot serve, CohortError where a film does not match it.
    """
    expression = _compiled(pattern)
    if not folder.is_dir():
        raise CohortError(f"{folder}: films are imported from a folder; found none of this name, check the path")
    films = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in FILM_SUFFIXES)
    if not films:
        raise CohortError(f"{folder}: a folder of films must hold one; found none ending {', '.join(_suffixes())}")
    matches = [(path, expression.fullmatch(path.relative_to(folder).as_posix())) for path in films]
    _refuse_films(folder, [path for path, found in matches if found is None], "a film must match the pattern")
    rows = [_row(path, found.groupdict(default="")) for path, found in matches if found]
    odd = [path for (path, _), row in zip(matches, rows, strict=True) if not row["view"]]
    _refuse_films(folder, odd, f"a view is one of {', '.join(VIEW_WORDS)}")
    schema = dict.fromkeys((*REQUIRED_COLUMNS, *(name for name in expression.groupindex if name in OPTIONAL_COLUMNS)))
    return pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String))


def _compiled(pattern: str) -> re.Pattern[str]:
    expression = compiled(pattern)
    unknown = sorted(set(expression.groupindex) - {*NEEDED, *OPTIONAL_COLUMNS})
    if unknown:
        allowed = ", ".join((*NEEDED, *OPTIONAL_COLUMNS))
        raise UsageError(f"the pattern's groups must be columns ({allowed}); found {', '.join(unknown)}")
    return expression


def _row(path: Path, groups: dict[str, str]) -> dict[str, str]:
    view = VIEW_WORDS.get(groups["view"].lower(), "")
    return {**dict.fromkeys(REQUIRED_COLUMNS, ""), **groups, "view": view, "image": str(path.absolute())}


def _refuse_films(folder: Path, films: list[Path], rule: str) -> None:
    if not films:
        return
    shown = "\n".join(f"  {path}" for path in films[:_SHOWN])
    more = f"\n  and {len(films) - _SHOWN:,} more" if len(films) > _SHOWN else ""
    raise CohortError(
        f"{folder}: {rule}; found {len(films):,} that do not, so widen the pattern or move them away:\n{shown}{more}"
    )


def _suffixes() -> list[str]:
    return sorted(FILM_SUFFIXES)
