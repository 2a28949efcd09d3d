"""From a protocol to a plan of training: the model that a study compared, trained on everything, as a bundle."""

from radunion.errors import UsageError
from radunion.features import Precision
from radunion.study.crossval.methods import backbone_spec, film_preprocessing, film_settings, pair_settings
from radunion.study.protocols import FilmProtocol, PairProtocol, Protocol, Variant, varied
from radunion.study.protocols.variant import missing_weights
from radunion.training.plan import Plan
from radunion.training.settings import TrainSettings


def plan_of(
    protocol: Protocol, variant: Variant, *, name: str, seed: int, precision: Precision, folds: int | None
) -> Plan:
    """Return the plan of a protocol that has a network.

    Raises UsageError for one that has none, or whose weights are not given.
    """
    changed, told = varied(protocol, variant)
    if isinstance(changed, FilmProtocol | PairProtocol) and missing_weights(changed) is not None:
        raise UsageError(
            f"{protocol.name} needs --weights: a file of {changed.network} with {changed.weights} weights, imagenet "
            "(downloads them) or none (random)"
        )
    if isinstance(changed, PairProtocol):
        return Plan(
            name=name,
            protocol=told,
            settings=pair_settings(changed, seed=seed),
            backbone=None if changed.network is None else backbone_spec(changed, changed.network),
            precision=precision,
            input=changed.input,
            folds=folds,
        )
    if isinstance(changed, FilmProtocol):
        return Plan(
            name=name,
            protocol=told,
            settings=TrainSettings(epochs=changed.epochs, seed=seed),
            films=film_settings(changed, seed=seed),
            film_preprocessing=film_preprocessing(changed),
            precision=precision,
            folds=folds,
        )
    raise UsageError(
        f"{protocol.name} has no network, so no bundle holds it yet; `radunion study` compares it with those that have"
    )
