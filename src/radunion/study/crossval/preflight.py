"""Find out before any long work which protocols cannot run: a study must not end after hours at a wrong name."""

from radunion.errors import MissingExtraError, UsageError, WeightsError
from radunion.features import load_backbone
from radunion.study.plans import backbone_spec, film_settings
from radunion.study.protocols import FilmProtocol, NetworkProtocol, Protocol, TunedProtocol
from radunion.study.protocols.variant import missing_weights


def why_not(protocol: Protocol, *, seed: int) -> str | None:
    """Build a protocol's network once; return why it cannot be had on this machine, None where it can.

    Raises UsageError that names the protocol for a network, tap or head that do not exist or do not go together.
    """
    missing = missing_weights(protocol)
    if missing is not None:
        return missing
    try:
        _build(protocol, seed)
    except (WeightsError, MissingExtraError) as error:
        return str(error)
    except UsageError as error:
        raise UsageError(f"{protocol.name}: {error}") from None
    return None


def _build(protocol: Protocol, seed: int) -> None:
    if isinstance(protocol, FilmProtocol) and protocol.end_to_end:
        from radunion.training.films.network import whole_network

        whole_network(film_settings(protocol, seed=seed))
    elif isinstance(protocol, NetworkProtocol) and protocol.network is not None:
        backbone = load_backbone(backbone_spec(protocol, protocol.network))
        if isinstance(protocol, TunedProtocol):
            from radunion.training.tuned.machine import Machine, fabric_of
            from radunion.training.tuned.trunk import learning_blocks

            learning_blocks(backbone, protocol.unfreeze_from)
            fabric_of(Machine())
