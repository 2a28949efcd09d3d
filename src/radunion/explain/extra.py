"""The one place that names the extra which heat-maps through captum need."""

from types import ModuleType

from radunion.errors import MissingExtraError


def attribution() -> ModuleType:
    """Return `captum.attr` (Kokhlikyan et al. 2020). Raises MissingExtraError without captum."""
    try:
        import captum.attr
    except ImportError as error:
        raise MissingExtraError("a heat-map of a model that has no evidence of its own", "train") from error
    return captum.attr
