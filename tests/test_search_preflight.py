"""A space whose networks cannot be had is refused before any work."""

from dataclasses import replace
from pathlib import Path

import pytest

from radunion.errors import UsageError
from radunion.report.search.material import Axis
from radunion.search import preflight
from radunion.search.preflight import as_it_runs, must_run
from radunion.search.space import SPACES, Space
from radunion.search.space_file import space_of
from radunion.study.protocols import PROTOCOLS, FilmProtocol, Protocol, TunedProtocol, Variant

RANDOM_WEIGHTS = Variant(files={"imagenet": "none"})
FILE = """\
[space]
name = "layers"
base = "thesis-2"
trials = 3
[axes.dropout]
low = 0.0
high = 0.5
[axes.tap]
choices = ["Mixed_7a", "Mixed_9z"]
"""
SMALL = """\
base = "thesis-2"
name = "small"
network = "test_resnet"
"""
SEVERAL = """\
[space]
name = "n"
base = "small.toml"
trials = 3
epochs = 2

[fixed]
batch = 8
head = "linear"

[axes.pooling]
choices = ["max", "avg"]

[axes.tap]
choices = ["layer3", "none"]
"""


@pytest.fixture
def several(tmp_path: Path) -> Path:
    (tmp_path / "small.toml").write_text(SMALL)
    path = tmp_path / "n.toml"
    path.write_text(SEVERAL)
    return path


def refusal(file: Path, variant: Variant, *changes: tuple[str, str]) -> list[str]:
    """Return the lines of a refusal, without the path of the file; none where the space can run."""
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    try:
        must_run(str(file), space_of(str(file)), seed=0, variant=variant)
    except UsageError as error:
        return str(error).replace(f"{file}, ", "").splitlines()
    return []


def networks(*names: str, **changes: object) -> Space:
    axes = (Axis("network", choices=names), Axis("tap", choices=("none",)))
    return replace(SPACES["regime-1"], name="nets", **{"axes": axes, **changes})  # type: ignore[arg-type]


def test_weights_that_are_not_given_are_asked_for() -> None:
    with pytest.raises(UsageError, match="the space regime-1: it needs inception_v3 with ImageNet weights"):
        must_run("regime-1", SPACES["regime-1"], seed=0)


def test_a_network_is_built_once_whatever_else_varies(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Protocol] = []
    monkeypatch.setattr(preflight, "why_not", lambda protocol, *, seed: built.append(protocol))
    must_run("regime-2", SPACES["regime-2"], seed=0, variant=RANDOM_WEIGHTS)
    assert len(built) == 1
    pooled = replace(SPACES["regime-1"], axes=(*SPACES["regime-1"].axes, Axis("pooling", choices=("max", "avg"))))
    must_run("own", pooled, seed=0, variant=RANDOM_WEIGHTS)
    assert [getattr(protocol, "pooling", "") for protocol in built[1:]] == ["max", "avg"]


def test_a_run_s_weights_are_told_in_the_name() -> None:
    protocol, name = as_it_runs(SPACES["regime-1"], {"batch": 20, "dropout": 0.1}, RANDOM_WEIGHTS)
    assert isinstance(protocol, FilmProtocol)
    assert (protocol.weights, protocol.batch) == ("none", 20)
    assert (protocol.name, name) == ("thesis-2-regime-1", "thesis-2-regime-1 (random weights, not imagenet)")


@pytest.mark.slow
def test_a_layer_that_does_not_exist_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "layers.toml"
    file.write_text(FILE)
    with pytest.raises(UsageError, match=r"layers.toml, line 8: axes.tap: .*Mixed_9z.*with tap Mixed_9z"):
        must_run(str(file), space_of(str(file)), seed=0, variant=RANDOM_WEIGHTS)
    file.write_text(FILE.replace(', "Mixed_9z"', ""))
    must_run(str(file), space_of(str(file)), seed=0, variant=RANDOM_WEIGHTS)


def test_a_space_whose_networks_all_build_is_let_through(several: Path) -> None:
    assert refusal(several, RANDOM_WEIGHTS) == []


def test_a_bad_choice_is_told_once_at_its_own_axis(several: Path) -> None:
    (told,) = refusal(several, RANDOM_WEIGHTS, ('"layer3"', '"layer3", "Nonsense"'))
    assert told.startswith("line 14: axes.tap: small: the tap must be a layer of the backbone, found 'Nonsense'")
    assert told.endswith("(with pooling max, tap Nonsense)")


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ('tap = "Nonsense"', "fixed.tap: small: the tap must be a layer of the backbone, found 'Nonsense'"),
        ('network = "resnet99"', "fixed.network: small: a backbone must be a timm model, found 'resnet99'"),
        ('trains = "all"', "fixed.trains: small: what trains end to end is"),
    ],
)
def test_a_bad_fixed_field_is_told_once_at_its_own_line(several: Path, field: str, problem: str) -> None:
    (told,) = refusal(several, RANDOM_WEIGHTS, ("batch = 8", field), ('[axes.tap]\nchoices = ["layer3", "none"]', ""))
    assert told.startswith(f"line 8: {problem}")


def test_a_layer_that_only_some_networks_have_is_blamed_not_the_networks(several: Path) -> None:
    found = refusal(
        several,
        RANDOM_WEIGHTS,
        ("[axes.pooling]\nchoices = ", '[axes.network]\nchoices = ["test_resnet", "test_vit"] #'),
    )
    assert [told.split(": ")[:2] for told in found] == [["line 14", "axes.tap"]]
    assert "(with network test_vit, tap layer3)" in found[0]


def test_a_base_that_does_not_build_is_blamed_itself(several: Path) -> None:
    (several.parent / "small.toml").write_text(SMALL + 'tap = "Nonsense"\n')
    (told,) = refusal(several, RANDOM_WEIGHTS, ('[axes.tap]\nchoices = ["layer3", "none"]', ""))
    assert told.startswith("line 3: space.base: small: the tap must be a layer of the backbone, found 'Nonsense'")
    (several.parent / "small.toml").write_text(SMALL)
    (told,) = refusal(several, replace(RANDOM_WEIGHTS, taps={"": "Other"}))
    assert told.startswith("line 3: space.base: small: the tap must be a layer of the backbone, found 'Other'")
    assert told.endswith("(the tap is that of --tap)")


def test_weights_that_a_network_lacks_are_asked_for_by_its_name_once(several: Path) -> None:
    other = ("[axes.tap]\nchoices = ", '[axes.network]\nchoices = ["test_resnet", "test_efficientnet"] #')
    found = refusal(several, Variant(files={"test_resnet": "none"}), other)
    assert [told.split(": ")[:2] for told in found] == [["line 14", "axes.network"]]
    assert "--weights test_efficientnet=FILE" in found[0]
    assert refusal(several, Variant(files={"test_resnet": "none", "test_efficientnet": "none"})) == []


def test_missing_weights_do_not_hide_a_layer_that_does_not_exist(several: Path) -> None:
    found = refusal(several, Variant(), ('"layer3"', '"Nonsense"'))
    assert [told.split(": ")[:2] for told in found] == [["line 3", "space.base"], ["line 14", "axes.tap"]]


def test_a_weights_file_that_is_not_there_is_told_at_the_field_that_names_it(several: Path) -> None:
    (told,) = refusal(several, Variant(), ("batch = 8", 'weights = "gone.safetensors"'))
    assert told == "line 8: fixed.weights: its weights file gone.safetensors is not there"


def test_where_learning_begins_is_looked_for_in_the_network() -> None:
    tuned = PROTOCOLS["pair-tuned"]
    assert isinstance(tuned, TunedProtocol)
    base = replace(tuned, name="small", network="test_resnet", unfreeze_from="layer4")
    axes = (Axis("unfreeze_from", choices=("layer3", "Mixed_9z")),)
    space = Space(name="n", base=base, axes=axes, trials=2, objective="exact")
    with pytest.raises(UsageError, match=r"Mixed_9z.*\(with unfreeze_from Mixed_9z\)$"):
        must_run("n", space, seed=0, variant=RANDOM_WEIGHTS)


@pytest.mark.parametrize(
    ("variant", "changes", "told"),
    [
        (Variant(taps={"": "layer3"}), (), "line 14: axes.tap: the space searches tap, and --tap would set it"),
        (Variant(taps={"small": "layer3"}), (), "line 14: axes.tap: the space searches tap, and --tap would set it"),
        (
            Variant(taps={"": "layer3"}),
            (("batch = 8", 'tap = "layer2"'), ('[axes.tap]\nchoices = ["layer3", "none"]', "")),
            "line 8: fixed.tap: the space fixes tap, and --tap would set it",
        ),
        (
            Variant(files={"small": "none"}),
            (("batch = 8", 'weights = "imagenet"'),),
            "line 8: fixed.weights: the space fixes weights, and --weights small=… would set it",
        ),
        (Variant(epochs={"small": 3}), (), "line 5: space.epochs: the space fixes epochs, and --epochs would set it"),
        (
            Variant(files={"test_resnet": "none"}),
            (("[axes.pooling]\nchoices = ", '[axes.weights]\nchoices = ["imagenet", "radimagenet"] #'),),
            "line 11: axes.weights: --weights test_resnet=… is one file for imagenet and radimagenet",
        ),
    ],
)
def test_a_run_does_not_set_what_the_space_sets(
    several: Path, variant: Variant, changes: tuple[tuple[str, str], ...], told: str
) -> None:
    (found,) = refusal(several, variant, *changes)
    assert found.startswith(told)


def test_a_run_says_where_the_weights_are_that_a_space_asks_for(several: Path) -> None:
    assert refusal(several, RANDOM_WEIGHTS, ("batch = 8", 'weights = "imagenet"')) == []
    assert refusal(several, Variant(files={"test_resnet": "none"})) == []


def test_every_network_of_an_axis_has_its_own_file_and_its_own_last_layer() -> None:
    space = networks("inception_v3", "resnet50")
    variant = Variant(files={"imagenet": "inception.h5", "resnet50": "resnet.pt"})
    tried = [as_it_runs(space, {"network": name, "tap": "none"}, variant)[0] for name in ("inception_v3", "resnet50")]
    assert [(getattr(one, "weights", ""), getattr(one, "tap", "")) for one in tried] == [
        ("inception.h5", None),
        ("resnet.pt", None),
    ]


def test_a_network_that_no_trial_runs_is_refused_with_those_that_are() -> None:
    space = networks("inception_v3", "resnet50")
    with pytest.raises(UsageError, match=r": thesis-2, inception_v3, resnet50, imagenet, radimagenet; found resnet18$"):
        must_run("nets", space, seed=0, variant=Variant(files={"resnet18": "none"}))
    with pytest.raises(UsageError, match=r": thesis-2, imagenet, radimagenet; found resnet50$"):
        fixed = networks("inception_v3", "resnet50", fixed={"weights": "none"})
        must_run("nets", fixed, seed=0, variant=Variant(files={"resnet50": "none"}))
