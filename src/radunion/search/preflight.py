"""Find out before any work which spaces cannot run: their networks are built once, as the protocol's own check does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from radunion.errors import UsageError
from radunion.report.search.material import Value
from radunion.search.space import Space, protocol_of
from radunion.search.space_checks import Fault, combinations
from radunion.search.space_file import refuse
from radunion.search.varied import WHOLE_NETWORK, with_fields
from radunion.study.crossval.preflight import why_not
from radunion.study.protocols import NetworkProtocol, Protocol, Variant, varied
from radunion.study.protocols.variant import KINDS, network_of_file

_OF_NETWORKS = ("network", "weights", "unfreeze_from", "tap", "trains", "pooling", "head", "outputs")
"""The fields on which it depends whether a network can be built, each after those that it depends on."""
_BASE = ("space", "base")

Values = Mapping[str, Value]
Place = tuple[str, ...]


def must_run(word: str, space: Space, *, seed: int, variant: Variant | None = None) -> None:
    """Build every network of a space.

    `word` is the name or file that the space was asked for by. Raises UsageError that tells what cannot run, with its
    line in a file: a network, tap or weights that do not exist, do not go together or are not given; and what the run
    says of a field that the space sets, or of a network that it does not have.
    """
    said = variant or Variant()
    refuse(word, _overridden(space, said))
    _must_name_what_runs(space, said)
    refuse(word, _unbuildable(space, seed, said))


def as_it_runs(space: Space, values: Values | None, variant: Variant) -> tuple[Protocol, str]:
    """Return the protocol of a trial with what the run says of its weights and tap, and the name that says so."""
    tried = protocol_of(space, values)
    changed, name = varied(replace(tried, name=space.base.name), variant)
    return replace(changed, name=tried.name), f"{tried.name}{name.removeprefix(space.base.name)}"


def _overridden(space: Space, variant: Variant) -> Iterator[Fault]:
    """Find the fields of the space that the run would set to one value in every trial."""
    own, named = space.base.name, sorted(set(variant.files) - {space.base.name, *KINDS})
    said = {
        "tap": ("--tap", {own, ""} & set(variant.taps)),
        "unfreeze_from": ("--tap", {own} & set(variant.taps)),
        "epochs": ("--epochs", {own, ""} & set(variant.epochs)),
        "weights": (f"--weights {own}=…", {own} & set(variant.files)),
    }
    for name, (option, given) in said.items():
        place = _set_at(space, name)
        if given and place is not None:
            does = "searches" if place[0] == "axes" else "fixes"
            yield Fault(
                place, f"the space {does} {name}, and {option} would set it in every trial; leave one of both out"
            )
    choices = [value for axis in space.axes if axis.name == "weights" for value in axis.choices]
    kinds = [kind for kind in KINDS if kind in choices]
    if named and len(kinds) > 1:
        yield Fault(
            ("axes", "weights"),
            f"--weights {named[0]}=… is one file for {' and '.join(kinds)}, which the space compares; give "
            "paths as choices",
        )


def _must_name_what_runs(space: Space, variant: Variant) -> None:
    named = set(variant.files) - {space.base.name, *KINDS}
    if not named:
        return
    tried = (with_fields(space.base, _changes(space, corner), search=space.name) for corner in _corners(space))
    networks = dict.fromkeys(network for one in tried if (network := network_of_file(one)) is not None)
    unknown = sorted(named - set(networks))
    if unknown:
        raise UsageError(
            f"--weights names the protocol of the search, a frozen network of it that asks for weights, or a kind: "
            f"{', '.join([space.base.name, *networks, *KINDS])}; found {', '.join(unknown)}"
        )


def _unbuildable(space: Space, seed: int, variant: Variant) -> Iterator[Fault]:
    """Tell every fault once, at the field that is to blame for it."""
    builds = _Builds(space, seed, variant)
    told: set[tuple[Place, Value]] = set()
    for corner in _corners(space):
        for value, fault in _of_corner(builds, corner):
            if (fault.place, value) not in told:
                told.add((fault.place, value))
                yield fault


def _of_corner(builds: "_Builds", corner: Values) -> Iterator[tuple[Value, Fault]]:
    """Find what is wrong with a corner, each fault with what it is told by once: a reason, or a field's value."""
    space, changes = builds.space, _changes(builds.space, corner)
    missing, misfit = builds.faults(changes)
    if missing:
        yield missing, Fault(_weights_at(space, changes), missing)
    guilty = builds.guilty(changes) if misfit else None
    if guilty is not None:
        yield changes[guilty], Fault(_set_at(space, guilty) or _BASE, f"{misfit}{_with(corner)}")
    elif misfit:
        by_option = " (the tap is that of --tap)" if builds.variant.taps else ""
        yield "", Fault(_BASE, f"{builds.faults({})[1] or misfit}{by_option}")


@dataclass(frozen=True)
class _Builds:
    """Build the networks of a space, each once; `known` holds what came of it."""

    space: Space
    seed: int
    variant: Variant
    known: dict[Protocol, tuple[str, str]] = field(default_factory=dict)

    def faults(self, changes: Values) -> tuple[str, str]:
        """Say why the weights of a protocol cannot be had, and why its parts do not go together; empty where fine."""
        base = self.space.base
        try:
            tried = with_fields(base, changes, search=self.space.name)
            protocol = varied(replace(tried, name=base.name, title=base.title, source=base.source), self.variant)[0]
        except UsageError as error:
            return "", str(error)
        if protocol not in self.known:
            self.known[protocol] = self._built(protocol)
        return self.known[protocol]

    def guilty(self, changes: Values) -> str | None:
        """Return the field without whose change the parts go together, or at least fail in another way.

        None is for the base, which then does not go together by itself.
        """
        misfit = self.faults(changes)[1]
        names = [name for name in reversed(_OF_NETWORKS) if name in changes]
        without = {name: self.faults(_without(changes, name))[1] for name in names}
        mends = next((name for name in names if not without[name]), None)
        if mends is not None or self.faults({})[1]:
            return mends
        return next((name for name in names if without[name] != misfit), None)

    def _built(self, protocol: Protocol) -> tuple[str, str]:
        missing = ""
        try:
            missing = why_not(protocol, seed=self.seed) or ""
            if missing and isinstance(protocol, NetworkProtocol) and not protocol.end_to_end:
                why_not(replace(protocol, weights="none"), seed=self.seed)
        except UsageError as error:
            return missing, str(error)
        return missing, ""


def _corners(space: Space) -> Iterator[dict[str, Value]]:
    return combinations(space.base, [axis for axis in space.axes if axis.name in _OF_NETWORKS])


def _changes(space: Space, corner: Values) -> dict[str, Value]:
    """Fill in what is fixed, and the first corner of the axes on which no network depends."""
    return {**space.fixed, **next(combinations(space.base, space.axes)), **corner}


def _without(changes: Values, name: str) -> dict[str, Value]:
    """Leave a field as the base has it; the base's tap may be another network's, so that none stands in for it."""
    left = {other: value for other, value in changes.items() if other != name}
    return {**left, "tap": WHOLE_NETWORK} if name == "tap" else left


def _weights_at(space: Space, changes: Values) -> Place:
    """Return who asks for weights that cannot be had: a path itself, a kind of weights the network."""
    weights = changes.get("weights", getattr(space.base, "weights", "none"))
    names = ("network", "weights") if weights in KINDS else ("weights", "network")
    return next((place for name in names if (place := _set_at(space, name)) is not None), _BASE)


def _set_at(space: Space, name: str) -> Place | None:
    """Return where a space sets a field; None where it leaves it to the base."""
    if any(axis.name == name for axis in space.axes):
        return "axes", name
    if name in space.fixed:
        return "fixed", name
    return ("space", name) if name == "epochs" and space.epochs is not None else None


def _with(values: Values) -> str:
    return f" (with {', '.join(f'{name} {value}' for name, value in values.items())})" if values else ""
