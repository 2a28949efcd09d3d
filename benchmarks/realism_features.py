"""Crops through the frozen InceptionV3 up to Mixed_7a, remembered by content in radunion's own cache of features."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float32
from PIL import Image

from radunion.features import BackboneSpec, Extractor, FeatureCache, FeatureKey, Precision, load_backbone

WEIGHTS = Path("weights") / "inception_v3_imagenet_to_mixed_7a.safetensors"
PRECISION: Precision = "bfloat16"
_SIDE, _BATCH = 299, 16
_HOW = f"bicubic to {_SIDE} pixels square"
Pixels = Float32[np.ndarray, "h w"]


def mixed_7a(crops: Sequence[Pixels], *, shared: Path, cache: FeatureCache) -> Float32[np.ndarray, "n 1280"]:
    """Return the mean over the 8×8 map of each of Mixed_7a's channels, for crops in [0, 1] of one aspect."""
    spec = BackboneSpec("inception_v3", weights=str(shared / WEIGHTS), tap="Mixed_7a", pooling="avg")
    backbone = load_backbone(spec)
    digests = [hashlib.sha256(f"{crop.shape}".encode() + crop.tobytes()).hexdigest() for crop in crops]
    how = hashlib.sha256(_HOW.encode()).hexdigest()
    keys = [FeatureKey(digest, how, backbone.digest, PRECISION, "none") for digest in digests]
    known = {key: found for key in keys if (found := cache.get(key)) is not None}
    todo = {key: crop for key, crop in zip(keys, crops, strict=True) if key not in known}
    run = Extractor(backbone, PRECISION)
    for start in range(0, len(todo), _BATCH):
        batch = list(todo)[start : start + _BATCH]
        for key, features in zip(batch, run(np.stack([_resized(todo[key]) for key in batch])), strict=True):
            known[key] = features
            cache.put(key, features)
    return np.array([known[key] for key in keys], dtype=np.float32)


def _resized(crop: Pixels) -> Pixels:
    picture = Image.fromarray(np.ascontiguousarray(crop)).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(picture), 0, 1)
