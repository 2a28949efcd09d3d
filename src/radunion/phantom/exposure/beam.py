"""The beam: hardening, scatter, the heel effect and the anti-scatter grid. Light is relative to the open beam."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import Range, chance, within
from radunion.phantom.exposure.scaled import broad

_REACH = 0.07  # of the film's longer side: how far scatter spreads


@dataclass(frozen=True)
class BeamRanges:
    """Between which bounds beams differ; scatter and hardening are rules of thumb."""

    hardening: Range = (0.005, 0.05)
    scatter: Range = (0.05, 0.36)
    heel: Range = (0.0, 0.16)
    gridded: float = 0.08  # share of films with visible grid lines
    grid_depth: Range = (0.004, 0.018)
    grid_rate: Range = (0.03, 0.4)


@dataclass(frozen=True)
class Grid:
    """Shadows of an anti-scatter grid, or what sampling made of them."""

    depth: float  # of the modulation
    rate: float  # lines a pixel
    upright: bool
    phase: float  # rad


@dataclass(frozen=True)
class Beam:
    """One exposure's beam."""

    hardening: float  # how fast thick parts attenuate less than in proportion
    scatter: float  # scattered light a unit of attenuation, relative to the primary
    heel: float  # change of the log light across the film
    heading: float  # rad, where the heel's dark side lies
    grid: Grid | None


def sample_beam(random: np.random.Generator, ranges: BeamRanges) -> Beam:
    """Draw one exposure's beam."""
    grid = None
    if chance(random, ranges.gridded):
        depth, rate = within(random, ranges.grid_depth), within(random, ranges.grid_rate)
        grid = Grid(depth, rate, upright=chance(random, 0.7), phase=within(random, (0.0, 6.28)))
    return Beam(
        hardening=within(random, ranges.hardening),
        scatter=within(random, ranges.scatter),
        heel=within(random, ranges.heel),
        heading=float(random.choice((0.0, 0.5, 1.0, 1.5)) * np.pi + random.normal(0, 0.2)),
        grid=grid,
    )


def light_through(attenuation: Float32[np.ndarray, "h w"], beam: Beam) -> Float32[np.ndarray, "h w"]:
    """Return the light behind mu times path, 1 in the open beam's middle."""
    hardened = attenuation / (1 + np.float32(beam.hardening) * attenuation)
    primary = np.exp(-hardened)
    scattered = np.float32(beam.scatter) * hardened * primary
    light = primary + broad(scattered, _REACH * max(attenuation.shape))
    light *= _heel(attenuation.shape, beam)
    if beam.grid is not None:
        light *= _shadows(attenuation.shape, beam.grid)
    return light


def _heel(shape: tuple[int, ...], beam: Beam) -> Float32[np.ndarray, "h w"]:
    down = np.linspace(-0.5, 0.5, shape[0], dtype=np.float32)[:, None] * np.float32(beam.heel * np.sin(beam.heading))
    across = np.linspace(-0.5, 0.5, shape[1], dtype=np.float32)[None] * np.float32(beam.heel * np.cos(beam.heading))
    return np.exp(down) * np.exp(across)


def _shadows(shape: tuple[int, ...], grid: Grid) -> Float32[np.ndarray, "..."]:
    places = np.arange(shape[1] if grid.upright else shape[0], dtype=np.float32)
    wave = 1 + np.float32(grid.depth) * np.sin(np.float32(2 * np.pi * grid.rate) * places + np.float32(grid.phase))
    return wave[None] if grid.upright else wave[:, None]
