"""Score examinations of an archive: the rows that follow from each, whatever its files hold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from radunion.errors import BundleError, FilmError
from radunion.scale import UnionRule, View
from radunion.scoring.archive.codes import ErrorCode
from radunion.scoring.archive.pool import Why
from radunion.scoring.archive.rows import Row, film_row, score_row
from radunion.scoring.archive.seen import Listed
from radunion.scoring.bundle import MODEL, Bundle, load_bundle
from radunion.scoring.graph import Graph

if TYPE_CHECKING:
    from radunion.scoring.score import Looked

Group = tuple[Listed, ...]
"""Examinations that are scored together."""
Score = Callable[[Group], list[list[Row]]]
"""Returns the rows of each."""


@dataclass(frozen=True)
class Scoring:
    """How to score: with which model, by which rule, and where the names of films lead from."""

    model: Path
    sha256: str
    folder: Path
    rule: UnionRule
    coverage: float | None


@dataclass(frozen=True)
class _Seen:
    """An examination whose films were looked at: what they show, None where none of them can be scored, and the rows
    of those that cannot. `names` are those of its films, by their paths.
    """

    listed: Listed
    names: Mapping[str, str]
    looked: "Looked | None"
    rows: list[Row]


def scorer(scoring: Scoring) -> Score:
    """Load the model and return what scores examinations with it and never raises for what their files are.

    Raises BundleError when the model is another than it was.
    """
    bundle = load_bundle(scoring.model)
    if bundle.sha256 != scoring.sha256:
        raise BundleError(f"{scoring.model}: the model was replaced while it scored an archive; put the first one back")
    one_thread = OneThread(bundle.card, bundle.files, bundle.sha256, bundle.path)
    return lambda group: score_group(group, one_thread, scoring)


def score_group(group: Group, bundle: Bundle, scoring: Scoring) -> list[list[Row]]:
    """Return for each examination one row of the score, and one for each film that is not in it.

    The films of all are looked at before the network runs: each stage is quicker where it is not alone between others.
    """
    seen = [_seen(listed, bundle, scoring) for listed in group]
    return [_rows(one, bundle, scoring) for one in seen]


def _seen(listed: Listed, bundle: Bundle, scoring: Scoring) -> _Seen:
    """Look at the films of an examination; one that fails leaves the other."""
    from radunion.scoring.score import look_at

    rows: list[Row] = []
    while listed.films:
        names = {str(scoring.folder / film.name): film.name for film in listed.films}
        try:
            looked = look_at([*map(Path, names)], bundle, views=_views(listed))
            return _Seen(listed, names, looked.lightened(), rows)
        except FilmError as error:
            name = names[str(error.path)]
            rows.append(film_row(listed, name, "RA401", f"{error.problem}; {error.remedy}"))
            listed = _without(listed, name)
        except Exception as error:  # its words are withheld: they may hold a patient's data
            return _Seen(listed, names, None, [*rows, *_fault(listed, error)])
    return _Seen(listed, {}, None, rows)


def _rows(seen: _Seen, bundle: Bundle, scoring: Scoring) -> list[Row]:
    from radunion.scoring.score import score_looked

    if seen.looked is None:
        return seen.rows
    try:
        document = score_looked(seen.looked, bundle, rule=scoring.rule, coverage=scoring.coverage).document
    except Exception as error:  # its words are withheld
        return [*seen.rows, *_fault(seen.listed, error)]
    used = {film.path for film in document.inputs}
    copies = [film_row(seen.listed, name, "RA418") for path, name in seen.names.items() if path not in used]
    return [*seen.rows, score_row(seen.listed, document, seen.names, seen.listed.notes), *copies]


def _fault(listed: Listed, error: Exception) -> list[Row]:
    """Return the rows of films that the model or a fault nobody foresaw kept from a score."""
    if isinstance(error, ImportError):  # the installation is broken, not the film
        raise error
    if isinstance(error, BundleError):
        return unscored(listed, "RA402")
    return unscored(listed, "RA405", type(error).__name__)


def lost(listed: Listed, why: Why) -> list[Row]:
    """Return the rows of an examination whose worker died or hung, twice."""
    return unscored(listed, "RA404" if why == "late" else "RA403")


def unscored(listed: Listed, code: ErrorCode, message: str = "") -> list[Row]:
    """Return an error row for every film of an examination."""
    return [film_row(listed, film.name, code, message) for film in listed.films]


class OneThread(Bundle):
    """A bundle whose network runs on one thread, for every core has a process of its own."""

    @cached_property
    def graph(self) -> Graph:
        """The network, ready to run."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(self.files[MODEL], options, providers=["CPUExecutionProvider"])
        return replace(super().graph, session=session)


def _views(listed: Listed) -> Sequence[View] | None:
    views = [film.view for film in listed.films if film.view is not None]
    return views if len(views) == len(listed.films) else None


def _without(listed: Listed, name: str) -> Listed:
    films = tuple(film for film in listed.films if film.name != name)
    return replace(listed, films=films, notes=(*listed.notes, "RA431"))
