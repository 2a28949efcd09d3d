"""Evaluate bundles on a cohort beside the no-image baselines, all on the same examinations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from radunion import __version__
from radunion.cohort import Cohort, Examination
from radunion.errors import BundleError, CohortError, UsageError
from radunion.evaluation.blinds import BLINDS, Blind
from radunion.evaluation.bootstrap import REPLICATES
from radunion.evaluation.compare import Comparison, Row, compare
from radunion.evaluation.readers import compare_readers
from radunion.evaluation.reference import reference_of
from radunion.joint import JointLevels
from radunion.phantom.simulated import is_simulated
from radunion.scoring import Bundle
from radunion.scoring.card import film_digest
from radunion.study.predict import Progress, Unread, predict


@dataclass(frozen=True)
class Evaluated:
    """Hold the comparison, the examinations that it was made on, and what must be said beside it.

    `readers` are the rows of `compare_readers`, none where nothing was scored by two.
    `unread` films were left out; their examinations were judged on the films that remain, or left out with them.
    `notes` are sentences about the baselines and the models; `provenance` is for the report and names no file.
    """

    comparison: Comparison
    readers: tuple[Row, ...]
    examinations: tuple[Examination, ...]
    unread: tuple[Unread, ...]
    notes: tuple[str, ...]
    provenance: Mapping[str, Any]
    simulated: bool


def evaluate_bundles(
    bundles: Mapping[str, Bundle],
    cohort: Cohort,
    *,
    seed: int,
    replicates: int = REPLICATES,
    on_training_films: bool = False,
    progress: Progress | None = None,
) -> Evaluated:
    """Run every bundle, by name, on the labelled examinations and compare them, blinds of the first one's card first.

    Of several films of a view the first that can be read is used. Raises UsageError for names that are a blind's, for
    a bundle of another convention than the cohort was read with, and for a bundle trained on this very cohort unless
    `on_training_films`; CohortError when nothing is left to evaluate.
    """
    _must_go_together(bundles, cohort, on_training_films=on_training_films)
    blinds = _blinds(next(iter(bundles.values())), cohort)
    labelled = [one for one in cohort.examinations if one.labels and (one.film("ap") or one.film("lateral"))]
    if not labelled:
        raise CohortError(
            f"{cohort.source}: an evaluation needs an examination that has a label and an AP or lateral film; "
            "found none, check the columns of levels, image and view"
        )
    predicted = predict(bundles, labelled, progress=progress)
    examinations = predicted.examinations
    predictions: dict[str, JointLevels] = {
        kind: blind.predict_examinations(examinations) for kind, blind in blinds.items()
    }
    predictions |= {name: bundles[name].card.calibrated(found.joint) for name, found in predicted.inferred.items()}
    reference = reference_of(examinations, cohort.convention)
    notes = tuple(_notes(bundles, blinds, cohort, examinations))
    return Evaluated(
        compare(reference, predictions, seed=seed, replicates=replicates),
        compare_readers(reference, predictions, seed=seed, replicates=replicates),
        examinations,
        predicted.unread,
        notes,
        _provenance(bundles, cohort, predicted.unread, left_out=len(labelled) - len(examinations)),
        is_simulated(cohort),
    )


def _must_go_together(bundles: Mapping[str, Bundle], cohort: Cohort, *, on_training_films: bool) -> None:
    if not bundles:
        raise UsageError("an evaluation needs at least one model, found none")
    for name, bundle in bundles.items():
        if name in BLINDS:
            raise UsageError(f"{name} is the name of a no-image baseline; give the model another name")
        if bundle.card.convention != cohort.convention:
            raise UsageError(
                f"the models and the cohort must keep to one convention; {name} was trained by "
                f"{bundle.card.convention} and the cohort is read by {cohort.convention}; evaluate it on its own"
            )
    trained = _trained_on(bundles, cohort)
    if trained and not on_training_films:
        raise UsageError(
            f"results on the films that a model was trained on are no evaluation, and {' and '.join(trained)} was "
            "trained on this cohort or some of its films; evaluate on other patients, or give --on-training-films to "
            "see them anyway"
        )


def _trained_on(bundles: Mapping[str, Bundle], cohort: Cohort) -> list[str]:
    """Name the models that were trained on this table or on any of its films, found by content."""
    table = cohort.digest()
    paths = {film.path for examination in cohort.examinations for film in examination.films}
    films = {film_digest(path) for path in paths if path.is_file()}
    trained = {name: bundle.card.trained_on for name, bundle in bundles.items()}
    return [
        name for name, one in trained.items() if one.cohort_sha256 == table or not films.isdisjoint(one.film_digests)
    ]


def _blinds(bundle: Bundle, cohort: Cohort) -> dict[str, Blind]:
    """Read the baselines that were fitted to the model's own training labels."""
    try:
        blinds = [Blind.from_dict(data) for data in bundle.card.baselines]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(
            f"{bundle.path}: its card's no-image baselines cannot be read ({type(error).__name__}); train it again"
        ) from None
    if any(blind.convention != cohort.convention for blind in blinds):
        raise BundleError(f"{bundle.path}: its baselines are of another convention than its card; train it again")
    return {blind.kind: blind for blind in blinds}


def _notes(
    bundles: Mapping[str, Bundle], blinds: Mapping[str, Blind], cohort: Cohort, examinations: Sequence[Examination]
) -> Iterator[str]:
    """Yield what a reader of the table must know, the gravest first."""
    if trained := _trained_on(bundles, cohort):
        yield f"NOT AN EVALUATION: {' and '.join(trained)} was trained on these very films"
    first = next(iter(bundles))
    if blinds:
        yield f"the no-image baselines are those of {first}: fitted to the labels that it was trained on"
    else:
        yield f"no no-image baseline stands beside the models, for {first} carries none; what films add is not shown"
    if len({bundle.card.trained_on.cohort_sha256 for bundle in bundles.values()}) > 1:
        yield "the models were trained on different cohorts, so a difference may be that of their films or labels"
    for kind, blind in blinds.items():
        if unseen := _unseen(blind, examinations):
            yield (
                f"{kind} meets {unseen:,} of {len(examinations):,} examinations whose group it never saw, and falls "
                "back to all of its labels there"
            )


def _unseen(blind: Blind, examinations: Sequence[Examination]) -> int:
    sites, visits = (
        np.array([getattr(one, name) for one in examinations], dtype=np.str_) for name in ("site", "visit")
    )
    return blind.unseen(sites=sites, visits=visits)


def _provenance(
    bundles: Mapping[str, Bundle], cohort: Cohort, unread: Sequence[Unread], *, left_out: int
) -> dict[str, Any]:
    """Say from what the numbers follow; films by their line in the table, for a file's name may be a patient's."""
    films = "; ".join(one.anonymous() for one in unread) or "none"
    return {
        "radunion": __version__,
        "Cohort SHA-256": cohort.digest(),
        "Convention": cohort.convention,
        "Models": {name: _model(bundle) for name, bundle in bundles.items()},
        "No-image baselines": f"fitted to the training labels of {next(iter(bundles))}",
        "Films that could not be read and were left out": films,
        "Examinations left out with them": left_out,
    }


def _model(bundle: Bundle) -> dict[str, str]:
    card = bundle.card
    return {
        "bundle": f"{card.name} {card.version}, protocol {card.protocol}",
        "SHA-256": bundle.sha256,
        "trained on": f"{card.trained_on.description} (cohort SHA-256 {card.trained_on.cohort_sha256})",
    }
