import pytest

from radunion import scale
from radunion.scale import CORTICES, LEVELS, UNION_RULES, CortexLabel, Total, UnionRule, cortex_label


@pytest.mark.parametrize("convention", scale.CONVENTIONS)
def test_rust_scores_partition_the_mrust_levels(convention: scale.Convention) -> None:
    sets = [scale.levels_of(score, "rust", convention) for score in (1, 2, 3)]
    assert sorted(level for levels in sets for level in levels) == list(LEVELS)


def test_conventions_differ_where_published() -> None:
    assert scale.levels_of(2, "rust", "litrenta") == {2, 3}
    assert scale.levels_of(2, "rust", "metrc") == {2}
    assert scale.levels_of(3, "rust", "litrenta") == {4}
    assert scale.levels_of(3, "rust", "metrc") == {3, 4}


@pytest.mark.parametrize("convention", scale.CONVENTIONS)
@pytest.mark.parametrize("level", LEVELS)
def test_rust_of_a_level_allows_that_level(level: int, convention: scale.Convention) -> None:
    assert level in scale.levels_of(scale.rust_of(level, convention), "rust", convention)


def test_each_view_shows_its_two_cortices() -> None:
    assert [scale.view_of(cortex) for cortex in CORTICES] == ["ap", "ap", "lateral", "lateral"]
    assert scale.CORTICES_ON["other"] == ()


def test_blank_and_unscorable_are_different() -> None:
    assert cortex_label("", "mrust").scorable is None
    assert cortex_label(" u ", "mrust").scorable is False
    assert cortex_label("3", "mrust") == CortexLabel(frozenset({3}), True)


@pytest.mark.parametrize("cell", ["0", "4", "-1", "2.5", "x", "²"])
def test_a_cell_off_the_rust_scale_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="1 to 3"):
        cortex_label(cell, "rust")


def test_a_missing_cortex_gives_bounds_not_a_guess() -> None:
    labels = {cortex: cortex_label("3", "mrust") for cortex in CORTICES[:3]}
    assert scale.total(labels, "mrust") == Total(10, 13, "mrust")
    assert scale.total(labels, "mrust").exact is None
    assert scale.total({**labels, "posterior": cortex_label("2", "mrust")}, "mrust").exact == 11


def test_a_rust_label_bounds_the_mrust_total() -> None:
    labels = {cortex: cortex_label("3", "rust") for cortex in CORTICES}
    assert scale.total(labels, "rust").exact == 12
    assert scale.total(labels, "mrust") == Total(12, 16, "mrust")


def test_union_is_undecided_when_the_bounds_straddle_the_threshold() -> None:
    rule = UNION_RULES["mrust-13"]
    assert rule.united(Total(13, 16, "mrust")) is True
    assert rule.united(Total(4, 12, "mrust")) is False
    assert rule.united(Total(12, 13, "mrust")) is None
    assert str(rule) == "mRUST >= 13"


def test_a_rule_refuses_the_other_scale() -> None:
    with pytest.raises(ValueError, match="needs a rust total"):
        UnionRule("rust", 10).united(Total(12, 12, "mrust"))
