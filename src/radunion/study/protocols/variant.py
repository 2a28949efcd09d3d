"""What a run changes of a protocol, and the name that says so: a changed protocol never stands under its plain name."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from radunion.errors import UsageError
from radunion.study.protocols.definition import NetworkProtocol, Protocol, TunedProtocol

DOWNLOAD = "download"
KINDS = ("imagenet", "radimagenet")
"""Pretrained weights that a protocol may ask for without saying where they are."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What a run says beside the protocols' names.

    `files` gives a weights file by a protocol's name, else by the timm name of its network (which is not one that
    trains end to end), else by `imagenet` and `radimagenet`, which are InceptionV3's; `none` is random weights and
    `download` timm's own. A network's name gives it to protocols that ask for ImageNet or RadImageNet weights, never in
    place of a path. `taps` and `epochs` go by a protocol's name, or by `""` for every frozen network, every network
    trained end to end. The tap of a network that is tuned is where its learning begins.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    taps: Mapping[str, str] = field(default_factory=dict)
    epochs: Mapping[str, int] = field(default_factory=dict)


def varied(protocol: Protocol, variant: Variant) -> tuple[Protocol, str]:
    """Return the protocol as it runs, and the name that it runs under.

    Raises UsageError where the run says something of the protocol by name that it does not have.
    """
    _must_be_of_use(protocol, variant)
    if not isinstance(protocol, NetworkProtocol):
        return protocol, protocol.name
    name, notes = protocol.name, []
    tap = variant.taps.get(protocol.name, variant.taps.get("") if _is_frozen(protocol) else None)
    if tap is not None and tap != _tap(protocol):
        protocol, name = _tapped(protocol, tap), f"{name}@{tap}"
    epochs = variant.epochs.get(protocol.name, variant.epochs.get("") if protocol.end_to_end else None)
    if epochs is not None and epochs != protocol.epochs:
        told = f"{epochs} epoch{'s' * (epochs != 1)}"
        notes.append(f"{told}, not converged" if epochs < protocol.epochs else told)
        protocol = replace(protocol, epochs=epochs)
    given = _weights(protocol, variant)
    if given == "none":
        notes.append(f"random weights, not {protocol.weights}")
    if given is not None:
        protocol = replace(protocol, weights=given)
    return protocol, f"{name} ({'; '.join(notes)})" if notes else name


def _is_frozen(protocol: NetworkProtocol) -> bool:
    return protocol.network is not None and not protocol.end_to_end and not isinstance(protocol, TunedProtocol)


def _tap(protocol: NetworkProtocol) -> str | None:
    return protocol.unfreeze_from if isinstance(protocol, TunedProtocol) else protocol.tap


def _tapped(protocol: NetworkProtocol, tap: str) -> NetworkProtocol:
    if isinstance(protocol, TunedProtocol):
        return replace(protocol, unfreeze_from=tap)
    return replace(protocol, tap=tap)


def _must_be_of_use(protocol: Protocol, variant: Variant) -> None:
    has = _choices(protocol)
    named = {"epochs": variant.epochs, "tap": variant.taps, "weights": variant.files}
    for what, names in named.items():
        if protocol.name in names and what not in has:
            raise UsageError(f"{protocol.name} has no {what} to choose; leave it out of the options")


def _choices(protocol: Protocol) -> set[str]:
    """Return what a run may choose of a protocol."""
    if not isinstance(protocol, NetworkProtocol):
        return set()
    tapped = _is_frozen(protocol) or isinstance(protocol, TunedProtocol)
    return {"epochs"} | ({"tap"} if tapped else set()) | ({"weights"} if protocol.weights != "none" else set())


def _weights(protocol: NetworkProtocol, variant: Variant) -> str | None:
    """Return what the run says of a protocol's weights: by its name, else by its network's, else by their kind."""
    if protocol.weights == "none":
        return None
    given = variant.files.get(protocol.name) or variant.files.get(network_of_file(protocol) or "")
    given = given or _of_kind(protocol, variant)
    if given == DOWNLOAD and protocol.weights == "radimagenet":
        raise UsageError(f"{protocol.name}: RadImageNet weights are not timm's to download; give a file")
    return given


def network_of_file(protocol: Protocol) -> str | None:
    """Return the network by whose timm name a run may give a protocol's weights; None where it may not.

    What trains end to end reads its weights in another layout than timm's, and goes by the protocol's name.
    """
    if not isinstance(protocol, NetworkProtocol) or protocol.end_to_end or protocol.weights not in KINDS:
        return None
    return protocol.network


def _of_kind(protocol: NetworkProtocol, variant: Variant) -> str | None:
    """Return what the run says of a kind of weights; a file of a kind is InceptionV3's and fits no other."""
    given = variant.files.get(protocol.weights) if protocol.weights in KINDS else None
    return given if given in (None, "none", DOWNLOAD) or protocol.network == "inception_v3" else None


def missing_weights(protocol: Protocol) -> str | None:
    """Say which weights file a protocol lacks and how to give it; None when it lacks none."""
    if not isinstance(protocol, NetworkProtocol) or protocol.weights in ("none", DOWNLOAD):
        return None
    network = protocol.network or ""
    wanted = {"imagenet": "ImageNet", "radimagenet": "RadImageNet"}.get(protocol.weights)
    if wanted is None:
        return (
            None if Path(protocol.weights).is_file() else f"its weights file {Path(protocol.weights).name} is not there"
        )
    inception = network == "inception_v3"
    kinds = ".safetensors, .pt or Keras' .h5" if inception else ".safetensors or .pt"
    name = protocol.weights if inception else network_of_file(protocol) or protocol.name
    return (
        f"it needs {network} with {wanted} weights, which come with no installation: give a file with "
        f"--weights {name}=FILE ({kinds}), or run it on random ones with --weights {name}=none"
    )
