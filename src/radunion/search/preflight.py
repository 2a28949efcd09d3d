"""Find out before any work which spaces cannot run: their networks are built once, as the protocol's own check does."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from radunion.errors import UsageError
from radunion.report.search.material import Value
from radunion.search.space import Space, protocol_of
from radunion.search.space_checks import Fault, combinations
from radunion.search.space_file import refuse
from radunion.study.crossval.preflight import why_not
from radunion.study.protocols import Protocol, Variant, varied

_OF_NETWORKS = ("network", "weights", "tap", "pooling", "trains", "head", "outputs")
"""The fields on which it depends whether a network can be built; no other is worth a build."""


def must_run(word: str, space: Space, *, seed: int, variant: Variant | None = None) -> None:
    """Build every network of a space.

    `word` is the name or file that the space was asked for by. Raises UsageError that tells what cannot run, with its
    line in a file: a network, tap or weights that do not exist, do not go together or are not given.
    """
    refuse(word, _unbuildable(space, seed, variant or Variant()))


def as_it_runs(space: Space, values: Mapping[str, Value] | None, variant: Variant) -> tuple[Protocol, str]:
    """Return the protocol of a trial with what the run says of its weights and tap, and the name that says so."""
    tried = protocol_of(space, values)
    changed, name = varied(replace(tried, name=space.base.name), variant)
    return replace(changed, name=tried.name), f"{tried.name}{name.removeprefix(space.base.name)}"


def _unbuildable(space: Space, seed: int, variant: Variant) -> Iterator[Fault]:
    axes = [axis for axis in space.axes if axis.name in _OF_NETWORKS]
    for values in combinations(space.base, axes):
        protocol, _ = as_it_runs(space, _with_the_rest(space, values), variant)
        try:
            reason = why_not(protocol, seed=seed)
        except UsageError as error:
            reason = str(error)
        if reason is not None:
            told = f" (with {', '.join(f'{name} {value}' for name, value in values.items())})" if values else ""
            yield Fault(("axes", axes[0].name) if axes else ("space", "base"), f"{reason}{told}")


def _with_the_rest(space: Space, values: Mapping[str, Value]) -> dict[str, Value]:
    """Fill in the first corner of the axes on which no network depends."""
    return {**next(combinations(space.base, space.axes)), **values}
