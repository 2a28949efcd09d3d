"""Protocols that see crops of the fracture: asked for by TOML, told of in words, named by the finder."""

import re
from pathlib import Path

import numpy as np
import pytest
from tests.test_training_films_samples import HEAD, LENET, SIZE, a_cohort

from radunion.cohort import Cohort
from radunion.errors import UsageError
from radunion.features import BackboneSpec, FeatureCache, load_backbone
from radunion.radiograph import Preprocessing, fracture, preprocessing
from radunion.scoring import FamiliarityCard
from radunion.study.crossval import data, naming
from radunion.study.crossval.data import study_data
from radunion.study.crossval.methods import FilmMethod, Tools
from radunion.study.plans import plan_as
from radunion.study.protocols import PROTOCOLS, FilmProtocol, PairProtocol, protocol_from_toml
from radunion.training.card import card_of
from radunion.training.examples import examples_of
from radunion.training.films.learner import FilmLearner
from radunion.training.films.settings import FilmSettings
from radunion.training.frozen import FrozenLearner, prepared_for
from radunion.training.learner import quiet, told_of_crops
from radunion.training.plan import Plan
from radunion.training.settings import FROZEN, TrainSettings

DOCUMENT = Path(__file__).parents[1] / "docs" / "protocols.md"
HOW = Preprocessing(height=SIZE, width=SIZE, shape="fracture")
NOISE = "on 6 of 6 films no fracture was found; the whole film was used"


@pytest.fixture(autouse=True)
def nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for more certainty than there is, and allow for the few patients of the films of noise."""
    monkeypatch.setattr(preprocessing, "LEAST_CERTAINTY", 1.1)
    monkeypatch.setattr(data, "FEWEST_PATIENTS", 2)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Return six films of noise."""
    return a_cohort(tmp_path_factory.mktemp("films"))


def from_text(folder: Path, text: str) -> FilmProtocol | PairProtocol:
    path = folder / "mine.toml"
    path.write_text(text)
    found = protocol_from_toml(path)
    assert isinstance(found, FilmProtocol | PairProtocol)
    return found


def test_every_example_of_the_document_is_a_protocol(tmp_path: Path) -> None:
    texts = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert [from_text(tmp_path, text).name for text in texts] == ["wider", "thesis-2-fracture", "pair-frozen-fracture"]


@pytest.mark.parametrize("base", ["thesis-1", "thesis-2", "lenet", "mura", "kim-mackinnon"])
def test_a_network_of_single_films_sees_square_crops(base: str, tmp_path: Path) -> None:
    protocol = from_text(tmp_path, f'base = "{base}"\nname = "mine"\nshape = "fracture"\n')
    assert isinstance(protocol, FilmProtocol)
    plan = plan_as(protocol, "mine", name="mine", seed=0, precision="float32")
    assert plan.film_preprocessing == Preprocessing(height=protocol.size, width=protocol.size, shape="fracture")


def test_a_frozen_network_of_pairs_sees_crops_of_the_size_that_it_wants(tmp_path: Path) -> None:
    protocol = from_text(tmp_path, 'base = "pair-frozen"\nname = "mine"\ninput = "fracture"\n')
    assert plan_as(protocol, "mine", name="mine", seed=0, precision="float32").input == "fracture"
    backbone = load_backbone(BackboneSpec("test_resnet"))
    own = backbone.preprocessing()
    assert prepared_for("film", backbone) == own
    crop = prepared_for("fracture", backbone)
    assert (crop.shape, crop.height, crop.width) == ("fracture", own.height, own.width)


def test_the_compact_network_which_finds_by_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the compact network finds the fracture itself"):
        from_text(tmp_path, 'base = "pair"\nname = "mine"\ninput = "fracture"\n')


def test_no_protocol_that_comes_with_radunion_has_changed_what_it_sees() -> None:
    assert "fracture" not in {getattr(one, field, "") for one in PROTOCOLS.values() for field in ("shape", "input")}


@pytest.mark.parametrize("settings", [LENET, HEAD])
def test_films_without_a_crop_are_told_by_a_learner_of_films(cohort: Cohort, settings: FilmSettings) -> None:
    known = study_data(cohort)
    learner = FilmLearner(
        known.examples, cohort.examinations, settings, preprocessing=HOW, cache=None, precision="float32", tell=quiet
    )
    assert learner.fractureless == 6
    tools = Tools(FeatureCache(Path("nowhere")), "float32", 0, Path("nowhere"), quiet)
    told = FilmMethod(learner, known, tools).taught
    assert told.startswith(
        "where fractures are: from the finder that comes with radunion, which learned from simulated"
    )
    assert told.endswith(NOISE)


def test_a_learner_of_whole_films_tells_nothing_of_crops(cohort: Cohort) -> None:
    learner = FilmLearner(
        examples_of(cohort.examinations), cohort.examinations, LENET,
        preprocessing=Preprocessing(height=SIZE, width=SIZE), cache=None, precision="float32", tell=quiet,
    )  # fmt: skip
    assert learner.fractureless == 0
    assert told_of_crops(learner) == ""


@pytest.mark.parametrize("shape", ["fracture", "pad"])
def test_films_without_a_crop_stand_on_the_card(cohort: Cohort, tmp_path: Path, shape: str) -> None:
    examples, cache = examples_of(cohort.examinations), FeatureCache(tmp_path)
    backbone = load_backbone(BackboneSpec("test_resnet"))
    learner = FrozenLearner(
        examples, backbone, FROZEN, cache=cache, precision="float32",
        preprocessing=Preprocessing(height=64, width=64, shape=shape), tell=quiet,  # type: ignore[arg-type]
    )  # fmt: skip
    card = card_of(
        cohort, examples, Plan(name="mine", settings=TrainSettings(epochs=1), backbone=BackboneSpec("test_resnet")),
        learner, comparison=None, familiarity=FamiliarityCard(threshold=1.0, tuned_on="nothing", quantile=0.99),
    )  # fmt: skip
    said = [limit for limit in card.limits if NOISE in limit]
    assert len(said) == (shape == "fracture")
    assert all(limit.startswith("Where fractures are: ") and limit.endswith(".") for limit in said)


def test_a_fold_of_crops_is_named_by_the_finder(cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = naming.naming_of(study_data(cohort), seed=0, precision="float32")
    runs = {
        "whole": PROTOCOLS["thesis-2"],
        "shape": FilmProtocol(name="a", title="a", source="a", network="lenet", trains="all", shape="fracture"),
        "input": PairProtocol(name="b", title="b", source="b", network="resnet18", input="fracture"),
    }
    before = {name: shared.run(protocol) for name, protocol in runs.items()}
    monkeypatch.setattr(naming, "finder_digest", lambda: "another")
    assert {name for name, protocol in runs.items() if shared.run(protocol) != before[name]} == {"shape", "input"}
    assert np.unique(list(before.values())).size == 3
    assert fracture.finder_digest() != "another"
