"""From seeds to the bundle in the box."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from radunion.cohort import Cohort, Examination
from radunion.errors import BundleError
from radunion.evaluation.reference import reference_of
from radunion.phantom import Simulation
from radunion.scale import View
from radunion.scoring import Bundle, infer, load_bundle, write_bundle
from radunion.scoring.bundle import MODEL, WEIGHTS
from radunion.training.box.films import CALIBRATING, LEARNING, simulated_cohorts
from radunion.training.box.finder_file import finder_onnx
from radunion.training.card import calibrated_card, calibration_card, settings_of
from radunion.training.finder import Finder, together
from radunion.training.learner import Tell
from radunion.training.plan import Plan
from radunion.training.settings import COMPACT, TrainSettings
from radunion.training.start import start_from
from radunion.training.strips import STRIP
from radunion.training.train import train_model

NAME, FINDER = "box-v1", "finder.onnx"
SETTINGS = replace(COMPACT, epochs=50, validation=0.08)
FINDERS = 3
"""How many finders of the fracture are asked together: chosen on development films, where it may be chance (0017)."""
WHOLE = 1.5
"""Log-odds by which a leg is likelier never to have broken than among the films that it learned from: tuned on
development films, of which most are whole (0017)."""


def make_box(
    out: Path,
    *,
    tell: Tell,
    learning: Mapping[str, Simulation] = LEARNING,
    calibrating: Mapping[str, Simulation] = CALIBRATING,
    settings: TrainSettings = SETTINGS,
) -> Bundle:
    """Simulate, train, calibrate and write the bundle `box-v1` under `out`, and its finder of fractures beside it.

    Killed and run again, it keeps films that are there and goes on from the last epoch.
    """
    others = simulated_cohorts(out / "calibrating", calibrating, tell)
    cohort = simulated_cohorts(out, learning, tell)
    bundle = _trained(cohort, out / NAME, Plan(name=NAME, settings=settings, finders=FINDERS, whole=WHOLE), tell)
    (out / FINDER).write_bytes(_finder_of(bundle))
    source = " and ".join(f"{part.patients:,} of {part.hospital}" for part in calibrating.values())
    return _calibrated(bundle, others, f"other simulated patients, {source}", tell)


def _trained(cohort: Cohort, out: Path, plan: Plan, tell: Tell) -> Bundle:
    """Train, unless the very same model is there already."""
    try:
        bundle = load_bundle(out)
    except BundleError:
        return train_model(cohort, out, plan, tell=tell).bundle
    same = bundle.card.trained_on.cohort_sha256 == cohort.digest() and bundle.card.settings == settings_of(plan)
    return bundle if same else train_model(cohort, out, plan, tell=tell).bundle


def _finder_of(bundle: Bundle) -> bytes:
    """Return the part of the model that finds the fracture, by which every protocol finds it."""
    start = start_from(bundle)
    finders = [Finder(STRIP.width) for _ in start.finders]
    for finder, part in zip(finders, start.finders, strict=True):
        start.fill(finder, part)
    return finder_onnx(together(finders))


def _calibrated(bundle: Bundle, cohort: Cohort, source: str, tell: Tell) -> Bundle:
    """Fit the bundle's probabilities and sets to patients that it did not learn from, and write it again.

    The digests of its thousands of films are left out: their seeds say which films they are.
    """
    examinations = [one for one in cohort.examinations if one.labels]
    pairs = [(_path(one, "ap"), _path(one, "lateral")) for one in examinations]
    inferred = infer(bundle, pairs, progress=lambda done, total: tell("Calibrating", done, total, ""))
    calibration = calibration_card(reference_of(examinations, cohort.convention), inferred.joint, source=source)
    card = calibrated_card(bundle.card, calibration)
    trained_on = card.trained_on.model_copy(update={"film_digests": ()})
    return write_bundle(
        bundle.path,
        onnx=bundle.files[MODEL],
        card=card.model_copy(update={"trained_on": trained_on}),
        reference=bundle.reference,
        weights=bundle.files[WEIGHTS],
    )


def _path(examination: Examination, view: View) -> Path | None:
    film = examination.film(view)
    return None if film is None else film.path
