"""What lies around the leg: folds of a blanket, beads and buttons on clothes."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import Range, by_factor, chance, rough, seed, within
from radunion.phantom.exposure.scaled import resized
from radunion.phantom.pose import Pose
from radunion.phantom.scene.lettering import window
from radunion.phantom.scene.thing import InBeam

_CLOTH: Range = (0.02, 0.09)  # mu times path of a fold
_SMOOTH = np.float32(0.4)  # of a fold, cloth that lies smooth
_HEM = 0.85  # of the reach


@dataclass(frozen=True)
class Folds(InBeam):
    """Creases of cloth across one end of the film."""

    count: int
    strength: float  # mu times path
    reach: float  # share of the film that is covered, from its end
    at_top: bool
    seed: int

    def lay(self, attenuation: Float32[np.ndarray, "h w"], pose: Pose) -> None:
        """Add the cloth and its creases in place, drawn on half the size."""
        view = _from_end(attenuation, self.reach, at_top=self.at_top)
        cloth = self._cloth((view.shape[0] + 1) // 2, (view.shape[1] + 1) // 2)
        view += np.float32(self.strength) * np.maximum(resized(cloth, *view.shape), 0)

    def _cloth(self, height: int, width: int) -> Float32[np.ndarray, "{height} {width}"]:
        random = np.random.default_rng(self.seed)
        rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)
        cloth = np.full((height, width), _SMOOTH, np.float32)
        for _ in range(self.count):
            slope, wide = float(random.normal(0, 0.9)), by_factor(random, (0.8, 6.0))
            line = random.uniform(0, height) + slope * (columns - random.uniform(0, width))
            off = (rows - line - 4 * rough(random, width, 40.0)) / (wide * np.hypot(1, slope))
            cloth += np.float32(random.uniform(0.3, 1.0)) * np.exp(-np.square(off)).astype(np.float32)
        hem = _HEM * height + 3 * rough(random, width, 50.0)
        return cloth * np.clip(hem - rows, 0, 1)


@dataclass(frozen=True)
class Beads(InBeam):
    """Beads or buttons sewn on cloth at one end of the film."""

    count: int
    radius: float  # mm
    hollow: float  # radius of the hole relative to the bead's
    strength: float  # mu times path
    reach: float
    at_top: bool
    seed: int

    def lay(self, attenuation: Float32[np.ndarray, "h w"], pose: Pose) -> None:
        """Add the beads in place."""
        random = np.random.default_rng(self.seed)
        view = _from_end(attenuation, self.reach, at_top=self.at_top)
        bead = _ring(self.radius / pose.pitch, self.hollow)
        for row, column in random.random((self.count, 2)):
            on_film, of_bead = window(view.shape, (float(row), float(column)), bead.shape)
            view[on_film] += np.float32(self.strength) * bead[of_bead]


def sample_folds(random: np.random.Generator) -> Folds:
    """Draw creases."""
    return Folds(
        count=int(random.integers(3, 14)),
        strength=within(random, _CLOTH),
        reach=within(random, (0.15, 0.6)),
        at_top=chance(random, 0.75),
        seed=seed(random),
    )


def sample_beads(random: np.random.Generator) -> Beads:
    """Draw beads by the dozen or a few buttons."""
    many = chance(random, 0.6)
    return Beads(
        count=int(random.integers(25, 90)) if many else int(random.integers(1, 5)),
        radius=within(random, (0.9, 1.8)) if many else within(random, (4.0, 7.5)),
        hollow=within(random, (0.3, 0.6)) if many else 0.15,
        strength=within(random, (0.4, 2.5)) if many else within(random, (0.15, 0.8)),
        reach=within(random, (0.08, 0.3)),
        at_top=chance(random, 0.85),
        seed=seed(random),
    )


def _ring(radius: float, hollow: float) -> Float32[np.ndarray, "n n"]:
    edge = 2 * int(np.ceil(radius)) + 1
    places = np.arange(edge, dtype=np.float32) - edge // 2
    distance = np.hypot(places[:, None], places[None])
    disc = np.clip(radius + 0.5 - distance, 0, 1)
    return (disc * np.clip(distance - hollow * radius + 0.5, 0.2, 1)).astype(np.float32)


def _from_end(image: Float32[np.ndarray, "h w"], reach: float, *, at_top: bool) -> np.ndarray:
    """Return a view of one end of the image; its first row is the end's."""
    rows = max(round(reach * image.shape[0]), 4)
    return image[:rows] if at_top else image[::-1][:rows]
