"""A film stored as a negative is turned round, and said to be; a leg, and what is no leg, are left as they are."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.test_scoring_samples import save_film, write

from radunion.explain.subject import prepare_pair
from radunion.phantom.made import made_film
from radunion.radiograph import Preprocessing, Radiograph, prepare, read_radiograph
from radunion.scoring import score_films
from radunion.scoring.inference import prepared_films
from radunion.scoring.leg_gate import leg_likeness
from radunion.scoring.positive import Positive, as_positives

LEG = 7
"""The seed of a film whose negative does not look like a leg."""
LIKELY = 0
"""The seed of a film whose negative looks like one too, but less than the film itself."""
SHARED = Path(os.environ.get("RADUNION_SHARED", "../shared")) / "real"


def as_positive(film: Radiograph) -> Positive:
    return as_positives([film])[0]


def test_the_negative_of_a_leg_is_scored_as_the_leg_is_and_named(tmp_path: Path) -> None:
    leg = np.round(made_film("leg", LEG) * 255).astype(np.float32) / np.float32(255)
    right, negative = save_film(tmp_path / "leg.png", leg), save_film(tmp_path / "negative.png", 1 - leg)
    assert leg_likeness(read_radiograph(negative).pixels) < 0
    model = write(tmp_path / "model")
    as_it_is, turned = (score_films([path], model, views=("ap",)) for path in (right, negative))
    np.testing.assert_allclose(turned.inferred.joint.margins(), as_it_is.inferred.joint.margins(), atol=1e-4)
    assert [one.level for one in turned.document.cortices.values()] == [
        one.level for one in as_it_is.document.cortices.values()
    ]
    assert turned.document.inputs[0].leg == pytest.approx(as_it_is.document.inputs[0].leg, abs=0.01)
    (told,) = (one.message for one in turned.document.warnings if one.code == "RS314")
    assert told.startswith(f"{negative}: this looks like the negative of a film")
    assert not {"RS312", "RS314"} & {one.code for one in as_it_is.document.warnings}
    (shown,) = (film for film in turned.films if film is not None)
    np.testing.assert_allclose(shown.pixels, read_radiograph(right).pixels, atol=1e-6)


def test_an_evaluation_sees_what_a_score_sees(tmp_path: Path) -> None:
    leg = made_film("leg", LEG)
    negative = save_film(tmp_path / "negative.png", 1 - leg)
    how = Preprocessing(height=64, width=48)
    (found,) = prepared_films([negative], how)
    np.testing.assert_allclose(found, prepare(1 - read_radiograph(negative).pixels, how), atol=1e-6)


def test_where_one_film_of_an_examination_is_turned_the_other_is_judged_by_which_way_is_more_like_a_leg(
    tmp_path: Path,
) -> None:
    legs = [read_radiograph(save_film(tmp_path / f"{seed}.png", made_film("leg", seed))) for seed in (LEG, LIKELY)]
    negatives = [replace(film, pixels=1 - film.pixels) for film in legs]
    assert not as_positive(negatives[1]).turned
    for order in ([0, 1], [1, 0]):
        found = as_positives([negatives[one] for one in order])
        assert [film.turned for film in found] == [True, True]
        for film, one in zip(found, order, strict=True):
            np.testing.assert_allclose(film.radiograph.pixels, legs[one].pixels, atol=1e-6)
    assert [film.turned for film in as_positives([negatives[0], legs[1]])] == [True, False]
    assert [film.turned for film in as_positives([negatives[0], replace(negatives[1], greys_told=True)])] == [
        True,
        False,
    ]
    assert not any(film.turned for film in as_positives([legs[0], negatives[1]]))


def test_a_pair_of_negatives_is_scored_and_evaluated_as_the_pair_is(tmp_path: Path) -> None:
    legs = [np.round(made_film("leg", seed) * 255).astype(np.float32) / np.float32(255) for seed in (LEG, LIKELY)]
    right = [save_film(tmp_path / f"{number}.png", leg) for number, leg in enumerate(legs)]
    stored = [save_film(tmp_path / f"negative-{number}.png", 1 - leg) for number, leg in enumerate(legs)]
    model = write(tmp_path / "model")
    as_it_is, turned = (score_films(paths, model, views=("ap", "lateral")) for paths in (right, stored))
    np.testing.assert_allclose(turned.inferred.joint.margins(), as_it_is.inferred.joint.margins(), atol=1e-4)
    (told,) = (one.message for one in turned.document.warnings if one.code == "RS314")
    assert told.startswith(f"{stored[0]} and {stored[1]}: ")
    how = model.preprocessing
    for found, film in zip(prepared_films(stored, how), prepared_films(right, how), strict=True):
        np.testing.assert_allclose(found, film, atol=1e-6)
    for ap, lateral in ((0, 1), (0, None), (None, 1)):
        shown, wanted = (
            prepare_pair(None if ap is None else paths[ap], None if lateral is None else paths[lateral], how).inputs()
            for paths in (stored, right)
        )
        same = np.allclose(shown, wanted, atol=1e-6)
        assert same == (ap is not None)  # alone the second one is taken for a leg as it is stored


@pytest.mark.parametrize("seed", range(3))
def test_what_is_no_leg_either_way_is_left_as_it_is(tmp_path: Path, seed: int) -> None:
    noise = np.random.default_rng(seed).random((300, 200)).astype(np.float32)
    film = read_radiograph(save_film(tmp_path / "noise.png", noise))
    found = as_positive(film)
    assert not found.turned
    assert found.leg < 0
    assert found.radiograph is film


def test_what_its_file_says_is_believed_and_of_a_small_picture_nothing_is_said(tmp_path: Path) -> None:
    film = read_radiograph(save_film(tmp_path / "negative.png", 1 - made_film("leg", LEG)))
    assert as_positive(film).turned
    assert not as_positive(replace(film, greys_told=True)).turned
    assert not as_positive(replace(film, pixels=film.pixels[::2, ::2])).turned
    assert not film.greys_told


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real films (RADUNION_SHARED) are not there")
def test_no_real_leg_is_turned_most_of_their_negatives_are_and_nothing_else_becomes_a_leg() -> None:
    legs = [read_radiograph(path) for path in sorted((SHARED / "dev" / "images").glob("*.jpg"))]
    assert not any(as_positive(film).turned for film in legs)
    assert np.mean([as_positive(replace(film, pixels=1 - film.pixels)).turned for film in legs]) > 0.7
    others = [read_radiograph(path) for path in sorted((SHARED / "other").glob("*.jpg"))]
    assert others
    assert not any(as_positive(film).turned for film in others)
