"""How the model in the box is made: cohorts put together, learned from, calibrated on others, not learned twice."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from radunion.joint import JointLevels
from radunion.phantom import Simulation
from radunion.radiograph.fracture import find_fracture, spot_of
from radunion.scoring import Bundle, load_bundle, named_bundle
from radunion.scoring.bundle import WEIGHTS
from radunion.training import compact, teachers
from radunion.training.box.films import LEARNING, simulated_cohorts
from radunion.training.box.make import FINDERS, NAME, SETTINGS, WHOLE, make_box
from radunion.training.cortex_finder import CortexFinder
from radunion.training.encoder import GlimpseEncoder
from radunion.training.finder import Finder, every_way, together
from radunion.training.learner import quiet
from radunion.training.look import CompactLook, Scorer
from radunion.training.network import HeadShape, PairHead
from radunion.training.settings import FINDER
from radunion.training.start import start_from
from radunion.training.strips import STRIP

SMALL = 320, 256
PARTS = {
    "some": Simulation(13, 6, format="png", size=SMALL),
    "courses": Simulation(2, 7, format="png", size=SMALL, schedule="follow-up"),
}
OTHERS = {
    "here": Simulation(4, 8, format="png", size=SMALL),
    "there": Simulation(2, 9, format="png", size=SMALL, hospital="everyday"),
}


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teachers, "FEWEST_BOXES", 5)
    monkeypatch.setattr(compact, "FINDER", replace(FINDER, epochs=1))
    monkeypatch.setattr(compact, "CORTEX_FINDER", replace(FINDER, epochs=1))


def test_patients_of_two_simulations_are_not_taken_for_the_same(tmp_path: Path) -> None:
    small = {"one": Simulation(2, 6, format="png", size=SMALL), "two": Simulation(2, 7, format="png", size=SMALL)}
    cohort = simulated_cohorts(tmp_path, small, quiet)
    assert {one.patient for one in cohort.examinations} == {f"{part}-S0000{n}" for part in small for n in (1, 2)}
    assert all(film.path.is_file() for one in cohort.examinations for film in one.films)


@pytest.mark.slow
def test_it_learns_is_calibrated_on_others_and_is_not_learned_twice(tmp_path: Path) -> None:
    settings = replace(SETTINGS, epochs=1, validation=0.2)
    told: list[str] = []

    def made() -> Bundle:
        return make_box(
            tmp_path, tell=lambda stage, *_: told.append(stage), learning=PARTS, calibrating=OTHERS, settings=settings
        )

    bundle = made()
    assert bundle.path == tmp_path / NAME
    card = load_bundle(bundle.path).card
    assert card.summary == "Trained on simulated films only; not validated on patients."
    assert card.to_json().splitlines()[1].strip().startswith('"summary"')
    assert card.calibration is not None
    assert card.calibration.fitted_on.startswith("other simulated patients, 4 of textbook and 2 of everyday: ")
    assert not any("not calibrated" in limit for limit in card.limits)
    assert WEIGHTS in bundle.files
    assert card.trained_on.film_digests == ()
    assert (tmp_path / "finder.onnx").is_file()
    assert "Learning to score" in told
    assert card.settings["compact.finders"] == len(start_from(bundle).finders) == FINDERS
    assert f"Learning to find fractures, finder {FINDERS}" in told
    told.clear()
    assert made().sha256 == bundle.sha256
    assert not any(stage.startswith("Learning") for stage in told)


def test_the_finder_that_every_protocol_uses_is_that_of_the_packaged_model() -> None:
    start = start_from(named_bundle("box"))
    finders = [Finder(STRIP.width) for _ in start.finders]
    for member, part in zip(finders, start.finders, strict=True):
        start.fill(member, part)
    finder = together(finders)
    for seed in range(4):
        strip = np.random.default_rng(seed).random((STRIP.height, STRIP.width), dtype=np.float32)
        with torch.inference_mode():
            focus = every_way(finder.eval(), torch.from_numpy(strip)[None, None]).focus
        wanted, found = spot_of(focus.softmax(dim=1)[0].numpy()), find_fracture(strip)
        assert found.row == pytest.approx(wanted.row, abs=1e-4)
        assert found.certainty == pytest.approx(wanted.certainty, abs=1e-3)


def test_the_packaged_graph_is_that_of_the_packaged_weights() -> None:
    bundle = named_bundle("box")
    start = start_from(bundle)
    assert bundle.card.settings["compact.finders"] == len(start.finders) == FINDERS
    assert bundle.card.settings["compact.whole"] == WHOLE
    assert start.knows_nowhere
    finder = together([Finder(STRIP.width) for _ in start.finders])
    encoder = GlimpseEncoder(CortexFinder())
    scorer = Scorer(CompactLook(finder, encoder), PairHead(HeadShape(encoder.width))).eval()
    scorer.load_state_dict(dict(start.weights))
    films = torch.rand(2, 2, 1, STRIP.height, STRIP.width, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        weights, levels, scorable, *_ = scorer(films[0], films[1], torch.ones(2, 2))
    found = bundle.graph.run(films[0].numpy(), films[1].numpy(), np.ones((2, 2), dtype=bool))
    wanted = JointLevels(weights.numpy(), levels.numpy(), scorable.numpy())
    np.testing.assert_allclose(found.joint.margins(), wanted.margins(), atol=1e-3)


def test_the_packaged_model_says_first_what_it_is_and_is_small() -> None:
    bundle = named_bundle("box")
    first = (bundle.path / "card.json").read_text().splitlines()[1]
    assert first == '  "summary": "Trained on simulated films only; not validated on patients.",'
    assert bundle.card.trained_on.simulated
    assert bundle.card.calibration is not None
    assert sum(len(content) for content in bundle.files.values()) <= 20 * 2**20


def test_no_patient_calibrates_what_learned_from_him() -> None:
    from radunion.training.box.films import CALIBRATING

    seeds = [part.seed for part in (*LEARNING.values(), *CALIBRATING.values())]
    assert len(set(seeds)) == len(seeds)
    assert {part.hospital for part in LEARNING.values()} == {"everyday"}
    assert {part.hospital for part in CALIBRATING.values()} == {"everyday", "textbook"}
