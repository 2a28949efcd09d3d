"""Turn, zoom and expose thumbnails as films may be, so that the gate learns shapes and no grey values."""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

Films = Float[Tensor, "n 1 h w"]
_MOST_TURN, _ZOOM, _SHIFT = 0.21, (0.8, 1.25), 0.2
_BAND, _MARKER, _QUARTER = 0.1, 0.2, 0.5
"""How often a film has a bright or dark band at an edge, a marker, and stands on another edge."""


class Chance:
    """Draws for the n films of a batch, each of the shape (n, 1, 1, 1)."""

    def __init__(self, n: int, random: torch.Generator) -> None:
        self.n = n
        self.random = random

    def between(self, low: float, high: float) -> Tensor:
        """Return one number a film."""
        return low + (high - low) * torch.rand(self.n, 1, 1, 1, generator=self.random)

    def happens(self, share: float) -> Tensor:
        """Return 1 for a `share` of films, else 0."""
        return (self.between(0.0, 1.0) < share).float()


def augmented(films: Films, random: torch.Generator) -> Films:
    """Return films as they might have been taken; values stay between 0 and 1."""
    chance = Chance(len(films), random)
    films = _exposed(_moved(films, chance), chance)
    films = _blurred(films, chance)
    down, right = _axes(films)
    films = films + chance.between(-0.1, 0.1) * down + chance.between(-0.1, 0.1) * right
    for axis in (down, right, -down, -right):
        films = _mixed(films, torch.sigmoid((axis - chance.between(0.75, 1.0)) * 60) * chance.happens(_BAND), chance)
    for _ in range(2):
        films = torch.maximum(films, _marker(down, right, chance))
    noise = torch.randn(films.shape, generator=random)
    return (films + chance.between(0.0, 0.05) * noise).clamp(0, 1)


def _moved(films: Films, chance: Chance) -> Films:
    quarter = (chance.between(0.0, 4.0).floor() * math.pi / 2) * chance.happens(_QUARTER)
    angle = chance.between(-_MOST_TURN, _MOST_TURN) + quarter
    zoom, mirror = chance.between(*_ZOOM), 2 * chance.happens(0.5) - 1
    cosine, sine = angle.cos() * zoom, angle.sin() * zoom
    shifts = chance.between(-_SHIFT, _SHIFT), chance.between(-_SHIFT, _SHIFT)
    rows = [[cosine * mirror, -sine, shifts[0]], [sine * mirror, cosine, shifts[1]]]
    matrix = torch.stack([torch.cat([one.flatten(1) for one in row], dim=1) for row in rows], dim=1)
    grid = F.affine_grid(matrix, list(films.shape), align_corners=False)
    return F.grid_sample(films, grid, align_corners=False, padding_mode="zeros")


def _exposed(films: Films, chance: Chance) -> Films:
    films = films.clamp(0, 1) ** chance.between(-0.6, 0.6).exp()
    return films * chance.between(0.6, 1.3) + chance.between(-0.1, 0.15)


def _blurred(films: Films, chance: Chance) -> Films:
    """Blur every second film, a little to wholly."""
    amount = chance.between(0.5, 1.0) * chance.happens(0.5)
    return films + 0.9 * amount * (F.avg_pool2d(films, 3, 1, 1) - films)


def _mixed(films: Films, mask: Float[Tensor, "n 1 #h #w"], chance: Chance) -> Films:
    return films * (1 - mask) + mask * chance.between(-0.2, 1.0)


def _marker(down: Tensor, right: Tensor, chance: Chance) -> Films:
    half = chance.between(0.01, 0.06)
    rows = (down - chance.between(-0.9, 0.9)).abs() < half
    columns = (right - chance.between(-0.9, 0.9)).abs() < 0.8 * half
    return (rows & columns).float() * chance.happens(_MARKER)


def _axes(films: Films) -> tuple[Tensor, Tensor]:
    """Return how far down and how far right each pixel lies, -1 to 1."""
    down = torch.linspace(-1, 1, films.shape[2]).view(1, 1, -1, 1)
    return down, torch.linspace(-1, 1, films.shape[3]).view(1, 1, 1, -1)
