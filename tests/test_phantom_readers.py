from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.readers_study import ARM, MITCHELL, OVERALL, Case, agreement, scores_of, simulated_study
from hypothesis import given, settings
from hypothesis import strategies as st

from radunion.phantom.fixation import FixationKind
from radunion.phantom.priors import FOLLOW_UP, PACS, PAIN, RETRODEFECT, Arm, sample_course, stand_at
from radunion.phantom.readers import DOUBTS, Reader, cut_points, read, sample_reader
from radunion.scale import CORTICES, Cortex, score_of

UNCOVERED: Mapping[Cortex, float] = dict.fromkeys(CORTICES, 0.0)
ARMS = (*RETRODEFECT, *PAIN, *PACS, *FOLLOW_UP)
PLACES = st.tuples(*[st.floats(-4, 4)] * 4).map(lambda places: dict(zip(CORTICES, places, strict=True)))
KINDS: tuple[FixationKind, ...] = tuple(DOUBTS)


def reading(reader: Reader, places: Mapping[Cortex, float], seed: int = 0, arm: Arm = ARM) -> dict[Cortex, str]:
    random = np.random.default_rng(seed)
    return read(reader, places, UNCOVERED, cuts=cut_points(arm), fixation="none", random=random)


def courses(count: int, arm: Arm = ARM) -> list[dict[Cortex, float]]:
    random = np.random.default_rng(5)
    drawn = [sample_course((arm,), random)[0] for _ in range(count)]
    return [{cortex: stand.place for cortex, stand in zip(CORTICES, stands, strict=True)} for stands in drawn]


@pytest.mark.parametrize("arm", ARMS, ids=lambda arm: f"{arm.site} {arm.visit}")
@given(places=PLACES, seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_a_reader_without_doubt_reads_the_truth(arm: Arm, places: dict[Cortex, float], seed: int) -> None:
    truth = {cortex: str(stand_at(arm, place).level) for cortex, place in places.items()}
    assert reading(Reader(), places, seed, arm) == truth


def test_scores_are_on_the_scale_that_is_asked_for() -> None:
    (arm,) = RETRODEFECT
    for places in courses(50, arm):
        random = np.random.default_rng(0)
        cells = read(Reader(), places, UNCOVERED, cuts=cut_points(arm), fixation="nail", random=random, scale="rust")
        assert cells == {one: str(score_of(stand_at(arm, place).level, "rust")) for one, place in places.items()}


def test_metal_beyond_the_limit_is_unscorable_and_an_absent_film_leaves_a_blank() -> None:
    covered: dict[Cortex, float] = {"medial": 0.49, "lateral": 0.5}
    places = dict.fromkeys(CORTICES, 9.0)
    random = np.random.default_rng(0)
    cells = read(Reader(), places, covered, cuts=cut_points(ARM), fixation="plate", random=random)
    assert cells == {"medial": "4", "lateral": "U", "anterior": "", "posterior": ""}


@given(places=PLACES, seed=st.integers(0, 99))
def test_the_same_seed_gives_the_same_reader_and_reading(places: dict[Cortex, float], seed: int) -> None:
    one, other = (sample_reader(np.random.default_rng(seed)) for _ in range(2))
    assert one == other
    assert reading(one, places, seed) == reading(other, places, seed)


@given(places=PLACES, seed=st.integers(0, 99), further=st.floats(0, 2), harder=st.floats(0, 2))
def test_further_healing_never_lowers_a_score_and_higher_thresholds_never_raise_one(
    places: dict[Cortex, float], seed: int, further: float, harder: float
) -> None:
    reader = sample_reader(np.random.default_rng(seed))
    low, middle, high = reader.shifts
    stricter = replace(reader, shifts=(low + harder, middle + harder, high + harder))
    healed = {cortex: place + further for cortex, place in places.items()}
    before = reading(reader, places, seed)
    assert all(cell >= before[cortex] for cortex, cell in reading(reader, healed, seed).items())
    assert all(cell <= before[cortex] for cortex, cell in reading(stricter, places, seed).items())


@pytest.mark.parametrize("kind", KINDS)
def test_every_reading_draws_equally_many_numbers(kind: FixationKind) -> None:
    after = set()
    for covered in ({}, UNCOVERED, dict.fromkeys(CORTICES, 1.0)):
        random = np.random.default_rng(0)
        reader = Reader(doubts=DOUBTS)
        read(reader, dict.fromkeys(CORTICES, 0.0), covered, cuts=cut_points(ARM), fixation=kind, random=random)
        after.add(random.random())
    assert len(after) == 1


@pytest.mark.parametrize("arm", PAIN, ids=lambda arm: arm.visit)
def test_readings_have_the_shares_of_levels_that_the_arm_has(arm: Arm) -> None:
    random = np.random.default_rng(1)
    places = courses(1000, arm)
    said = [reading(sample_reader(random), one, number, arm) for number, one in enumerate(places)]
    counts = np.bincount([int(cell) for cells in said for cell in cells.values() if cell != "U"], minlength=5)[1:]
    assert counts / counts.sum() == pytest.approx(arm.level_shares(), abs=0.05)


@pytest.mark.parametrize("kind", MITCHELL)
def test_totals_agree_as_published_by_fixation(kind: FixationKind) -> None:
    random = np.random.default_rng(2)
    doubts = {kind: replace(DOUBTS[kind], covering=0.0)}
    readers = [sample_reader(random, doubts=doubts) for _ in range(6)]
    cases = [Case(kind, places, UNCOVERED) for places in courses(400)]
    assert agreement(scores_of(readers, cases, random))[0] == pytest.approx(MITCHELL[kind].icc, abs=0.06)


@pytest.mark.slow
def test_a_study_as_published_finds_the_published_agreement() -> None:
    study = simulated_study(DOUBTS, np.random.default_rng(3), larger=8)
    icc, alpha, _, usable, ceiling = study["all"]
    assert icc == pytest.approx(OVERALL.icc, abs=0.05)
    assert alpha == pytest.approx(OVERALL.alpha, abs=0.06)
    assert usable == pytest.approx(OVERALL.usable, abs=0.06)
    assert ceiling > icc + 0.05
    for kind, published in MITCHELL.items():
        assert study[kind][2] == pytest.approx(published.pattern, abs=0.08)


def test_agreement_is_perfect_where_all_say_the_same_and_counts_what_is_unscorable() -> None:
    one = np.array([[1, 2, 3, 4], [4, 4, 4, 4], [1, 1, 1, 1], [0, 3, 3, 3]])
    icc, alpha, same, usable = agreement(np.stack([one, one, one]))
    assert (icc, alpha, same, usable) == pytest.approx((1.0, 1.0, 1.0, 0.75))
    other = np.where(one == 0, 2, one)
    assert agreement(np.stack([one, one, other]))[2:] == pytest.approx((0.75, 0.75))
