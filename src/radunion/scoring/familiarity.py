"""How far a film is from the films that a model was trained on, by the features that its own encoder gives.

After the Mahalanobis distance of Lee et al. 2018 ("A Simple Unified Framework for Detecting Out-of-Distribution
Samples and Adversarial Attacks"), without its classes: a level of healing is no kind of film. Encoder features have
more directions than there are training films to measure them with, so the covariance is split as in probabilistic
principal components: the directions in which training films differ, each by its own spread, and one spread for all
the rest.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

_MOST_COMPONENTS = 64
_FILMS_A_COMPONENT = 10
"""A direction's spread needs about this many films to be known."""
_FLOOR = 0.001
"""Least spread of a direction and of the rest, as a part of the whole spread: no division by nothing."""


@dataclass(frozen=True)
class FamiliarityReference:
    """Centre, directions (columns, orthonormal) and spread of the features of the training films.

    `residual` is the root mean square of what the directions leave over.
    """

    mean: Float32[np.ndarray, " d"]
    basis: Float32[np.ndarray, "d p"]
    scale: Float32[np.ndarray, " p"]
    residual: float

    def distance(self, features: Float[np.ndarray, "n d"]) -> Float[np.ndarray, " n"]:
        """Return each film's distance: about 1 for a film like those of training, unbounded above.

        The root of the mean of two parts that are 1 on average in training: the squared, whitened coordinates
        along the directions (their mean, so that their number does not matter) and the squared remainder. They count
        alike, because a strange film can stand out in either: too far along a known direction, or off all of them.
        """
        centred = np.asarray(features, dtype=np.float64) - self.mean
        coordinates = centred @ self.basis.astype(np.float64)
        rest = centred - coordinates @ self.basis.T
        within = np.square(coordinates / self.scale).mean(axis=1)
        beside = np.square(rest).sum(axis=1) / self.residual**2
        return np.sqrt((within + beside) / 2)

    def to_bytes(self) -> bytes:
        """Return the content of `reference.safetensors`."""
        from safetensors.numpy import save

        residual = np.array([self.residual], dtype=np.float32)
        return save({"mean": self.mean, "basis": self.basis, "scale": self.scale, "residual": residual})

    @classmethod
    def from_bytes(cls, content: bytes) -> "FamiliarityReference":
        """Read what `to_bytes` wrote.

        Raises ValueError when it is anything else.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            tensors = load(content)
        except SafetensorError as error:
            raise ValueError(f"it is not a safetensors file: {error}") from None
        if set(tensors) != {"mean", "basis", "scale", "residual"}:
            raise ValueError(f"it must hold mean, basis, scale and residual, found {', '.join(sorted(tensors))}")
        mean, basis, scale, residual = (tensors[name] for name in ("mean", "basis", "scale", "residual"))
        if basis.shape != (*mean.shape, *scale.shape) or residual.shape != (1,):
            raise ValueError("its tensors do not fit one another: (d), (d, p), (p) and (1)")
        if any(tensor.dtype != np.float32 or not np.isfinite(tensor).all() for tensor in tensors.values()):
            raise ValueError("its tensors must be finite float32")
        if not (scale > 0).all() or not residual[0] > 0:
            raise ValueError("its spreads must be above 0")
        return cls(mean, basis, scale, float(residual[0]))


def fit_reference(features: Float[np.ndarray, "n d"], *, components: int | None = None) -> FamiliarityReference:
    """Fit the reference to the features of training films, one row a film.

    By default one direction for every ten films, at most 64 and half of all. Raises ValueError when there are fewer
    than two films or a feature is not finite.
    """
    films, width = features.shape
    if films < 2 or not np.isfinite(features).all():
        raise ValueError(f"familiarity needs finite features of at least two films, found {films} films")
    usual = min(_MOST_COMPONENTS, films // _FILMS_A_COMPONENT, width // 2)
    wanted = usual if components is None else components
    kept = max(1, min(wanted, width, films - 1))
    mean = features.mean(axis=0, dtype=np.float64)
    _, singular, directions = np.linalg.svd(features - mean, full_matrices=False)
    spread = singular / np.sqrt(films - 1)
    floor = max(_FLOOR * float(np.sqrt(np.square(spread).sum())), 1e-12)
    rest = float(np.sqrt(np.square(spread[kept:]).sum()))
    return FamiliarityReference(
        mean.astype(np.float32),
        np.ascontiguousarray(directions[:kept].T, dtype=np.float32),
        np.maximum(spread[:kept], floor).astype(np.float32),
        float(np.float32(max(rest, floor))),
    )


def threshold_of(distances: Float[np.ndarray, " n"], *, quantile: float) -> float:
    """Return the distance that a part `quantile` of held-out films stay below; not of training films, which lie near.

    Raises ValueError when there is no distance.
    """
    if not len(distances):
        raise ValueError("a threshold needs the distance of at least one held-out film, found none")
    return float(np.quantile(distances, quantile))
