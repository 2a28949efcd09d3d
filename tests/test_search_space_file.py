"""Spaces as TOML: what is read, and that every fault is told with its line before any work."""

from pathlib import Path

import pytest

from radunion.errors import UsageError
from radunion.report.search.material import Axis
from radunion.search.space import SPACES
from radunion.search.space_checks import Fault
from radunion.search.space_file import refuse, space_from_toml, space_of
from radunion.study.protocols import PROTOCOLS

GOOD = """\
# A wider search
[space]
name = "wider"
base = "thesis-2"
sampler = "tpe"
trials = 60
epochs = 20
pruning = "halving"

[fixed]
learning_rate = 1

[axes.batch]
low = 16
high = 2048
log = true

[axes.pooling]
choices = ["max", "avg"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "wider.toml"
    path.write_text(GOOD)
    return path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_a_file_is_a_space(file: Path) -> None:
    space = space_of(str(file))
    assert space.base == PROTOCOLS["thesis-2"]
    assert (space.name, space.sampler, space.trials, space.epochs, space.pruning) == ("wider", "tpe", 60, 20, "halving")
    assert (space.k, space.objective, space.patience) == (6, "auroc18", None)
    assert space.axes == (Axis("batch", low=16.0, high=2048.0, log=True), Axis("pooling", choices=("max", "avg")))
    assert repr(space.fixed) == "{'learning_rate': 1.0}"


def test_names_are_those_that_come_with_radunion() -> None:
    assert space_of("regime-1") is SPACES["regime-1"]
    with pytest.raises(UsageError, match=r"one of regime-1, regime-2 or a \.toml file; found 'regime-3'"):
        space_of("regime-3")


def test_the_protocol_may_be_a_file_beside_it(file: Path) -> None:
    (file.parent / "mine.toml").write_text('base = "thesis-2"\nname = "mine"\nsize = 150\n')
    change(file, '"thesis-2"', '"mine.toml"')
    assert space_of(str(file)).base.name == "mine"
    (file.parent / "mine.toml").write_text('base = "thesis-2"\nname = "mine"\nsize = 1\n')
    with pytest.raises(UsageError, match=r"wider.toml, line 4: space.base: .*mine.toml: .*32 to 1024"):
        space_of(str(file))


def test_a_grid_cuts_a_range_into_steps(file: Path) -> None:
    file.write_text(
        '[space]\nname = "g"\nbase = "thesis-2"\nsampler = "grid"\n'
        "[axes.learning_rate]\nlow = 1e-4\nhigh = 1e-1\nlog = true\nsteps = 4\n"
        "[axes.batch]\nlow = 10\nhigh = 20\nsteps = 3\n"
    )
    space = space_of(str(file))
    assert space.axes[0].choices == pytest.approx((1e-4, 1e-3, 1e-2, 1e-1))
    assert repr(space.axes[1].choices) == "(10, 15, 20)"
    assert space.trials == 12


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("[axes.pooling]", "[axes.poolign]", 18, "no field poolign; did you mean pooling"),
        ("learning_rate = 1", "learning_rat = 1", 11, "no field learning_rat; did you mean learning_rate"),
        ("high = 2048", "hihg = 2048", 15, "no key of a space; did you mean high"),
        ("epochs = 20", "epoch = 20", 7, "no key of a space; did you mean epochs"),
        ("[fixed]", "[fixde]", 10, "no key of a space; did you mean fixed"),
        ("low = 16", "low = 4096", 14, "low must be below high, found 4096 and 2048"),
        ("low = 16", "low = 0", 14, "on a log scale low must be above 0"),
        ("low = 16", "low = 16.5", 14, "batch is a whole number, found 16.5"),
        ("low = 16", "low = 1", 14, "a batch 2 or more"),
        ("low = 16", 'low = "a"', 14, "valid number"),
        ("low = 16\n", "", 13, "found only high"),
        ('choices = ["max", "avg"]', "choices = []", 19, "at least one choice, found none"),
        ('choices = ["max", "avg"]', 'choices = ["max", "min"]', 19, "one of max, avg, found 'min'"),
        ("[axes.pooling]\nchoices", "[axes.dropout]\nhigh = 1.5\nlow = 0\n#", 19, "dropout lies in 0 to below 1"),
        ('"thesis-2"', '"thesis-22"', 4, "no protocol is called 'thesis-22'; did you mean thesis-2"),
        ('"tpe"', '"gird"', 5, "'random', 'grid' or 'tpe'"),
        ('"tpe"', '"grid"', 13, "a grid needs the values of batch: give choices, or steps"),
        ("trials = 60\n", "", 2, "a tpe search needs to know how many trials"),
        ("trials = 60", "trials = 0", 6, "trials must be 1 or more, found 0"),
        ("log = true", "steps = 1", 16, "steps are 2 to 1000, found 1"),
        ("high = 2048\nlog = true", "steps = 3", 15, "steps go with low and high"),
        ("learning_rate = 1", "learning_rate = 0", 11, "learning rate above 0"),
        ("log = true", "log = = true", 16, "must be TOML"),
        ('choices = ["max", "avg"]\n', 'choices = ["max"', 19, "must be TOML"),
    ],
)
def test_a_fault_is_told_with_its_line(file: Path, old: str, new: str, line: int, problem: str) -> None:
    change(file, old, new)
    with pytest.raises(UsageError) as refused:
        space_from_toml(file)
    first = str(refused.value).splitlines()[0]
    assert first.startswith(f"{file}, line {line}: ")
    assert problem in first


def test_all_faults_are_told_in_the_order_of_their_lines(file: Path) -> None:
    change(file, "learning_rate = 1", "learning_rat = 1")
    change(file, "[axes.pooling]", "[axes.poolign]")
    change(file, "trials = 60", "trials = -1")
    with pytest.raises(UsageError) as refused:
        space_from_toml(file)
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == [
        f"{file}, line {line}" for line in (6, 11, 18)
    ]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        space_of(str(tmp_path / "none.toml"))


def test_a_fault_found_later_is_told_with_its_line_too(file: Path) -> None:
    found = [Fault(("axes", "pooling", "choices"), "no such layer")]
    with pytest.raises(UsageError, match=r"wider.toml, line 19: axes.pooling.choices: no such layer"):
        refuse(str(file), found)
    with pytest.raises(UsageError, match="the space regime-1: no such layer"):
        refuse("regime-1", found)
    refuse(str(file), [])
