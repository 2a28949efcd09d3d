"""From what was seen on each film, to what each way of pointing did on all of them."""

from collections.abc import Iterator, Sequence

import numpy as np

from radunion.evaluation.heatmaps.fixed import left_out, tuned_on
from radunion.evaluation.heatmaps.quality import CurveKind, MeanCurve, mean_curve
from radunion.evaluation.heatmaps.rows import Observed, Pointing
from radunion.evaluation.heatmaps.sanity import SanityVerdict, sanity
from radunion.explain.observe import Scope, Seen
from radunion.explain.removal import Removed
from radunion.scale import CORTICES

POOLED = "cortices"
"""The scope of all four cortices together."""
_TOLD_APART = ("film", POOLED)
"""The scopes that are also told of films with a cortex that is known not to be remodelled."""
_NOT_REMODELLED = "-not-remodelled"
"""At the end of such a scope's name."""
_SCOPES: tuple[Scope, ...] = ("film", *CORTICES)
_KINDS: tuple[CurveKind, ...] = ("deletion", "insertion")


def pointed(seen: Sequence[Seen]) -> Iterator[Observed]:
    """Yield hits and energies by scope, and of all cortices together; where only some films are known to show a cortex
    that is not remodelled, of the fracture and of all cortices on these too.
    """
    parts = {scope: part for scope in _SCOPES if (part := [one for one in seen if one.scope == scope])}
    for scope, members in _groups(tuple(parts)).items():
        yield from _pointed(scope, [parts[member] for member in members])
        others = [kept for member in members if (kept := [one for one in parts[member] if one.remodelled is False])]
        if scope in _TOLD_APART and others and sum(map(len, others)) < sum(len(parts[member]) for member in members):
            yield from _pointed(f"{scope}{_NOT_REMODELLED}", others)


def _pointed(scope: str, parts: Sequence[Sequence[Seen]]) -> Iterator[Observed]:
    """Yield hits and energies of some targets; the best fixed place is chosen for each part by itself."""
    part = [one for members in parts for one in members]
    patients = np.array([one.patient for one in part], dtype=np.str_)
    for kind in part[0].hits:
        fixed = [_fixed(members, kind) for members in parts]
        ways = {name: np.array([one.hits[kind].ways[name] for one in part]) for name in part[0].hits[kind].ways}
        ways |= {name: np.concatenate([one[name] for one in fixed]) for name in fixed[0]}
        for name, hits in ways.items():
            yield Observed(name, kind, scope, patients, hits.astype(np.float64))
    for name in part[0].energy:
        yield Observed(name, "energy", scope, patients, np.array([one.energy[name] for one in part]))


def areas(removed: Sequence[Removed]) -> Iterator[Observed]:
    """Yield the areas under the curves by order, of all cortices together."""
    for kind in _KINDS:
        for order in dict.fromkeys(one.order for one in removed):
            part = [one for one in removed if (one.kind, one.order) == (kind, order)]
            patients = np.array([one.patient for one in part], dtype=np.str_)
            yield Observed(order, kind, POOLED, patients, np.array([one.curve.area for one in part]))


def mean_curves(removed: Sequence[Removed]) -> Iterator[MeanCurve]:
    """Yield the mean of the curves of each order, over examinations and cortices."""
    for kind in _KINDS:
        for order in dict.fromkeys(one.order for one in removed):
            part = [one.curve for one in removed if (one.kind, one.order) == (kind, order)]
            yield mean_curve(kind, order, part[0].shares, [one.change for one in part])


def verdict(seen: Sequence[Seen]) -> SanityVerdict | None:
    """Judge how like the maps of random weights are; None without any."""
    found = [one.similarity for one in seen if one.similarity is not None]
    return sanity(found) if found else None


def _groups(scopes: Sequence[Scope]) -> dict[str, list[Scope]]:
    """Return which scopes are counted together by what name: each by itself, and all cortices."""
    groups: dict[str, list[Scope]] = {scope: [scope] for scope in scopes}
    cortices: list[Scope] = [scope for scope in scopes if scope != "film"]
    return {**groups, POOLED: cortices} if cortices else groups


def _fixed(seen: Sequence[Seen], kind: Pointing) -> dict[str, np.ndarray]:
    """Return the hits of the best fixed place of a scope: without each patient, and chosen on all."""
    hits = np.stack([one.hits[kind].places for one in seen])
    patients = np.array([one.patient for one in seen], dtype=np.str_)
    return {"fixed": left_out(hits, patients), "fixed-tuned": tuned_on(hits)}
