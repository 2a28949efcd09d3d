"""Spaces: the seed study's two regimes, any field of a protocol, and what cannot be is refused."""

from dataclasses import replace
from typing import Any

import pytest

from radunion.errors import UsageError
from radunion.report.search.material import Axis
from radunion.search.space import SPACES, Space, longest, protocol_of, space_digest
from radunion.study.protocols import PROTOCOLS, FilmProtocol, protocol_from_toml, protocol_to_toml

THESIS = PROTOCOLS["thesis-2"]


def space(**changes: Any) -> Space:
    given: dict[str, Any] = {"name": "own", "base": THESIS, "axes": (Axis("dropout", low=0.0, high=0.5),), "trials": 4}
    return Space(**{**given, **changes})


def test_the_regimes_are_the_seed_study_s() -> None:
    first, second = SPACES["regime-1"], SPACES["regime-2"]
    assert [(axis.name, axis.low, axis.high, axis.log) for axis in first.axes] == [
        ("batch", 16, 2048, False),
        ("dropout", 0.0, 0.5, False),
    ]
    assert [first.trials * first.k * (first.epochs or 0), first.sampler, first.pruning] == [12_000, "random", "none"]
    assert {axis.name: axis.choices for axis in second.axes} == {
        "learning_rate": tuple(10.0**-power for power in range(1, 5)),
        "epsilon": tuple(10.0**-power for power in range(1, 9)),
    }
    assert [second.trials, second.k, second.epochs, second.sampler] == [32, 6, 20, "grid"]
    assert second.fixed == {"batch": 1600, "dropout": 0.20}
    for one in (first, second):
        assert one.base == THESIS
        assert (one.objective, one.patience) == ("auroc18", None)


def test_a_trial_is_a_protocol_that_says_what_was_tried() -> None:
    tried = protocol_of(SPACES["regime-2"], {"learning_rate": 1e-2, "epsilon": 1e-8})
    assert isinstance(tried, FilmProtocol)
    assert (tried.batch, tried.dropout, tried.learning_rate, tried.epsilon, tried.epochs) == (1600, 0.2, 1e-2, 1e-8, 20)
    assert tried.network == "inception_v3"
    assert tried.name == "thesis-2-regime-2"
    assert "learning_rate 0.01" in tried.title
    assert "changed by the search regime-2" in tried.source


def test_a_chosen_protocol_is_read_back_from_its_toml(tmp_path: Any) -> None:
    chosen = protocol_of(SPACES["regime-1"], {"batch": 100, "dropout": 0.25})
    (tmp_path / "chosen.toml").write_text(protocol_to_toml(chosen))
    assert protocol_from_toml(tmp_path / "chosen.toml") == chosen


def test_every_field_of_a_protocol_can_be_searched() -> None:
    axes = (Axis("network", choices=("inception_v3", "resnet18")), Axis("pooling", choices=("max", "avg")))
    tried = protocol_of(space(axes=axes), {"network": "resnet18", "pooling": "avg"})
    assert isinstance(tried, FilmProtocol)
    assert (tried.network, tried.pooling) == ("resnet18", "avg")


def test_no_tap_can_be_searched_and_fixed(tmp_path: Any) -> None:
    assert isinstance(THESIS, FilmProtocol)
    base = replace(THESIS, tap="Mixed_7a")
    searched = space(base=base, axes=(Axis("tap", choices=("Mixed_5d", "none")),))
    fixed = space(base=base, fixed={"tap": "none"})
    taps = [protocol_of(searched, {"tap": "none"}), protocol_of(searched, {"tap": "Mixed_5d"}), protocol_of(fixed)]
    assert [getattr(one, "tap", "") for one in taps] == [None, "Mixed_5d", None]
    (tmp_path / "chosen.toml").write_text(protocol_to_toml(taps[0]))
    assert protocol_from_toml(tmp_path / "chosen.toml") == taps[0]


def test_a_protocol_s_own_epochs_stay_where_a_space_gives_none() -> None:
    assert longest(space()) == 50
    assert longest(space(epochs=7)) == 7
    assert longest(space(axes=(Axis("epochs", low=5.0, high=60.0),))) == 60


def test_values_that_the_protocol_refuses_are_refused() -> None:
    with pytest.raises(UsageError, match="dropout lies in 0 to below 1"):
        protocol_of(space(), {"dropout": 1.5})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"axes": (Axis("dropuot", low=0.0, high=1.0),)}, "no field dropuot; did you mean dropout"),
        ({"axes": (Axis("name", choices=("a", "b")),)}, "no field name"),
        ({"axes": (Axis("dropout", low=0.5, high=0.1),)}, "low must be below high, found 0.5 and 0.1"),
        ({"axes": (Axis("dropout", low=0.1, high=1.5),)}, "dropout lies in 0 to below 1.*found 1.5"),
        ({"axes": (Axis("dropout", low=0.1),)}, "found only low"),
        ({"axes": (Axis("dropout", low=0.1, high=float("nan")),)}, "dropout is a number, found nan"),
        ({"axes": (Axis("batch", low=16.5, high=20.0),)}, "batch is a whole number, found 16.5"),
        ({"axes": (Axis("batch", choices=(16, 32.5)),)}, "batch is a whole number, found 32.5"),
        ({"axes": (Axis("learning_rate", low=0.0, high=1.0, log=True),)}, "on a log scale low must be above 0"),
        ({"axes": (Axis("pooling", low=0.0, high=1.0),)}, "one of max, avg, which has no range; give choices"),
        ({"axes": (Axis("pooling", choices=("max", "min")),)}, "pooling is one of max, avg, found 'min'"),
        ({"axes": (Axis("batch", low=16.0, high=1e30),)}, r"batch must be at most 1,000,000, found 1e\+30"),
        ({"axes": (Axis("batch", choices=(16, 10**30)),)}, "batch must be at most 1,000,000, found 1,000,000,000"),
        ({"fixed": {"batch": 10**30}}, "batch must be at most 1,000,000"),
        ({"trials": 10**30}, "trials must be at most 1,000,000"),
        ({"epochs": 10**30}, "epochs must be at most 1,000,000"),
        (
            {
                "sampler": "grid",
                "axes": (
                    *(Axis(name, choices=tuple(range(2, 103))) for name in ("batch", "epochs")),
                    Axis("learning_rate", choices=tuple(step / 100 for step in range(1, 102))),
                ),
            },
            "a grid has at most 1,000,000 trials, found 1,030,301",
        ),
        ({"axes": (Axis("dropout"),)}, "needs low and high, or at least one choice, found none"),
        ({"axes": (Axis("dropout", choices=(0.1, 0.1)),)}, "stands once"),
        ({"axes": (Axis("dropout", low=0.0, high=0.5, choices=(0.1,)),)}, "not both"),
        ({"axes": ()}, "at least one axis"),
        ({"axes": (Axis("dropout", choices=(0.1,)),) * 2}, "dropout is given twice"),
        ({"fixed": {"dropout": 0.3}}, "dropout is given twice"),
        ({"fixed": {"bacth": 3}}, "no field bacth; did you mean batch"),
        ({"fixed": {"batch": 2.5}}, "batch is a whole number, found 2.5"),
        ({"fixed": {"batch": 1}}, "a batch 2 or more"),
        ({"fixed": {"epochs": 3}, "epochs": 4}, "epochs are given twice"),
        ({"trials": 0}, "trials must be 1 or more, found 0"),
        ({"k": 1}, "k must be 2 or more, found 1"),
        ({"epochs": 0}, "epochs must be 1 or more"),
        ({"patience": 0}, "patience must be 1 or more"),
        ({"name": "Mine"}, "a name has small letters"),
        ({"sampler": "grid"}, "a grid needs the values of dropout"),
        ({"sampler": "grid", "axes": (Axis("dropout", choices=(0.1, 0.2)),)}, "the grid has 2 trials, found 4"),
        (
            {"base": PROTOCOLS["pair"], "axes": (Axis("batch", low=8.0, high=32.0),)},
            "auroc18 is of the seed study's 18",
        ),
        ({"base": PROTOCOLS["forest"], "epochs": 3}, "forest has no epochs to choose"),
        (
            {"axes": (Axis("trains", choices=("head", "all")), Axis("augmentation", choices=("flips", "eightfold")))},
            "eightfold.*with trains all, augmentation eightfold",
        ),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        space(**changes)


def test_a_digest_is_of_what_decides_a_trial() -> None:
    one = SPACES["regime-1"]
    assert space_digest(replace(one, trials=7)) == space_digest(one)
    assert space_digest(replace(one, base=replace(one.base, title="Other words"))) == space_digest(one)
    for changes in ({"epochs": 19}, {"k": 5}, {"fixed": {"epsilon": 1e-3}}, {"axes": one.axes[:1]}):
        assert space_digest(replace(one, **changes)) != space_digest(one)
