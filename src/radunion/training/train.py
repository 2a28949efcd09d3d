"""From a labelled cohort to a model bundle: learn, measure out of fold when asked, export, write the card."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int64

from radunion.cohort import Cohort, folds
from radunion.cohort.sealed import refuse_sealed
from radunion.errors import CohortError, UsageError
from radunion.evaluation.blinds import BLINDS, fit_blind
from radunion.evaluation.compare import Comparison, compare
from radunion.evaluation.reference import Reference, reference_of
from radunion.features import FeatureCache
from radunion.joint import JointLevels, concatenate
from radunion.scoring import (
    Bundle,
    CalibrationCard,
    FamiliarityCard,
    FamiliarityReference,
    fit_reference,
    threshold_of,
    write_bundle,
)
from radunion.scoring.bundle import MODEL, WEIGHTS, must_be_free
from radunion.scoring.card import film_digest
from radunion.training.card import calibration_card, card_of, metrics_of
from radunion.training.compact import CompactLearner
from radunion.training.examples import ABSENT, Examples, examples_of, films_in
from radunion.training.export import export_onnx
from radunion.training.learner import Learned, Learner, Tell, quiet
from radunion.training.learners import FEWEST_PATIENTS, learner_of, split_rows
from radunion.training.plan import Plan
from radunion.training.start import weights_of

_FEWEST_HELD_OUT = 20
_QUANTILE = 0.99
"""The part of held-out films that count as familiar."""


@dataclass(frozen=True)
class Trained:
    """The bundle on disk, every epoch's losses by stage, and the out-of-fold comparison if there is one."""

    bundle: Bundle
    history: dict[str, list[dict[str, float]]]
    comparison: Comparison | None


@dataclass(frozen=True)
class OutOfFold:
    """The labels, what models said that had not seen their patients (one row an examination), and how well."""

    reference: Reference
    joint: JointLevels
    comparison: Comparison


def train_model(
    cohort: Cohort, out: Path, plan: Plan, *, cache: FeatureCache | None = None, tell: Tell = quiet
) -> Trained:
    """Train on all labelled examinations and write a bundle to `out`; killed and run again, it goes on.

    Checkpoints lie in a hidden folder beside `out` until the bundle is written. Raises CohortError when there are too
    few patients, films cannot be read or an examination is sealed, BundleError when `out` is taken by something else,
    TrainingError when the loss diverges.
    """
    out = out.absolute()
    must_be_free(out)
    work = out.with_name(f".{out.name}.work")
    refuse_sealed(cohort)
    examples = examples_of(cohort.examinations)
    _must_suffice(examples, cohort, plan)
    _must_not_know(plan, cohort, examples)
    learner = learner_of(cohort, examples, plan, work=work, cache=cache, tell=tell)
    training, validation = split_rows(cohort, examples, np.arange(len(cohort)), plan.settings)
    learned = learner.learn(training, validation, work=work, tell=tell)
    out_of_fold = _out_of_fold(cohort, learner, plan, plan.folds, work, tell) if plan.folds else None
    comparison = out_of_fold.comparison if out_of_fold else None
    reference, familiarity = _familiarity(learned, examples, training, validation)
    tell("Exporting", 0, 1, "")
    scorer = learned.scorer()
    graph = export_onnx(scorer, learner.preprocessing)
    card = card_of(
        cohort,
        examples,
        plan,
        learner,
        comparison=comparison,
        familiarity=familiarity,
        calibration=_calibration(out_of_fold, plan),
    )
    weights = weights_of(scorer) if isinstance(learner, CompactLearner) else None
    records = _records(learned, comparison)
    bundle = write_bundle(out, onnx=graph, card=card, reference=reference, weights=weights, records=records)
    shutil.rmtree(work, ignore_errors=True)
    tell("Exporting", 1, 1, "")
    return Trained(bundle, _history(learned), comparison)


def _must_suffice(examples: Examples, cohort: Cohort, plan: Plan) -> None:
    patients = len(set(examples.patients))
    if patients < FEWEST_PATIENTS:
        raise CohortError(
            f"{cohort.source}: training needs labelled films of at least {FEWEST_PATIENTS} patients, "
            f"found {patients}; add labelled examinations or score with a model that exists"
        )
    if plan.folds is not None and plan.folds > patients // 2:
        raise UsageError(f"{plan.folds} folds need at least {2 * plan.folds} patients, found {patients}; ask for fewer")


def _must_not_know(plan: Plan, cohort: Cohort, examples: Examples) -> None:
    """Refuse folds whose patients the model to start from has learned from: nothing would be out of fold."""
    if plan.folds is None or plan.start is None:
        return
    same = plan.start.cohort_sha256 == cohort.digest()
    if same or not plan.start.films.isdisjoint(map(film_digest, examples.paths)):
        raise UsageError(
            f"{plan.start.name} learned from films of this cohort, so metrics out of fold would be of patients that it "
            "knows; leave out the folds, or start from another model"
        )


def _calibration(out_of_fold: OutOfFold | None, plan: Plan) -> CalibrationCard | None:
    if out_of_fold is None or plan.folds is None:
        return None
    source = f"pooled out-of-fold predictions of {plan.folds}-fold cross-validation by patient"
    return calibration_card(out_of_fold.reference, out_of_fold.joint, source=source)


def _out_of_fold(cohort: Cohort, learner: Learner, plan: Plan, k: int, work: Path, tell: Tell) -> OutOfFold:
    """Predict every examination by a model that did not see its patient, the blinds too."""
    examples, every = learner.examples, reference_of(cohort.examinations, cohort.convention)
    predictions: dict[str, list[JointLevels]] = {name: [] for name in (*BLINDS, plan.protocol)}
    order: list[np.ndarray] = []
    for number, test in enumerate(folds(cohort, k=k, seed=plan.settings.seed), start=1):
        tell("Cross-validation", number, k, "")
        rest = np.setdiff1d(np.arange(len(cohort)), test)
        training, validation = split_rows(cohort, examples, rest, plan.settings)
        learned = learner.learn(training, validation, work=work / f"fold-{number}", tell=tell)
        known = every[np.isin(every.examination, rest)]
        tested = [cohort.examinations[index] for index in test]
        for name in BLINDS:
            predictions[name].append(fit_blind(name, known).predict_examinations(tested))
        predictions[plan.protocol].append(learned.predict(_pairs(examples, test)))
        order.append(test)
    back = np.argsort(np.concatenate(order))
    joined = {name: concatenate(parts)[back] for name, parts in predictions.items()}
    fold = np.repeat(np.arange(k), [len(test) for test in order])[back]
    return OutOfFold(every, joined[plan.protocol], compare(every, joined, seed=plan.settings.seed, folds=fold))


def _pairs(examples: Examples, examinations: np.ndarray) -> Int64[np.ndarray, "n 2"]:
    """Return each examination's films; one that has no label or film has none, and is not measured."""
    first = {int(one): row for row, one in reversed(list(enumerate(examples.examination)))}
    absent = np.full(2, ABSENT)
    return np.array([examples.films[first[int(one)]] if int(one) in first else absent for one in examinations])


def _familiarity(
    learned: Learned, examples: Examples, training: np.ndarray, validation: np.ndarray
) -> tuple[FamiliarityReference, FamiliarityCard]:
    """Fit what familiar films look like on training films, and the threshold on the patients held out."""
    seen, held = (films_in(examples, rows) for rows in (training, validation))
    reference = fit_reference(learned.overview[seen])
    enough = len(held) >= _FEWEST_HELD_OUT
    tuned = held if enough else np.concatenate([seen, held])
    threshold = threshold_of(reference.distance(learned.overview[tuned]), quantile=_QUANTILE)
    where = "the patients held out for early stopping" if enough else "all films, training films too: too few held out"
    return reference, FamiliarityCard(threshold=max(threshold, 1e-6), tuned_on=where, quantile=_QUANTILE)


def _history(learned: Learned) -> dict[str, list[dict[str, float]]]:
    return {stage: [dict(epoch) for epoch in epochs] for stage, epochs in learned.history.items()}


def _records(learned: Learned, comparison: Comparison | None) -> dict[str, bytes]:
    records = {"history.json": json.dumps(_history(learned), indent=1, allow_nan=False) + "\n"}
    if comparison is not None:
        records["metrics.json"] = comparison.to_json()
    return {name: text.encode() for name, text in records.items()}


def with_metrics(bundle: Bundle, comparison: Comparison, note: str) -> Bundle:
    """Write a bundle again with the metrics of an evaluation on its card."""
    card = bundle.card.model_copy(update={"metrics": metrics_of(comparison), "metrics_note": note})
    return write_bundle(
        bundle.path, onnx=bundle.files[MODEL], card=card, reference=bundle.reference, weights=bundle.files.get(WEIGHTS)
    )
