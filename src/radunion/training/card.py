"""The card that a trained model carries: what it learned from, what it is for, what it is not."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from radunion import NOTICE
from radunion.cohort import Cohort
from radunion.evaluation.blinds import BLINDS, fit_blind
from radunion.evaluation.calibration_fit import fit_calibration
from radunion.evaluation.compare import Comparison
from radunion.evaluation.conformal_fit import fit_conformal
from radunion.evaluation.reference import Reference, reference_of
from radunion.joint import JointLevels
from radunion.phantom.simulated import is_simulated
from radunion.scoring import CalibrationCard, Card, FamiliarityCard, Metric, TrainedOn
from radunion.scoring.card import film_digest
from radunion.training.examples import Examples
from radunion.training.learner import Learner, told_of_crops
from radunion.training.plan import Plan
from radunion.training.start import SIMULATED, Start

_VERSION = "1"
_INTENDED = (
    "Research on the healing of tibial shaft fractures: a score for an AP and a lateral film of one leg on one day, "
    "to be checked by a reader."
)
_LIMITS = (
    "Not for decisions about patients.",
    "Familiarity says that a film looks like those of training, not that its score is right.",
)
_UNCALIBRATED_LIMIT = (
    "Its probabilities are not calibrated beyond what training gives; intervals are of the model's own probability."
)
_PROMISE = (
    "Over patients like those that it was calibrated on its sets and intervals hold a reader's score at least as often "
    "as they say, on average. Nothing is promised for one patient, for one group of them, or for films from elsewhere."
)
_SHIPPED_LIMIT = (
    "Its calibration was fitted to models of cross-validation; the one that is kept learned from more films, and is "
    "taken to be calibrated alike."
)
COVERAGES = (0.8, 0.9, 0.95)
"""What a score of a calibrated model can be asked with."""
_PRECISION_LIMIT = "Its head learned from bfloat16 features, and its graph computes them in float32."
_SINGLE_LIMIT = (
    "It reads one film at a time and knows nothing of how cortices go together: its totals come from independent "
    "cortices. It learned from the patients that were not held out to say what a familiar film is."
)
_STARTED_LIMIT = "It started from a model of simulated films and may keep what it learned from them."
_SIMULATED_LIMIT = "Simulated films are simpler than real ones; how it does on patients is not known."


def card_of(
    cohort: Cohort,
    examples: Examples,
    plan: Plan,
    learner: Learner,
    *,
    comparison: Comparison | None,
    familiarity: FamiliarityCard,
    calibration: CalibrationCard | None = None,
) -> Card:
    """Fill in the card of a model that was trained on a cohort."""
    simulated, wholly = is_simulated(cohort), is_simulated(cohort, wholly=True)
    everything = reference_of(cohort.examinations, cohort.convention)
    return Card(
        summary=_summary(examples, simulated=simulated, wholly=wholly),
        notice=NOTICE,
        name=plan.name,
        version=_VERSION,
        protocol=plan.protocol,
        convention=cohort.convention,
        preprocessing=learner.preprocessing,
        trained_on=_trained_on(cohort, examples, learner, plan.start, simulated=simulated),
        settings=settings_of(plan),
        metrics=metrics_of(comparison) if comparison else (),
        metrics_note=_note(plan, comparison),
        baselines=tuple(fit_blind(name, everything).to_dict() for name in BLINDS),
        calibration=calibration,
        heatmap=learner.heatmap,
        familiarity=familiarity,
        intended_use=_INTENDED,
        limits=tuple(_limits(plan, learner, calibration, simulated=simulated)),
    )


def calibration_card(reference: Reference, joint: JointLevels, *, source: str) -> CalibrationCard:
    """Fit calibration and sets to predictions of patients not learned from, one row an examination.

    `source` says in words whose predictions they are.
    """
    correction = fit_calibration(reference, joint)
    calibrated = correction.apply(joint)
    sets = tuple(fit_conformal(reference, calibrated, coverage=coverage) for coverage in COVERAGES)
    notes = [*([correction.note] if correction.note else []), *(note for one in sets for note in one.notes())]
    return CalibrationCard(
        correction=correction,
        sets=sets,
        fitted_on=f"{source}: {correction.labels} labels of {correction.patients} patients",
        promise=_PROMISE,
        notes=tuple(notes),
    )


def calibrated_card(card: Card, calibration: CalibrationCard) -> Card:
    """Return the card of a model that was calibrated after it was trained, on patients that it did not learn from."""
    limits = (calibration.promise if one == _UNCALIBRATED_LIMIT else one for one in card.limits)
    said = tuple(dict.fromkeys((*limits, *calibration.notes)))  # once, also where it was calibrated before
    return card.model_copy(update={"calibration": calibration, "limits": said})


def _limits(plan: Plan, learner: Learner, calibration: CalibrationCard | None, *, simulated: bool) -> Iterator[str]:
    yield from _LIMITS
    if calibration is None:
        yield _UNCALIBRATED_LIMIT
    else:
        yield from (calibration.promise, _SHIPPED_LIMIT, *calibration.notes)
    if simulated:
        yield _SIMULATED_LIMIT
    elif plan.start is not None and plan.start.simulated:
        yield _STARTED_LIMIT
    if (plan.backbone is not None or plan.films is not None) and plan.precision != "float32":
        yield _PRECISION_LIMIT
    if plan.films is not None:
        yield _SINGLE_LIMIT
    if learner.shaftless:
        yield f"On {learner.shaftless} of its films no shaft stood out; their middle was taken instead."
    if crops := told_of_crops(learner):
        yield f"{crops.capitalize()}."


def metrics_of(comparison: Comparison) -> tuple[Metric, ...]:
    """Return the numbers of a comparison as a card holds them."""
    return tuple(Metric(**asdict(row)) for row in comparison.rows)


def _summary(examples: Examples, *, simulated: bool, wholly: bool) -> str:
    if simulated:
        return f"Trained on simulated films{' only' if wholly else ', among others'}; not validated on patients."
    return (
        f"Trained on {len(set(examples.examination.tolist()))} labelled examinations of {len(set(examples.patients))} "
        "patients; not validated on films from elsewhere."
    )


def _trained_on(
    cohort: Cohort, examples: Examples, learner: Learner, start: Start | None, *, simulated: bool
) -> TrainedOn:
    kind = "simulated" if simulated else "labelled"
    described = (
        f"{len(set(examples.examination.tolist()))} {kind} examinations of {len(set(examples.patients))} patients"
    )
    if learner.simulated_boxes:
        described += f"; where the fracture is was learned from {learner.simulated_boxes} simulated films"
    if learner.simulated_cortices:
        described += f"; where its cortices are, from {learner.simulated_cortices} simulated films"
    if start is not None:
        described += f"; it started from {start.name}"
    return TrainedOn(
        description=described,
        simulated=simulated,
        cohort_sha256=cohort.digest(),
        patients=len(set(examples.patients)),
        examinations=len(set(examples.examination.tolist())),
        films=len(examples.paths),
        fracture_boxes=learner.boxes,
        film_digests=tuple(sorted({*map(film_digest, examples.paths), *(start.films if start else ())})),
    )


def settings_of(plan: Plan) -> dict[str, str | bool | int | float | None]:
    """Return everything that a plan sets, flat, without paths."""
    settings = {f"training.{name}": value for name, value in asdict(plan.settings).items()}
    if plan.films is not None:
        films = {f"films.{name}": value for name, value in asdict(plan.films).items()}
        split = {name: settings[name] for name in ("training.seed", "training.validation")}
        return {**films, "films.weights": Path(plan.films.weights).name, "films.precision": plan.precision, **split}
    if plan.backbone is None:
        finders = plan.finders if plan.start is None else len(plan.start.finders)
        whole = {"compact.whole": plan.whole} if plan.whole else {}
        return {"backbone": "compact", "compact.finders": finders, **whole, **_begun(plan.start), **settings}
    spec = {f"backbone.{name}": value for name, value in asdict(plan.backbone).items()}
    spec["backbone.weights"] = Path(plan.backbone.weights).name  # a path says where the user works
    settings |= {"backbone.precision": plan.precision, "backbone.input": plan.input}
    if plan.tuned is None:
        return {**spec, **settings}
    tuned = {f"tuned.{name}": value for name, value in asdict(plan.tuned).items()}
    return {**spec, **settings, **tuned, "tuned.precision": plan.machine.precision}


def _begun(start: Start | None) -> dict[str, str | bool]:
    if start is None:
        return {}
    return {"start": start.name, "start.sha256": start.sha256, SIMULATED: start.simulated}


def _note(plan: Plan, comparison: Comparison | None) -> str:
    if comparison is None:
        return "not measured; run `radunion evaluate` on a cohort that was not trained on"
    how = f"pooled out-of-fold predictions of {plan.folds}-fold cross-validation by patient, before calibration"
    return f"{how}. {comparison.note}"
