"""Simulated studies of readers in the shape of a published one, whose figures stand here.

Mitchell 2019 (J Orthop Trauma 33:301): 213 open tibias with bone defects at the last visit within 13 months, three
readers each. The study does not tell its levels: cases stand as those of the seed study's PAIN arm at 12 months.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from jaxtyping import Bool, Int

from radunion.evaluation.agreement import intraclass
from radunion.evaluation.alpha import coincidences, ordinal_alpha
from radunion.phantom.fixation import FixationKind
from radunion.phantom.hospital import EVERYDAY
from radunion.phantom.patients import plan_patient
from radunion.phantom.priors import PAIN, sample_course
from radunion.phantom.readers import Doubt, Reader, cut_points, read, sample_reader
from radunion.scale import CORTICES, Cortex

ARM = PAIN[2]
RATERS = 3
_TOTALS = 13
_PLANS = 80
Study = dict[str, tuple[float, ...]]
"""What `agreement` returns and the truth's ICC with a reader, by kind of fixation."""


@dataclass(frozen=True)
class Published:
    """Hold how many cases a kind of fixation had, and how far readers agreed on them.

    `pattern` is the share whose readers found the same cortices scorable, `usable` that with two totals or more.
    """

    cases: int
    icc: float
    alpha: float
    pattern: float
    usable: float = float("nan")


MITCHELL: dict[FixationKind, Published] = {
    "nail": Published(115, 0.75, 0.65, 0.904),
    "plate": Published(24, 0.90, 0.88, 0.208),
    "ring": Published(29, 0.62, 0.47, 0.448),
    "none": Published(45, 0.57, 0.48, 0.889),
}
OVERALL = Published(213, 0.71, 0.64, float("nan"), usable=0.85)


@dataclass(frozen=True)
class Case:
    """Hold one examination: what holds the bone, where its cortices stand and how far metal covers them."""

    fixation: FixationKind
    places: Mapping[Cortex, float]
    covered: Mapping[Cortex, float]


def simulated_study(doubts: Mapping[FixationKind, Doubt], random: np.random.Generator, *, larger: int = 1) -> Study:
    """Draw three readers and the published cases, `larger` times as many of each kind, and measure what they say."""
    readers = [sample_reader(random, doubts=doubts) for _ in range(RATERS)]
    groups: dict[str, list[Case]] = {
        kind: cases_of(kind, larger * published.cases, random) for kind, published in MITCHELL.items()
    }
    said = {kind: scores_of(readers, group, random) for kind, group in groups.items()}
    said["all"] = np.concatenate(list(said.values()), axis=1)
    groups["all"] = [case for group in groups.values() for case in group]
    return {kind: (*agreement(said[kind]), _ceiling(said[kind], group)) for kind, group in groups.items()}


def agreement(scores: Int[np.ndarray, "r n 4"]) -> tuple[float, float, float, float]:
    """Return ICC(2,1) and ordinal alpha of totals, and the shares with the same cortices scorable and with two totals.

    Scores are 0 where unscorable. The ICC is of cases of which all gave a total, alpha of those of which two did.
    """
    totals = _totals(scores)
    whole = (totals > 0).all(axis=0)
    icc = intraclass(totals[:, whole].T, np.ones((1, int(whole.sum()))))[0][0]
    alpha = ordinal_alpha(coincidences(totals, levels=_TOTALS).sum(axis=0)[None])[0]
    same = ((scores > 0) == (scores[:1] > 0)).all(axis=(0, 2))
    return float(icc), float(alpha), float(same.mean()), float(((totals > 0).sum(axis=0) >= 2).mean())


def scores_of(
    readers: Sequence[Reader], cases: Sequence[Case], random: np.random.Generator, *, covers: bool = True
) -> Int[np.ndarray, "r n 4"]:
    """Return what readers say of cases, 0 where unscorable; without `covers` as if metal hid nothing."""
    cuts, bare = cut_points(ARM), dict.fromkeys(CORTICES, 0.0)
    said = [
        read(reader, case.places, case.covered if covers else bare, cuts=cuts, fixation=case.fixation, random=random)
        for reader in readers
        for case in cases
    ]
    numbers = [[0 if cells[cortex] == "U" else int(cells[cortex]) for cortex in CORTICES] for cells in said]
    return np.array(numbers).reshape(len(readers), len(cases), len(CORTICES))


def cases_of(kind: FixationKind, count: int, random: np.random.Generator) -> list[Case]:
    """Draw examinations of one kind: courses of the arm, and covers as the simulator's own metal gives them."""
    covers = _covers(kind)
    cases = []
    for _ in range(count):
        stands = sample_course((ARM,), random)[0]
        places = {cortex: stand.place for cortex, stand in zip(CORTICES, stands, strict=True)}
        cases.append(Case(kind, places, covers[int(random.integers(len(covers)))]))
    return cases


def _ceiling(scores: Int[np.ndarray, "r n 4"], cases: Sequence[Case]) -> float:
    """Return the mean ICC(2,1) of the truth with each reader."""
    truth = _totals(scores_of([Reader()], cases, np.random.default_rng(0), covers=False))[0]
    found = []
    for one in _totals(scores):
        both = np.stack([truth, one])[:, one > 0]
        found.append(intraclass(both.T, np.ones((1, both.shape[1])))[0][0])
    return float(np.mean(found))


def _totals(scores: Int[np.ndarray, "r n 4"]) -> Int[np.ndarray, "r n"]:
    """Return totals from 1 to 13, 0 where a cortex is unscorable."""
    complete: Bool[np.ndarray, "r n"] = np.all(scores > 0, axis=2)
    return np.where(complete, scores.sum(axis=2) - len(CORTICES) + 1, 0)


@cache
def _covers(kind: FixationKind) -> tuple[Mapping[Cortex, float], ...]:
    """Return how far metal covers each cortex in examinations with both films of simulated patients."""
    hospital, found = replace(EVERYDAY, fixation=((kind, 1.0),)), []
    for number in range(1, _PLANS + 1):
        covered = plan_patient(3, number, hospital=hospital).exams[0].covered
        if len(covered) == len(CORTICES):
            found.append(covered)
    return tuple(found)
