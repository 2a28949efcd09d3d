"""The no-image baselines: what can be said of an examination without looking at it.

`blind-view` knows which cortices a film shows, `blind-visit` also the visit, `blind-site` also the site. Each gives
the distribution of the four cortices together that the training labels of its group have. A group with fewer than
`FEWEST_LABELS` is not kept: in a shared card it would tell what single patients were scored, and it predicts little.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Bool, Float, Shaped

from radunion.cohort import Examination
from radunion.evaluation.reference import BLANK, SCORED, Reference
from radunion.joint import JointLevels
from radunion.scale import CONVENTIONS, LEVELS, Convention

BlindKind = Literal["blind-view", "blind-visit", "blind-site"]
BLINDS: tuple[BlindKind, ...] = get_args(BlindKind)
Group = tuple[str, ...]

FEWEST_LABELS = 10
"""A site or visit with fewer training labels than this gets the pooled distribution, as one never seen does."""

_COMBINATIONS = np.array(list(product(LEVELS, repeat=4)))
_ONE_HOT = np.eye(len(LEVELS), dtype=np.float32)[_COMBINATIONS - 1]
_STEPS = 50


@dataclass(frozen=True)
class Aggregate:
    """Hold what the labels of one group amount to: P(combination of levels) (256,), P(scorable) (4,), their number."""

    combinations: Float[np.ndarray, "256"]
    scorable: Float[np.ndarray, "4"]
    labels: int


@dataclass(frozen=True)
class Blind:
    """Predict the distribution of an examination's group; a group that is not kept gets the pooled one."""

    kind: BlindKind
    convention: Convention
    pooled: Aggregate
    groups: Mapping[Group, Aggregate]

    def predict(self, *, sites: Shaped[np.ndarray, " n"], visits: Shaped[np.ndarray, " n"]) -> JointLevels:
        """Return one distribution an examination; every one has the same 256 components, so they concatenate."""
        found = [self.groups.get(key, self.pooled) for key in _keys(self.kind, sites, visits)]
        shape = (len(found), *_ONE_HOT.shape)
        return JointLevels(
            np.array([one.combinations for one in found]).reshape(-1, len(_COMBINATIONS)),
            np.broadcast_to(_ONE_HOT, shape),
            np.array([one.scorable for one in found]).reshape(-1, 4),
        )

    def predict_examinations(self, examinations: Sequence[Examination]) -> JointLevels:
        """Return one distribution an examination, from its site and visit alone."""
        return self.predict(
            sites=np.array([one.site for one in examinations], dtype=np.str_),
            visits=np.array([one.visit for one in examinations], dtype=np.str_),
        )

    def unseen(self, *, sites: Shaped[np.ndarray, " n"], visits: Shaped[np.ndarray, " n"]) -> int:
        """Count the examinations whose group is not kept (never seen, or too small), so that it can be said aloud."""
        return sum(key not in self.groups for key in _keys(self.kind, sites, visits))

    def to_dict(self) -> dict[str, Any]:
        """Return aggregates as JSON-able data, for a model's card."""
        groups = [{"group": list(key), **_aggregate_to_dict(value)} for key, value in sorted(self.groups.items())]
        return {
            "kind": self.kind,
            "convention": self.convention,
            "pooled": _aggregate_to_dict(self.pooled),
            "groups": groups,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Blind":
        """Read what `to_dict` wrote.

        Raises ValueError when the kind or the convention is unknown.
        """
        if data["kind"] not in BLINDS or data["convention"] not in CONVENTIONS:
            raise ValueError(f"a blind is one of {', '.join(BLINDS)}, found {data['kind']!r}, {data['convention']!r}")
        groups = {tuple(group["group"]): _aggregate_from_dict(group) for group in data["groups"]}
        return cls(data["kind"], data["convention"], _aggregate_from_dict(data["pooled"]), groups)


def fit_blind(kind: BlindKind, reference: Reference) -> Blind:
    """Fit a baseline to training labels.

    The distribution over the 256 combinations of levels is the maximum-likelihood one of set-valued labels (EM), which
    for fully scored mRUST labels is their plain histogram. A RUST score that allows two levels is split as the group's
    mRUST labels are, the pooled ones where it has none. Groups with fewer than `FEWEST_LABELS` are not kept; all labels
    together, which is the one group of `blind-view`, always are.
    """
    if not len(reference):
        raise ValueError("a no-image baseline needs at least one training label, found none")
    start = _fit(reference, np.full(len(_COMBINATIONS), 1 / len(_COMBINATIONS)), on_mrust=True)
    pooled = Aggregate(_fit(reference, start), _scorable(reference, np.ones(4)), len(reference))
    keys = _keys(kind, reference.sites, reference.visits)
    groups = {key: _group(reference[_rows(keys, key)], pooled) for key in _kept(keys)}
    return Blind(kind, reference.convention, pooled, groups)


def _kept(keys: Sequence[Group]) -> list[Group]:
    """Return the groups with enough labels, in order; `()` is no group of its own but all labels."""
    return sorted(key for key, labels in Counter(keys).items() if labels >= FEWEST_LABELS or key == ())


def _group(reference: Reference, pooled: Aggregate) -> Aggregate:
    start = _fit(reference, pooled.combinations, on_mrust=True)
    return Aggregate(_fit(reference, start), _scorable(reference, pooled.scorable), len(reference))


def _fit(reference: Reference, start: Float[np.ndarray, "256"], *, on_mrust: bool = False) -> Float[np.ndarray, "256"]:
    """Return the likeliest distribution by expectation and maximisation; `start` where there is nothing to learn."""
    labels = reference.on("mrust") if on_mrust else reference
    informative = labels.allowed()[(labels.scores > 0).any(axis=1)]
    if not len(informative):
        return start
    possible = _possible(informative)
    share = 0.999 * start + 0.001 / len(start)
    for _ in range(_STEPS):
        posterior = possible * share
        share = (posterior / posterior.sum(axis=1, keepdims=True)).mean(axis=0)
    return share


def _possible(allowed: Bool[np.ndarray, "n 4 4"]) -> Bool[np.ndarray, "n 256"]:
    """Say which combinations each label allows."""
    cortex = np.arange(4)
    return np.asarray(allowed[:, cortex, _COMBINATIONS - 1].all(axis=2))


def _scorable(reference: Reference, otherwise: Float[np.ndarray, "4"]) -> Float[np.ndarray, "4"]:
    recorded = (reference.scorable != BLANK).sum(axis=0)
    scored = (reference.scorable == SCORED).sum(axis=0)
    return np.where(recorded > 0, scored / np.maximum(recorded, 1), otherwise)


def _keys(kind: BlindKind, sites: Shaped[np.ndarray, " n"], visits: Shaped[np.ndarray, " n"]) -> list[Group]:
    columns = {"blind-view": [], "blind-visit": [visits], "blind-site": [sites, visits]}[kind]
    if not columns:
        return [()] * len(visits)
    return list(zip(*([str(cell) for cell in column.tolist()] for column in columns), strict=True))


def _rows(keys: list[Group], key: Group) -> Bool[np.ndarray, " n"]:
    return np.array([other == key for other in keys], dtype=bool)


def _aggregate_to_dict(aggregate: Aggregate) -> dict[str, Any]:
    names = ("".join(map(str, combination)) for combination in _COMBINATIONS.tolist())
    shares = {name: share for name, share in zip(names, aggregate.combinations.tolist(), strict=True) if share > 1e-9}
    return {"combinations": shares, "scorable": aggregate.scorable.tolist(), "labels": aggregate.labels}


def _aggregate_from_dict(data: Mapping[str, Any]) -> Aggregate:
    names = ["".join(map(str, combination)) for combination in _COMBINATIONS.tolist()]
    shares = np.array([data["combinations"].get(name, 0.0) for name in names])
    return Aggregate(shares / shares.sum(), np.array(data["scorable"], dtype=np.float64), int(data["labels"]))
