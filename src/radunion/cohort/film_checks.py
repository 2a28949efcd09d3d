"""Checks of the films: files there, once each, under the view whose cortices they carry."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

from radunion.cohort.examination import Cohort, Examination, Film
from radunion.cohort.finding import Finding, counted, finding
from radunion.scale import CORTICES, CORTICES_ON, VIEWS, Cortex, View, view_of

Entry = tuple[Examination, Film]


def missing_files(cohort: Cohort) -> Iterator[Finding]:
    """Report films whose file is not there."""
    absent = [film for _, film in _entries(cohort) if _size(film.path) is None]
    if absent:
        detail = f"{counted(len(absent), 'file')}, the first is {absent[0].path}; image paths are relative to the table"
        yield finding("RU104", detail, (film.line for film in absent))


def swapped_views(cohort: Cohort) -> Iterator[Finding]:
    """Report sites most of whose scored rows carry only cortices that their view does not show."""
    site_of = {line: examination.site for examination in cohort.examinations for line in examination.lines}
    sites: dict[str, list[tuple[int, bool]]] = {}
    for line, view, cortices in scored_rows(cohort):
        if view != "other":
            sites.setdefault(site_of[line], []).append((line, cortices.isdisjoint(CORTICES_ON[view])))
    for site, rows in sites.items():
        wrong = [line for line, disjoint in rows if disjoint]
        if len(wrong) * 2 > len(rows):
            detail = (
                f"{len(wrong):,} of {counted(len(rows), 'scored row')}{f' of site {site}' if site else ''} carry only "
                "the cortices of the other view; look at the contact sheet, then swap the views or silence this check"
            )
            yield finding("RU105", detail, wrong)


def swapped_cortices(cohort: Cohort) -> Iterator[Finding]:
    """Report sites where most scored rows fit if one cortex of the AP view and one of the lateral changed places.

    Two cortices of one view that changed places cannot be told from a table: no film shows which is which by its view.
    """
    site_of = {line: examination.site for examination in cohort.examinations for line in examination.lines}
    sites: dict[str, list[tuple[int, View, set[Cortex]]]] = {}
    for row in scored_rows(cohort):
        if row[1] != "other":
            sites.setdefault(site_of[row[0]], []).append(row)
    for site, rows in sites.items():
        for first, second in product(CORTICES_ON["ap"], CORTICES_ON["lateral"]):
            wrong = [line for line, view, cortices in rows if _fits_swapped(view, cortices, first, second)]
            if len(wrong) * 2 > len(rows):
                where = f" of site {site}" if site else ""
                yield finding(
                    "RU117",
                    f"{len(wrong):,} of {counted(len(rows), 'scored row')}{where} would carry the cortices of their "
                    f"view if {first} and {second} changed places; compare the columns with their source",
                    wrong,
                )


def _fits_swapped(view: View, cortices: set[Cortex], first: Cortex, second: Cortex) -> bool:
    """Say whether a row shows a cortex that its view does not, and none once the two have changed places."""
    other: dict[Cortex, Cortex] = {first: second, second: first}
    shown = set(CORTICES_ON[view])
    return not cortices <= shown and len(cortices) > 1 and {other.get(cortex, cortex) for cortex in cortices} <= shown


def scored_without_film(cohort: Cohort) -> Iterator[Finding]:
    """Report examinations with scored cortices whose view has no film."""
    lacking: dict[View, list[Examination]] = {"ap": [], "lateral": []}
    for examination in cohort.examinations:
        scored = {cortex for label in examination.labels for cortex in CORTICES if label.cortices[cortex].scorable}
        for view in {view_of(cortex) for cortex in scored}:
            if examination.film(view) is None:
                lacking[view].append(examination)
    for view, examinations in lacking.items():
        if examinations:
            detail = f"{counted(len(examinations), 'examination')} without the {view} film"
            yield finding("RU106", detail, (line for item in examinations for line in item.lines))


def several_of_a_view(cohort: Cohort) -> Iterator[Finding]:
    """Report examinations with different films of one AP or lateral view."""
    lines = []
    for examination in cohort.examinations:
        for view in ("ap", "lateral"):
            films = [film for film in examination.films if film.view == view]
            lines += [film.line for film in films] if len(films) > 1 else []
    if lines:
        yield finding("RU107", counted(len(lines), "film"), lines)


def same_film_twice(cohort: Cohort) -> Iterator[Finding]:
    """Report films of the same content (sha256), or of the same path where the file is missing."""
    for entries in _groups((_identity(entry[1].path, None), entry) for entry in _entries(cohort)):
        for same in _groups((_identity(entry[1].path, entries), entry) for entry in entries):
            if len(same) > 1:
                yield _same_film(same)


def scored_rows(cohort: Cohort) -> Iterator[tuple[int, View, set[Cortex]]]:
    """Return line, view and scored or unscorable cortices of each row that has any."""
    columns = [cohort.frame[column].to_list() for column in ("view", *CORTICES)]
    for line, word, *cells in zip(cohort.lines, *columns, strict=True):
        scored = {cortex for cortex, cell in zip(CORTICES, cells, strict=True) if cell}
        for view in VIEWS:
            if scored and view == word.lower():
                yield line, view, scored


def _entries(cohort: Cohort) -> Iterator[Entry]:
    return ((examination, film) for examination in cohort.examinations for film in examination.films)


def _groups(named: Iterable[tuple[str, Entry]]) -> list[list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for name, entry in named:
        groups.setdefault(name, []).append(entry)
    return list(groups.values())


def _identity(path: Path, rivals: list[Entry] | None) -> str:
    """Return the size of a file, or its sha256 when another has that size; the path where it cannot be read."""
    size = _size(path)
    if size is None or (rivals and len({film.path for _, film in rivals}) == 1):
        return str(path)
    if rivals is None:
        return str(size)
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return str(path)


def _size(path: Path) -> int | None:
    """Return the bytes of a file, None when it is not there (or its name is none that a file can have)."""
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def _same_film(entries: list[Entry]) -> Finding:
    examinations = {id(examination) for examination, _ in entries}
    lines = [film.line for _, film in entries]
    if len(examinations) > 1:
        patients = len({examination.patient for examination, _ in entries})
        detail = (
            f"{counted(len(examinations), 'examination')} of {counted(patients, 'patient')}; keep it where it belongs"
        )
        return finding("RU102", detail, lines)
    views = " and ".join(dict.fromkeys(film.view for _, film in entries))
    return finding("RU103", f"{len(entries)} rows as {views}; name the other film", lines)
