"""The gate: what it looks at, what it refuses, what it lets through, and that scores say so."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.test_scoring_samples import save_film, write

from radunion import NOTICE
from radunion.phantom import Simulation, simulate
from radunion.phantom.made import made_film
from radunion.radiograph import read_radiograph
from radunion.scoring import score_films
from radunion.scoring.leg_gate import gate_card, leg_likeness
from radunion.scoring.leg_gate.thumbnail import SIDE, thumbnail

FRESH = 2_000_000
SHARED = Path(os.environ.get("RADUNION_SHARED", "../shared")) / "real"


@given(st.integers(1, 300), st.integers(1, 300), st.floats(0.1, 1.0), st.floats(0.0, 0.5))
@settings(max_examples=25, deadline=None)
def test_exposure_and_size_do_not_change_what_it_looks_at(height: int, width: int, range_: float, foot: float) -> None:
    film = np.random.default_rng(height).random((height, width)).astype(np.float32)
    square = thumbnail(film)
    assert square.shape == (SIDE, SIDE)
    longer = max(height, width)
    inside = square.any(axis=1).sum(), square.any(axis=0).sum()
    assert inside[0] <= max(1, round(height * SIDE / longer))
    assert inside[1] <= max(1, round(width * SIDE / longer))
    other = thumbnail((foot + film * range_).astype(np.float32))
    if np.ptp(film) * range_ > 0.1:
        assert np.abs(square.astype(int) - other).max() <= 2


def test_a_blank_film_is_not_stretched() -> None:
    noise = np.random.default_rng(0).normal(0.5, 0.001, (90, 60)).astype(np.float32)
    assert np.ptp(thumbnail(noise)[:, 43:85]) < 128


def test_what_is_no_film_of_a_limb_is_refused() -> None:
    random = np.random.default_rng(3)
    noise, blank = random.random((400, 300)).astype(np.float32), np.full((400, 300), 0.4, dtype=np.float32)
    assert leg_likeness(noise) < 0
    assert leg_likeness(blank) < 0
    pictures = [leg_likeness(made_film("picture", FRESH + seed)) for seed in range(20)]
    assert np.mean(np.array(pictures) < 0) >= 0.8


def test_simulated_legs_pass_and_their_negatives_are_far_less_like_legs(tmp_path: Path) -> None:
    table = simulate(tmp_path, Simulation(4, 5151, format="png"), workers=1)
    films = [read_radiograph(path).pixels for path in sorted(table.parent.glob("films/*"))]
    likeness = np.array([(leg_likeness(film), leg_likeness(1 - film)) for film in films])
    assert (likeness[:, 0] > 0).all()
    assert (likeness[:, 1] < likeness[:, 0] - 2).all()


def test_its_card_says_what_the_limit_is_tuned_on() -> None:
    card = gate_card()
    assert NOTICE in card.notice
    assert "real" in card.tuned_on
    assert "made-up" in card.trained_on


def test_a_score_names_the_film_that_is_no_leg(tmp_path: Path) -> None:
    noise = np.random.default_rng(4).random((32, 24)).astype(np.float32)
    odd, leg = save_film(tmp_path / "odd.png", noise), save_film(tmp_path / "leg.png", made_film("leg", 5))
    assert leg_likeness(read_radiograph(leg).pixels) > 0
    document = score_films([odd, leg], write(tmp_path / "model"), views=("ap", "lateral")).document
    (told,) = (one.message for one in document.warnings if one.code == "RS312")
    assert told == f"{odd}: this does not look like a film of a lower leg; do not rely on this score"
    assert [film.leg < 0 for film in document.inputs] == [True, False]


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real films (RADUNION_SHARED) are not there")
def test_real_legs_pass_and_real_hands_shoulders_and_hips_are_told_apart() -> None:
    from sklearn.metrics import roc_auc_score

    legs, hands, trunks = (
        np.array([leg_likeness(read_radiograph(path).pixels) for path in sorted(paths)])
        for paths in (
            (SHARED / "dev" / "images").glob("*.jpg"),
            (SHARED / "other").glob("hand*.jpg"),
            [*(SHARED / "other").glob("shoulder*.jpg"), *(SHARED / "other").glob("hip*.jpg")],
        )
    )
    assert np.mean(legs < 0) <= 0.05
    for others, least in ((hands, 0.9), (trunks, 0.93)):
        truth = np.r_[np.ones(len(legs)), np.zeros(len(others))]
        assert roc_auc_score(truth, np.r_[legs, others]) >= least
