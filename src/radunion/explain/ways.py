"""Maps of any model, by name of the way."""

from functools import partial
from typing import Literal

from radunion.errors import UsageError
from radunion.explain.bundle import BundleReader
from radunion.explain.gradients import grad_cam, integrated_gradients
from radunion.explain.network import NetworkReader
from radunion.explain.occlusion import occluded
from radunion.explain.subject import Maps, PreparedPair, Reader, Subject

Way = Literal["evidence", "grad-cam", "integrated-gradients", "occlusion"]
"""A model's own evidence; gradients, of networks of torch; occlusion, of any model."""


def maps_of(model: Reader, pair: PreparedPair, *, way: Way) -> Maps:
    """Return the map of each cortex over the prepared film that shows it, at least 0 and 1 in sum.

    Raises UsageError for a way that the model does not have, MissingExtraError without captum.
    """
    if way == "occlusion":
        return occluded(model, pair)
    if way == "evidence" and isinstance(model, BundleReader | NetworkReader):
        return model.evidence(pair)
    if way == "grad-cam" and isinstance(model, NetworkReader):
        return grad_cam(model, pair)
    if way == "integrated-gradients" and isinstance(model, NetworkReader):
        return integrated_gradients(model, pair)
    raise UsageError(
        f"evidence comes from a bundle or a network and gradients from a network of torch; found {way} of "
        f"{type(model).__name__.removesuffix('Reader').lower() or 'another model'}; ask for occlusion, any model has it"
    )


def subject_of(model: Reader, *, way: Way, name: str) -> Subject:
    """Return a model with the maps of one way, to be measured."""
    return Subject(name, way, model, partial(maps_of, model, way=way))
