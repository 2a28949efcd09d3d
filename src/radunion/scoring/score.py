"""Score one examination: one film or two, to a document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from radunion.errors import UsageError
from radunion.evaluation.conformal import Conformal
from radunion.radiograph import Crop, Preprocessing, Radiograph, crop_of, read_radiograph
from radunion.scale import CORTICES, DEFAULT_UNION_RULE, Cortex, UnionRule, View, view_of
from radunion.scoring.bundle import Bundle
from radunion.scoring.card import Card
from radunion.scoring.document import Familiarity, FilmInput, ModelStamp, ScoreDocument
from radunion.scoring.evidence import EvidenceMap
from radunion.scoring.graph import Inferred
from radunion.scoring.inference import distances, infer_prepared
from radunion.scoring.positive import Positive, as_positives
from radunion.scoring.same_film import same_film
from radunion.scoring.totals import score_cortices, score_total, score_union, used_cortices
from radunion.scoring.views import PAIR, Assigned, Claim, assign_views, supposed_views
from radunion.scoring.warning import ScoreCode, ScoreWarning, warning

LEAST_COVERAGE = 0.5
"""The shortest run with less could leave out the median, and with it the level that is scored."""

PreparedFilm = Float32[np.ndarray, "height width"]


@dataclass(frozen=True)
class Film:
    """One film read and prepared; `leg` is how like a leg it is, `turned` whether its file holds the negative of it."""

    radiograph: Radiograph
    crop: Crop
    claim: Claim
    leg: float
    turned: bool

    def missed(self, card: Card) -> ScoreCode | None:
        """Return the warning of what was not found where the model wants to look."""
        window = self.crop.window
        if window is None:
            return "RS313" if card.preprocessing.shape == "fracture" else None
        return None if window.shaft.found else "RS308"


@dataclass(frozen=True)
class Looked:
    """The films of one examination, read and prepared: one where two files hold the same (`twice`)."""

    paths: tuple[Path, ...]
    films: tuple[Film, ...]
    twice: bool

    def lightened(self) -> "Looked":
        """Return it without the films' own pixels, which may be many more than are scored; then it gives no picture."""
        corner = np.zeros((1, 1), dtype=np.float32)
        films = (replace(film, radiograph=replace(film.radiograph, pixels=corner)) for film in self.films)
        return replace(self, films=tuple(films))


@dataclass(frozen=True)
class Scored:
    """The document, and what it was made from: the AP and the lateral film (None where not given).

    `inferred` holds one examination; its zeroth row, calibrated where the model is, is what the document says.
    `evidence` is where the model looked for each cortex that is seen; empty where it does not say.
    """

    document: ScoreDocument
    films: tuple[Radiograph | None, Radiograph | None]
    prepared: tuple[PreparedFilm | None, PreparedFilm | None]
    inferred: Inferred
    evidence: Mapping[Cortex, EvidenceMap]


def score_films(
    paths: Sequence[Path],
    bundle: Bundle,
    *,
    views: Sequence[View] | None = None,
    rule: UnionRule = DEFAULT_UNION_RULE,
    coverage: float | None = None,
) -> Scored:
    """Score one film or the two of a pair, in any order; `views` says what each one is.

    Raises UsageError for another number of films, views that are no pair or a coverage that a calibrated model was not
    fitted for, FilmError for a film that cannot be used.
    """
    _sets(bundle.card, coverage)  # what cannot be asked for is refused before films are read
    return score_looked(look_at(paths, bundle, views=views), bundle, rule=rule, coverage=coverage)


def look_at(paths: Sequence[Path], bundle: Bundle, *, views: Sequence[View] | None = None) -> Looked:
    """Read and prepare the films of one examination, all that comes before the network.

    Raises UsageError for another number of films or views that are no pair, FilmError for a film that cannot be used.
    """
    _check(paths, views)
    positives = as_positives([read_radiograph(path) for path in paths])
    twice = len(positives) == 2 and same_film(*positives)
    films = [
        _film(one, bundle.preprocessing, None if views is None else views[number])
        for number, one in enumerate(positives[:1] if twice else positives)
    ]
    return Looked(tuple(paths), tuple(films), twice)


def score_looked(
    looked: Looked, bundle: Bundle, *, rule: UnionRule = DEFAULT_UNION_RULE, coverage: float | None = None
) -> Scored:
    """Score films that were looked at for this bundle.

    Raises UsageError for a coverage that a calibrated model was not fitted for.
    """
    coverage = bundle.card.coverage if coverage is None else coverage
    sets = _sets(bundle.card, coverage)
    films = looked.films
    assigned, inferred = _infer(bundle, films)
    inferred = replace(inferred, joint=bundle.card.calibrated(inferred.joint))
    said = [warning("RS301", *map(str, looked.paths))] if looked.twice else []
    document = _document(bundle, films, assigned, inferred, rule=rule, coverage=coverage, sets=sets, said=said)
    placed = dict(zip(assigned.views, films, strict=True))
    ap, lateral = (placed.get(view) for view in PAIR)
    return Scored(
        document,
        (None if ap is None else ap.radiograph, None if lateral is None else lateral.radiograph),
        (None if ap is None else ap.crop.pixels, None if lateral is None else lateral.crop.pixels),
        inferred,
        _evidence(inferred, placed, bundle.preprocessing),
    )


def _evidence(inferred: Inferred, placed: Mapping[View, Film], how: Preprocessing) -> dict[Cortex, EvidenceMap]:
    if inferred.evidence is None:
        return {}
    return {
        cortex: EvidenceMap(inferred.evidence[0, row], film.radiograph, how, film.crop.window)
        for row, cortex in enumerate(CORTICES)
        if (film := placed.get(view_of(cortex))) is not None
    }


def _check(paths: Sequence[Path], views: Sequence[View] | None) -> None:
    if len(paths) not in (1, 2):
        raise UsageError(f"a score needs one film or the two of a pair, found {len(paths)}")
    if views is None:
        return
    if len(views) != len(paths) or len(set(views)) != len(views) or not set(views) <= set(PAIR):
        raise UsageError(
            f"the views are one a film, ap or lateral, each once; found {', '.join(views) or 'none'} "
            f"for {len(paths)} film{'s' * (len(paths) > 1)}"
        )


def _sets(card: Card, coverage: float | None) -> Conformal | None:
    coverage = card.coverage if coverage is None else coverage
    if not LEAST_COVERAGE <= coverage < 1:
        raise UsageError(
            f"coverage is a probability between 0 and 1, at least {LEAST_COVERAGE} so that intervals hold the median "
            f"that is scored, such as 0.9; found {coverage}"
        )
    if card.calibration is None:
        return None
    sets = card.calibration.sets_for(coverage)
    if sets is None:
        fitted = ", ".join(f"{one.coverage:g}" for one in card.calibration.sets)
        raise UsageError(
            f"the sets of {card.name} are calibrated for a coverage of {fitted}, found {coverage:g}; "
            "ask for one of these or leave it out"
        )
    return sets


def _film(film: Positive, how: Preprocessing, view: View | None) -> Film:
    radiograph = film.radiograph
    claim = Claim(radiograph.view, radiograph.view_source) if view is None else Claim(view, "user")
    return Film(radiograph, crop_of(radiograph.pixels, how), claim, film.leg, film.turned)


def _infer(bundle: Bundle, films: Sequence[Film]) -> tuple[Assigned, Inferred]:
    """Run the films as the views that they are said to be, and again where the model's word gives others.

    What view the model takes a film for does not depend on the place that it is given.
    """
    claims = [film.claim for film in films]
    views = supposed_views(claims)
    first = _run(bundle, films, views)
    assigned = assign_views(claims, [float(first.lateral[0, PAIR.index(view)]) for view in views])
    if assigned.views == views:
        return assigned, first
    return assigned, _run(bundle, films, assigned.views)


def _run(bundle: Bundle, films: Sequence[Film], views: Sequence[View]) -> Inferred:
    how = bundle.preprocessing
    pair = np.zeros((1, 2, how.height, how.width), dtype=np.float32)
    present = np.zeros((1, 2), dtype=bool)
    for film, view in zip(films, views, strict=True):
        pair[0, PAIR.index(view)], present[0, PAIR.index(view)] = film.crop.pixels, True
    return infer_prepared(bundle, pair[:, :1], pair[:, 1:], present, evidence=True)


def _document(
    bundle: Bundle,
    films: Sequence[Film],
    assigned: Assigned,
    inferred: Inferred,
    *,
    rule: UnionRule,
    coverage: float,
    sets: Conformal | None,
    said: Sequence[ScoreWarning],
) -> ScoreDocument:
    card, joint, present = bundle.card, inferred.joint, inferred.present[0]
    used = used_cortices(joint, present)
    far = distances(bundle, inferred)[0]
    inputs = tuple(
        FilmInput(
            path=str(film.radiograph.path),
            sha256=film.radiograph.sha256,
            view=view,
            view_source=source,
            distance=round(float(far[PAIR.index(view)]), 4),
            leg=round(film.leg, 4),
        )
        for film, view, source in zip(films, assigned.views, assigned.sources, strict=True)
    )
    familiarity = _familiarity(inputs, card.familiarity.threshold)
    mrust, rust = (
        score_total(joint, scale, convention=card.convention, used=used, coverage=coverage, sets=sets)
        for scale in ("mrust", "rust")
    )
    return ScoreDocument(
        notice=card.notice,
        cortices=score_cortices(joint, present=present, coverage=coverage, sets=sets),
        mrust=mrust,
        rust=rust,
        union=score_union(joint, rule, convention=card.convention, used=used),
        inputs=inputs,
        model=ModelStamp(
            name=card.name, version=card.version, sha256=bundle.sha256, trained_on=card.trained_on.description
        ),
        convention=card.convention,
        coverage=coverage,
        calibrated=sets is not None,
        familiarity=familiarity,
        warnings=(*said, *_warnings(card, films, assigned, familiarity)),
    )


def _familiarity(inputs: Sequence[FilmInput], threshold: float) -> Familiarity:
    distance = max(film.distance for film in inputs)
    return Familiarity(familiar=distance <= threshold, distance=distance, threshold=threshold)


def _warnings(
    card: Card, films: Sequence[Film], assigned: Assigned, familiarity: Familiarity
) -> Iterator[ScoreWarning]:
    """Yield what must be known, the gravest first: the input, the views, the model, the films' own oddities."""
    paths = [str(film.radiograph.path) for film in films]
    if strange := [path for path, one in zip(paths, films, strict=True) if one.leg < 0]:
        yield warning("RS312", *strange)
    if turned := [path for path, one in zip(paths, films, strict=True) if one.turned]:
        yield warning("RS314", *turned)
    if not familiarity.familiar:
        yield warning("RS307")
    for code in sorted({code for code, _ in assigned.notes}):
        yield warning(code, *(paths[film] for other, film in assigned.notes if other == code and film is not None))
    if len(films) == 1:
        yield warning("RS306")
    yield from (warning(gone, path) for path, one in zip(paths, films, strict=True) if (gone := one.missed(card)))
    if card.trained_on.simulated:
        yield warning("RS309")
    for path, one in zip(paths, films, strict=True):
        for odd in one.radiograph.warnings:
            yield ScoreWarning(code=odd.code, message=f"{path}: {odd.message}")
