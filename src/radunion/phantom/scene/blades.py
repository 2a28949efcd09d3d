"""What the beam's lead blades, or a plate only half in the beam, leave dark: bright bands at the film's edges."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import Range, by_factor, chance, rough, seed
from radunion.phantom.pose import Pose
from radunion.phantom.scene.thing import InBeam

_EDGES = 4  # top, bottom, left, right
_DRAWN_IN = 0.45  # of the films with blades show each edge


@dataclass(frozen=True)
class Blades(InBeam):
    """How far each edge is shaded, in shares of the film's height or width; below 0 not at all."""

    inward: tuple[float, float, float, float]  # top, bottom, left, right
    turn: float  # rad, of all four together
    penumbra: float  # pixels over which the shade sets in
    waves: float  # spread of the shade's inner edge, in pixels
    lead: float  # mu times path of the shade
    seed: int

    def lay(self, attenuation: Float32[np.ndarray, "h w"], pose: Pose) -> None:
        """Add the blades' attenuation in place, only where they reach."""
        random = np.random.default_rng(self.seed)
        for edge, share in enumerate(self.inward):
            if share > 0:
                _shade(attenuation, random, self, edge, share)


def sample_blades(random: np.random.Generator) -> Blades:
    """Draw blades that shade at least one edge, mostly the top or the bottom."""
    shaded = [chance(random, _DRAWN_IN * factor) for factor in (1.0, 1.0, 0.5, 0.5)]
    if not any(shaded):
        shaded[int(random.integers(2))] = True
    depth: Range = (0.015, 0.11)
    top, bottom, left, right = (by_factor(random, depth) if edge else -1.0 for edge in shaded)
    return Blades(
        inward=(top, bottom, left, right),
        turn=float(random.normal(0, 0.012)),
        penumbra=by_factor(random, (1.5, 22.0)),
        waves=by_factor(random, (0.3, 7.0)),
        lead=by_factor(random, (0.9, 7.0)),
        seed=seed(random),
    )


def _shade(
    attenuation: Float32[np.ndarray, "h w"], random: np.random.Generator, blades: Blades, edge: int, share: float
) -> None:
    view = _from_edge(attenuation, edge)
    deep, wide = view.shape
    line = share * deep + blades.waves * rough(random, wide, 90.0)
    line += np.tan(blades.turn) * (np.arange(wide) - wide / 2)
    reach = int(np.clip(np.ceil(line.max() + 3 * blades.penumbra), 1, deep))
    inside = (line[None] - np.arange(reach)[:, None]) / blades.penumbra
    view[:reach] += (blades.lead / (1 + np.exp(-np.clip(2.5 * inside, -30, 30)))).astype(np.float32)


def _from_edge(image: Float32[np.ndarray, "h w"], edge: int) -> np.ndarray:
    """Return a view of the image whose first row lies along an edge."""
    return (image, image[::-1], image.T, image.T[::-1])[edge]
