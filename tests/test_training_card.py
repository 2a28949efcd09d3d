"""What a card says of the calibration that it ships: fitted to whom, promised what, and what could not be fitted."""

from tests.test_evaluation_calibration_samples import Fault, draw

from radunion.evaluation.calibration_fit import fit_calibration
from radunion.evaluation.conformal_fit import fit_conformal
from radunion.training.card import COVERAGES, calibration_card


def test_sets_are_fitted_to_calibrated_predictions_for_every_coverage() -> None:
    reference, joint = draw(0, 400, Fault(temperature=0.4))
    card = calibration_card(reference, joint, source="5-fold cross-validation by patient")
    assert card.correction == fit_calibration(reference, joint)
    calibrated = card.correction.apply(joint)
    assert card.sets == tuple(fit_conformal(reference, calibrated, coverage=one) for one in COVERAGES)
    masses = [one.totals["mrust"].mass for one in card.sets]
    assert masses == sorted(masses)
    assert f"5-fold cross-validation by patient: {card.correction.labels} labels of" in card.fitted_on
    assert "Nothing is promised for one patient" in card.promise
    assert card.notes == ()


def test_what_could_not_be_fitted_is_noted() -> None:
    reference, joint = draw(0, 30)
    notes = calibration_card(reference, joint, source="others").notes
    assert "probabilities are as the model gives them" in notes[0]
    assert any("for a coverage of 0.95 are the whole scale" in note for note in notes)
    assert not any("for a coverage of 0.8 are the whole scale" in note for note in notes)
