"""Score one examination of an archive: the rows that follow from it, whatever its files hold."""

from collections.abc import Callable, Sequence
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
    from radunion.scoring.score import Scored

Score = Callable[[Listed], list[Row]]


@dataclass(frozen=True)
class Scoring:
    """How to score: with which model, by which rule, and where the names of films lead from."""

    model: Path
    sha256: str
    folder: Path
    rule: UnionRule
    coverage: float | None


def scorer(scoring: Scoring) -> Score:
    """Load the model and return what scores an examination with it and never raises for what its files are.

    Raises BundleError when the model is another than it was.
    """
    bundle = load_bundle(scoring.model)
    if bundle.sha256 != scoring.sha256:
        raise BundleError(f"{scoring.model}: the model was replaced while it scored an archive; put the first one back")
    one_thread = OneThread(bundle.card, bundle.files, bundle.sha256, bundle.path)
    return lambda listed: score_listed(listed, one_thread, scoring)


def score_listed(listed: Listed, bundle: Bundle, scoring: Scoring) -> list[Row]:
    """Return one row of the score, and one for each film that is not in it; a film that fails leaves the other."""
    from radunion.scoring.score import score_films

    rows: list[Row] = []
    while listed.films:
        paths = {str(scoring.folder / film.name): film.name for film in listed.films}
        try:
            scored = score_films(
                [*map(Path, paths)], bundle, views=_views(listed), rule=scoring.rule, coverage=scoring.coverage
            )
        except FilmError as error:
            name = paths[str(error.path)]
            rows.append(film_row(listed, name, "RA401", f"{error.problem}; {error.remedy}"))
            listed = _without(listed, name)
        except ImportError:  # the installation is broken, not the film
            raise
        except BundleError:
            return [*rows, *unscored(listed, "RA402")]
        except Exception as error:  # its words are withheld: they may hold a patient's data
            return [*rows, *unscored(listed, "RA405", type(error).__name__)]
        else:
            return [*rows, *_rows(listed, scored, paths)]
    return rows


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


def _rows(listed: Listed, scored: "Scored", names: dict[str, str]) -> list[Row]:
    document = scored.document
    used = {film.path for film in document.inputs}
    copies = [film_row(listed, name, "RA418") for path, name in names.items() if path not in used]
    return [score_row(listed, document, names, listed.notes), *copies]
