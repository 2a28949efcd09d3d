"""Protocols: what comes with radunion, what a TOML file may say, and the names that changes leave."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from radunion.errors import UsageError
from radunion.study.crossval.run import Planned
from radunion.study.plans import film_settings, plan_of, tuned_settings
from radunion.study.protocols import (
    PROTOCOLS,
    THESIS,
    FilmProtocol,
    PairProtocol,
    TunedProtocol,
    Variant,
    protocol_from_toml,
    protocol_to_toml,
    varied,
)
from radunion.study.protocols.variant import missing_weights
from radunion.study.study import as_written
from radunion.training.tuned.machine import Machine

NAMED = {
    "blind-view", "blind-visit", "blind-site", "forest", "haar", "lenet", "thesis-1", "thesis-2", "thesis-3",
    "thesis-final", "mura", "kim-mackinnon", "pair",
}  # fmt: skip


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text)
    return path


def test_every_protocol_of_the_study_is_there_under_its_name_with_a_source() -> None:
    assert set(PROTOCOLS) >= NAMED
    assert all(name == protocol.name and protocol.title and protocol.source for name, protocol in PROTOCOLS.items())
    assert set(THESIS) <= set(PROTOCOLS)


def test_the_seed_studys_own_settings_are_those_it_describes() -> None:
    second, final = PROTOCOLS["thesis-2"], PROTOCOLS["thesis-final"]
    assert isinstance(second, FilmProtocol)
    assert isinstance(final, FilmProtocol)
    assert (second.network, second.pooling, second.size, second.shape) == ("inception_v3", "max", 299, "squash")
    assert (second.batch, second.epochs, second.augmentation, second.outputs) == (128, 50, "flips", "seed18")
    chosen = (final.batch, final.dropout, final.learning_rate, final.epsilon, final.epochs)
    assert chosen == (1600, 0.20, 1e-3, 1e-7, 40)


@pytest.mark.parametrize("name", sorted(PROTOCOLS))
def test_a_protocol_survives_toml(name: str, tmp_path: Path) -> None:
    assert protocol_from_toml(written(tmp_path, protocol_to_toml(PROTOCOLS[name]))) == PROTOCOLS[name]


def test_a_file_may_name_a_base_and_what_differs(tmp_path: Path) -> None:
    found = protocol_from_toml(written(tmp_path, 'base = "thesis-2"\nname = "wide"\nbatch = 512\n'))
    assert isinstance(found, FilmProtocol)
    assert (found.name, found.batch, found.epochs) == ("wide", 512, 50)
    assert "changed: batch" in found.source


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('base = "thesis-9"\nname = "x"\n', "base must be one of"),
        ('base = "thesis-2"\nbatch = 5\n', "needs a name of its own"),
        ('base = "thesis-2"\nname = "x"\nbatch = "many"\n', "batch: input should be a valid integer"),
        ('base = "thesis-2"\nname = "x"\nbach = 5\n', "bach: unexpected keyword argument"),
        ('base = "thesis-2"\nname = "x"\ndropout = 1.5\n', "dropout lies in 0 to below 1"),
        ('base = "lenet"\nname = "x"\ntrains = "head"\n', "lenet has no weights to freeze"),
        ('base = "pair"\nname = "x"\ntap = "Mixed_7a"\n', "belong to a network"),
        ('base = "pair-tuned"\nname = "x"\nrate_decay = 0.0\n', "rate_decay lies above 0"),
        ('base = "pair-tuned"\nname = "x"\nwarm_up = 1.0\n', "warm_up in 0 to below 1"),
        ('base = "pair-tuned"\nname = "x"\naugment = "flips"\n', "augment: input should be 'none' or 'film'"),
        ('base = "pair-tuned"\nname = "x"\nunfreeze_from = " "\n', "names the lowest layer that learns"),
        ('base = "pair-tuned"\nname = "x"\npatience = 0\n', "patience is 1 or more"),
        ('base = "pair-tuned"\nname = "x"\ndevices = 2\n', "devices: unexpected keyword argument"),
        ('base = "thesis-2"\nname = "x"\noptimiser = "lion"\n', "optimiser: input should be 'adam', 'adamw' or 'sgd'"),
        ('base = "thesis-2"\nname = "thesis-1"\n', "is the name of a protocol that radunion has"),
        ('family = "forest"\nname = "Mine!"\ntitle = "t"\nsource = "s"\n', "small letters"),
        ('name = "x"\n', "family"),
        ("name = \n", "must be TOML"),
    ],
)
def test_a_file_that_cannot_be_is_refused_by_name(text: str, told: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError, match=told) as refusal:
        protocol_from_toml(path)
    assert str(path) in str(refusal.value)


def test_another_tap_fewer_epochs_and_random_weights_stand_in_the_name() -> None:
    variant = Variant(files={"imagenet": "none"}, taps={"": "Mixed_7a"}, epochs={"": 5})
    assert varied(PROTOCOLS["thesis-2"], variant)[1] == "thesis-2@Mixed_7a (random weights, not imagenet)"
    changed, name = varied(PROTOCOLS["lenet"], variant)
    assert name == "lenet (5 epochs, not converged)"
    assert isinstance(changed, FilmProtocol)
    assert changed.epochs == 5


def test_a_protocol_that_nothing_changes_keeps_its_plain_name() -> None:
    variant = Variant(taps={"": "Mixed_7a"}, epochs={"": 5})
    for name in ("pair", "forest", "blind-view"):
        assert varied(PROTOCOLS[name], variant) == (PROTOCOLS[name], name)
    assert varied(PROTOCOLS["thesis-2"], Variant(epochs={"": 5}))[1] == "thesis-2"
    assert varied(PROTOCOLS["thesis-2"], Variant(epochs={"thesis-2": 50}))[1] == "thesis-2"


def test_more_epochs_are_told_and_not_called_unconverged() -> None:
    assert varied(PROTOCOLS["lenet"], Variant(epochs={"lenet": 200}))[1] == "lenet (200 epochs)"


def test_a_tap_of_a_network_that_trains_whole_is_refused() -> None:
    with pytest.raises(UsageError, match="thesis-1 has no tap to choose"):
        varied(PROTOCOLS["thesis-1"], Variant(taps={"thesis-1": "Mixed_7a"}))


@pytest.mark.parametrize(
    ("name", "variant", "told"),
    [
        ("thesis-1", Variant(files={"thesis-1": "none"}), "thesis-1 has no weights to choose"),
        ("forest", Variant(epochs={"forest": 3}), "forest has no epochs to choose"),
        ("pair", Variant(taps={"pair": "x"}), "pair has no tap to choose"),
    ],
)
def test_what_a_protocol_does_not_have_is_not_passed_over(name: str, variant: Variant, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        varied(PROTOCOLS[name], variant)


def test_where_learning_begins_stands_in_the_name_of_a_tuned_protocol() -> None:
    changed, name = varied(PROTOCOLS["pair-tuned"], Variant(taps={"pair-tuned": "Mixed_6e"}, epochs={"pair-tuned": 5}))
    assert name == "pair-tuned@Mixed_6e (5 epochs, not converged)"
    assert isinstance(changed, TunedProtocol)
    assert (changed.unfreeze_from, changed.epochs) == ("Mixed_6e", 5)


def test_a_tap_of_all_frozen_networks_says_nothing_of_a_tuned_one() -> None:
    assert varied(PROTOCOLS["pair-tuned"], Variant(taps={"": "Mixed_5d"}))[1] == "pair-tuned"
    assert varied(PROTOCOLS["pair-tuned"], Variant(taps={"pair-tuned": "Mixed_7a"}))[1] == "pair-tuned"


def test_fields_of_a_tuned_protocol_are_those_that_its_learner_takes() -> None:
    protocol = PROTOCOLS["pair-tuned"]
    assert isinstance(protocol, TunedProtocol)
    settings = asdict(tuned_settings(protocol, seed=3))
    assert (settings.pop("seed"), settings.pop("film_dropout")) == (3, 0.05)
    assert settings == {name: value for name, value in asdict(protocol).items() if name in settings}
    assert set(asdict(protocol)) - set(settings) == {"name", "title", "source", "family", "network", "weights"}


def test_devices_are_for_what_is_tuned() -> None:
    variant = Variant(files={"imagenet": "none"})
    machine = Machine(devices=2)
    tuned = plan_of(
        PROTOCOLS["pair-tuned"], variant, name="x", seed=0, precision="float32", folds=None, machine=machine
    )
    assert tuned.machine == machine
    with pytest.raises(UsageError, match="pair-frozen learns on the processor"):
        plan_of(PROTOCOLS["pair-frozen"], variant, name="x", seed=0, precision="float32", folds=None, machine=machine)


def test_fields_of_a_film_protocol_are_those_that_its_learner_takes() -> None:
    protocol = PROTOCOLS["thesis-final"]
    assert isinstance(protocol, FilmProtocol)
    settings = asdict(film_settings(protocol, seed=3))
    assert settings.pop("seed") == 3
    assert settings == {name: value for name, value in asdict(protocol).items() if name in settings}
    left = set(asdict(protocol)) - set(settings)
    assert left == {"name", "title", "source", "family", "shape"}


def test_a_changed_protocol_is_written_so_that_it_can_be_read_and_names_no_path(tmp_path: Path) -> None:
    variant = Variant(files={"imagenet": "/home/someone/inception.pt"}, taps={"": "Mixed_7a"}, epochs={"": 5})
    for name in ("thesis-2", "lenet", "pair", "mura", "pair-tuned"):
        changed, told = varied(PROTOCOLS[name], variant)
        kept = as_written(Planned(changed, told, PROTOCOLS[name]))
        text = protocol_to_toml(kept)
        assert "someone" not in text
        assert protocol_from_toml(written(tmp_path, text)) == kept


def test_missing_weights_say_which_file_and_how_to_give_it(tmp_path: Path) -> None:
    assert "--weights radimagenet=FILE" in str(missing_weights(PROTOCOLS["thesis-3"]))
    assert "densenet169 with ImageNet weights" in str(missing_weights(PROTOCOLS["mura"]))
    assert "--weights mura=FILE" in str(missing_weights(PROTOCOLS["mura"]))
    assert missing_weights(PROTOCOLS["lenet"]) is None
    assert missing_weights(varied(PROTOCOLS["thesis-3"], Variant(files={"radimagenet": "none"}))[0]) is None
    absent = varied(PROTOCOLS["thesis-3"], Variant(files={"radimagenet": str(tmp_path / "gone.h5")}))[0]
    assert missing_weights(absent) == "its weights file gone.h5 is not there"


def test_a_file_of_inception_is_not_given_to_another_network() -> None:
    variant = Variant(files={"imagenet": "inception.pt", "radimagenet": "download"})
    assert varied(PROTOCOLS["mura"], variant)[0] == PROTOCOLS["mura"]
    named = varied(PROTOCOLS["mura"], Variant(files={"imagenet": "inception.pt", "mura": "dense.pt"}))[0]
    assert isinstance(named, FilmProtocol)
    assert named.weights == "dense.pt"
    with pytest.raises(UsageError, match="not timm's to download"):
        varied(PROTOCOLS["thesis-3"], variant)


def test_a_file_goes_by_the_protocol_s_name_then_its_network_s_then_its_kind() -> None:
    thesis = PROTOCOLS["thesis-2"]
    files = {"imagenet": "kind.h5", "inception_v3": "network.pt", "thesis-2": "protocol.pt"}
    for given in ("protocol.pt", "network.pt", "kind.h5"):
        assert getattr(varied(thesis, Variant(files=files))[0], "weights", "") == given
        files = {name: file for name, file in files.items() if file != given}


def test_a_network_s_file_goes_wherever_it_runs_frozen() -> None:
    assert isinstance(PROTOCOLS["thesis-2"], FilmProtocol)
    dense = replace(PROTOCOLS["thesis-2"], name="mine", network="densenet169")
    variant = Variant(files={"densenet169": "dense.pt"})
    assert getattr(varied(dense, variant)[0], "weights", "") == "dense.pt"
    assert varied(dense, Variant(files={"densenet169": "none"}))[1] == "mine (random weights, not imagenet)"
    for kept in (PROTOCOLS["mura"], replace(dense, weights="own.pt"), replace(dense, weights="none")):
        assert varied(kept, variant)[0] == kept
    assert "--weights densenet169=FILE" in str(missing_weights(dense))


def test_a_study_takes_weights_by_the_names_of_its_networks(tmp_path: Path) -> None:
    from radunion.cli.study import variant_of

    (tmp_path / "resnet.pt").write_bytes(b"")
    word = f"resnet50={tmp_path / 'resnet.pt'}"
    assert variant_of([word], [], [], [PROTOCOLS["thesis-2"]], networks=["resnet50"]).files == {
        "resnet50": str(tmp_path / "resnet.pt")
    }
    with pytest.raises(UsageError, match=r": thesis-2, inception_v3, imagenet, radimagenet; found resnet50$"):
        variant_of([word], [], [], [PROTOCOLS["thesis-2"]], networks=["inception_v3"])


def test_ours_reads_pairs_and_theirs_single_films() -> None:
    assert isinstance(PROTOCOLS["pair"], PairProtocol)
    assert all(PROTOCOLS[name].reads_pairs is (name in ("pair", "pair-frozen")) for name in NAMED - {
        "blind-view", "blind-visit", "blind-site",
    })  # fmt: skip
