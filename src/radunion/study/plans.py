"""From a protocol to a plan of training: the same for a fold of a study and for the model that is kept as a bundle."""

from dataclasses import fields
from typing import Any

from radunion.errors import UsageError
from radunion.features import BackboneSpec, Precision
from radunion.radiograph import Preprocessing
from radunion.study.protocols import (
    FilmProtocol,
    NetworkProtocol,
    PairProtocol,
    Protocol,
    TunedProtocol,
    Variant,
    varied,
)
from radunion.study.protocols.variant import DOWNLOAD, missing_weights
from radunion.training.films.settings import FilmSettings
from radunion.training.plan import Plan
from radunion.training.settings import TrainSettings
from radunion.training.strips import STRIP
from radunion.training.tuned.machine import Machine
from radunion.training.tuned.settings import TunedSettings


def plan_of(
    protocol: Protocol,
    variant: Variant,
    *,
    name: str,
    seed: int,
    precision: Precision,
    folds: int | None,
    machine: Machine | None = None,
) -> Plan:
    """Return the plan of the bundle of a protocol that has a network.

    Raises UsageError for one that has none, or whose weights are not given, and for a machine that a network which is
    not tuned makes no use of.
    """
    changed, told = varied(protocol, variant)
    if not isinstance(changed, NetworkProtocol):
        raise UsageError(
            f"{protocol.name} has no network, so no bundle holds it yet; `radunion study` compares it with those that "
            "have"
        )
    if missing_weights(changed) is not None:
        raise UsageError(
            f"{protocol.name} needs --weights: a file of {changed.network} with {changed.weights} weights, imagenet "
            "(downloads them) or none (random)"
        )
    if machine is not None and not isinstance(changed, TunedProtocol):
        raise UsageError(f"{protocol.name} learns on the processor; devices and their precision are for pair-tuned")
    return plan_as(changed, told, name=name, seed=seed, precision=precision, folds=folds, machine=machine)


def plan_as(
    protocol: NetworkProtocol,
    told: str,
    *,
    name: str,
    seed: int,
    precision: Precision,
    folds: int | None = None,
    machine: Machine | None = None,
) -> Plan:
    """Return the plan of a protocol as it is, under the name that it runs by; `machine` is where one is tuned."""
    if isinstance(protocol, FilmProtocol):
        return Plan(
            name=name,
            protocol=told,
            settings=TrainSettings(epochs=protocol.epochs, seed=seed),
            films=film_settings(protocol, seed=seed),
            film_preprocessing=film_preprocessing(protocol),
            precision=precision,
            folds=folds,
        )
    if isinstance(protocol, TunedProtocol):
        tuned = tuned_settings(protocol, seed=seed)
        return Plan(
            name=name, protocol=told, settings=tuned.of_head(), tuned=tuned, machine=machine or Machine(),
            backbone=backbone_spec(protocol, protocol.network), precision=precision, input="glimpse", folds=folds,
        )  # fmt: skip
    return Plan(
        name=name,
        protocol=told,
        settings=pair_settings(protocol, seed=seed),
        backbone=None if protocol.network is None else backbone_spec(protocol, protocol.network),
        precision=precision,
        input=protocol.input,
        folds=folds,
    )


def film_settings(protocol: FilmProtocol, *, seed: int) -> FilmSettings:
    """Return what the learner of films needs of a protocol; a test holds that the fields go by the same names."""
    given: dict[str, Any] = {
        field.name: getattr(protocol, field.name) for field in fields(FilmSettings) if field.name != "seed"
    }
    return FilmSettings(**{**given, "weights": backbone_weights(protocol), "seed": seed})


def tuned_settings(protocol: TunedProtocol, *, seed: int) -> TunedSettings:
    """Return what the learner that tunes needs of a protocol; a test holds that the fields go by the same names."""
    own = {field.name for field in fields(TunedProtocol)}
    given: dict[str, Any] = {
        field.name: getattr(protocol, field.name) for field in fields(TunedSettings) if field.name in own
    }
    return TunedSettings(**given, seed=seed)


def film_preprocessing(protocol: FilmProtocol) -> Preprocessing:
    """Return how a protocol's films are prepared; the seed study squashes them and keeps their grey values."""
    if protocol.shape == "shaft":
        return STRIP
    return Preprocessing(
        height=protocol.size,
        width=protocol.size,
        shape=protocol.shape,
        intensity="full" if protocol.shape == "squash" else "robust",
    )


def pair_settings(protocol: PairProtocol, *, seed: int) -> TrainSettings:
    """Return what the training loop needs of a protocol."""
    return TrainSettings(
        epochs=protocol.epochs, batch=protocol.batch, learning_rate=protocol.learning_rate,
        weight_decay=protocol.weight_decay, patience=protocol.patience, validation=protocol.validation, seed=seed,
    )  # fmt: skip


def backbone_spec(protocol: NetworkProtocol, network: str) -> BackboneSpec:
    """Return the network of a protocol as it begins: frozen, up to its tap; one that is tuned has no tap."""
    if isinstance(protocol, TunedProtocol):
        return BackboneSpec(network, weights=backbone_weights(protocol))
    return BackboneSpec(network, weights=backbone_weights(protocol), tap=protocol.tap, pooling=protocol.pooling)


def backbone_weights(protocol: NetworkProtocol) -> str:
    """Return a protocol's weights as a backbone takes them."""
    return "imagenet" if protocol.weights == DOWNLOAD else protocol.weights
