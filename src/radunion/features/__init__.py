"""Backbones and their features: look at each film once, remember what was seen.

Importing this room needs no torch; using a backbone needs the extra `train`.
"""

from radunion.features.backbone import Backbone, load_backbone
from radunion.features.cache import FeatureCache, FeatureKey
from radunion.features.crops import fractureless
from radunion.features.extraction import Extractor, extract
from radunion.features.spec import (
    FLIPS,
    PRECISIONS,
    WARPS,
    BackboneSpec,
    Flip,
    Padding,
    Pooling,
    Precision,
    Sight,
    Warp,
)

__all__ = [
    "FLIPS",
    "PRECISIONS",
    "WARPS",
    "Backbone",
    "BackboneSpec",
    "Extractor",
    "FeatureCache",
    "FeatureKey",
    "Flip",
    "Padding",
    "Pooling",
    "Precision",
    "Sight",
    "Warp",
    "extract",
    "fractureless",
    "load_backbone",
]
