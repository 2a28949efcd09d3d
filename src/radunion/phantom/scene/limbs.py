"""Another limb in the beam: the other leg at the film's edge, or a hand that holds the limb."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import chance, seed, side, within
from radunion.phantom.made.arm import draw_arm
from radunion.phantom.made.canvas import Canvas, blank, paint
from radunion.phantom.made.leg import SHIN, draw_leg
from radunion.phantom.made.metal import Bar, Cast
from radunion.phantom.made.plane import Point, point, turned
from radunion.phantom.pose import Pose
from radunion.phantom.scene.bangle import Bangle, sample_bangles
from radunion.phantom.scene.thing import InBeam

_FOREARM_TO_PALM = 285.0  # mm from the elbow, of an adult


@dataclass(frozen=True)
class OtherLeg(InBeam):
    """The other leg beside the film's own."""

    beside: float  # mm from this leg's axis, signed along the film's columns
    higher: float  # mm, against this leg
    tilt: float  # rad, against this leg
    size: float  # 1 = an adult's
    seed: int

    def lay(self, attenuation: Float32[np.ndarray, "h w"], pose: Pose) -> None:
        """Add the other leg's attenuation in place."""
        shown = SHIN * self.size - pose.centre[0] + self.higher  # mm below its knee, at the film's middle
        canvas = _canvas(attenuation.shape, pose.pitch, middle=point(-self.beside, shown), tilt=self.tilt - pose.tilt)
        shapes = draw_leg(np.random.default_rng(self.seed), self.size)
        paint(canvas, (shape for shape in shapes if not isinstance(shape, Bar | Cast)))  # the sound leg holds no metal
        attenuation += canvas.attenuation()


@dataclass(frozen=True)
class Holding(InBeam):
    """A hand that comes in from an edge."""

    palm: tuple[float, float]  # row and column in shares of the film
    heading: float  # rad from the right downwards, of the forearm towards the hand
    size: float
    bangles: tuple[Bangle, ...]
    seed: int

    def lay(self, attenuation: Float32[np.ndarray, "h w"], pose: Pose) -> None:
        """Add the hand's, the forearm's and the bangles' attenuation in place."""
        height, width = attenuation.shape
        tilt = self.heading - np.pi / 2
        row, column = self.palm
        target = point((column - 0.5) * width * pose.pitch, (row - 0.5) * height * pose.pitch)
        middle = point(0.0, _FOREARM_TO_PALM * self.size) - turned(target, -tilt)
        canvas = _canvas(attenuation.shape, pose.pitch, middle=middle, tilt=tilt)
        paint(canvas, draw_arm(np.random.default_rng(self.seed), self.size))
        paint(canvas, self.bangles)
        attenuation += canvas.attenuation()


def sample_other_leg(random: np.random.Generator, pose: Pose) -> OtherLeg:
    """Draw where the other leg is: some of it at the film's left or right edge."""
    half = pose.pitch * pose.width / 2
    axis = float(pose.to_film(np.array([pose.centre[0]]), np.array([0.0]))[1][0] - pose.width / 2) * pose.pitch
    edge = side(random)
    return OtherLeg(
        beside=edge * max(half + within(random, (-25.0, 50.0)) - edge * axis, 95.0),
        higher=float(random.normal(0, 40)),
        tilt=float(random.normal(0, 0.12)),
        size=within(random, (0.85, 1.05)),
        seed=seed(random),
    )


def sample_holding(random: np.random.Generator) -> Holding:
    """Draw a hand that holds the knee's or the foot's end."""
    from_left = chance(random, 0.5)
    at_top = chance(random, 0.6)
    return Holding(
        palm=(within(random, (0.02, 0.14) if at_top else (0.85, 0.99)), within(random, (0.3, 0.7))),
        heading=(0.0 if from_left else np.pi) + float(random.normal(0, 0.3)),
        size=within(random, (0.85, 1.0)),
        bangles=sample_bangles(random) if chance(random, 0.4) else (),
        seed=seed(random),
    )


def _canvas(shape: tuple[int, ...], pitch: float, *, middle: Point, tilt: float) -> Canvas:
    return blank((shape[0], shape[1]), pitch=pitch, origin=middle, tilt=tilt)
