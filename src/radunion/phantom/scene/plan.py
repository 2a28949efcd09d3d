"""What lies on a film beside the leg: decided here, drawn by `placed` and `finished` from the plan alone."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import chance
from radunion.phantom.pose import Pose
from radunion.phantom.scene.blades import sample_blades
from radunion.phantom.scene.caption import sample_badge, sample_caption, sample_scale_bar
from radunion.phantom.scene.cloth import sample_beads, sample_folds
from radunion.phantom.scene.limbs import sample_holding, sample_other_leg
from radunion.phantom.scene.marker import sample_marker
from radunion.phantom.scene.rim import sample_rim
from radunion.phantom.scene.ruler import sample_ruler
from radunion.phantom.scene.shutter import sample_shutter
from radunion.phantom.scene.support import sample_support
from radunion.phantom.scene.thing import InBeam, OnFilm, Side


@dataclass(frozen=True)
class SceneRanges:
    """The share of films that show each thing; set by eye on the development films, so that about half are plain."""

    blades: float = 0.17
    marker: float = 0.1
    other_leg: float = 0.06
    holding: float = 0.035
    folds: float = 0.05
    beads: float = 0.02
    support: float = 0.035
    ruler: float = 0.015
    rim: float = 0.5  # counted as plain
    shutter: float = 0.04
    caption: float = 0.08
    badge: float = 0.04
    scale_bar: float = 0.02


USUAL = SceneRanges()


@dataclass(frozen=True)
class Scene:
    """One film's surroundings, in the order in which they are drawn."""

    in_beam: tuple[InBeam, ...] = ()
    on_film: tuple[OnFilm, ...] = ()


def sample_scene(random: np.random.Generator, pose: Pose, side: Side, ranges: SceneRanges = USUAL) -> Scene:
    """Draw what lies on one film."""
    return Scene(_sample_in_beam(random, pose, side, ranges), _sample_on_film(random, pose, side, ranges))


def placed(attenuation: Float32[np.ndarray, "h w"], scene: Scene, pose: Pose) -> Float32[np.ndarray, "h w"]:
    """Return the attenuation with all that lies in the beam; the given one is left as it is."""
    total = attenuation.copy()
    for thing in scene.in_beam:
        thing.lay(total, pose)
    return total


def finished(film: Float32[np.ndarray, "h w"], scene: Scene) -> Float32[np.ndarray, "h w"]:
    """Return the film with its rim, shutter and burnt-in letters, in [0, 1]; the given one is left as it is."""
    total = film.copy()
    for thing in scene.on_film:
        thing.draw(total)
    return np.clip(total, 0, 1)


def _sample_in_beam(random: np.random.Generator, pose: Pose, side: Side, ranges: SceneRanges) -> tuple[InBeam, ...]:
    draws = (
        (ranges.other_leg, lambda: sample_other_leg(random, pose)),
        (ranges.holding, lambda: sample_holding(random)),
        (ranges.folds, lambda: sample_folds(random)),
        (ranges.beads, lambda: sample_beads(random)),
        (ranges.support, lambda: sample_support(random)),
        (ranges.ruler, lambda: sample_ruler(random)),
        (ranges.marker, lambda: sample_marker(random, pose, side)),
        (ranges.blades, lambda: sample_blades(random)),
    )
    return tuple(draw() for share, draw in draws if chance(random, share))


def _sample_on_film(random: np.random.Generator, pose: Pose, side: Side, ranges: SceneRanges) -> tuple[OnFilm, ...]:
    draws = (
        (ranges.rim, lambda: sample_rim(random)),
        (ranges.shutter, lambda: sample_shutter(random)),
        (ranges.scale_bar, lambda: sample_scale_bar(random, pose)),
        (ranges.badge, lambda: sample_badge(random, pose)),
        (ranges.caption, lambda: sample_caption(random, pose, side)),
    )
    return tuple(draw() for share, draw in draws if chance(random, share))
