"""The lead letter that tells the side, laid on the plate beside the leg."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import Range, chance, within
from radunion.phantom.pose import Pose
from radunion.phantom.scene.lettering import lettered, turned, window
from radunion.phantom.scene.thing import InBeam, Side

Frame = Literal["none", "box", "disc"]
_FRAMES: tuple[Frame, ...] = ("none", "box", "disc")
_BESIDE: Range = (62.0, 105.0)  # mm from the bone's axis
_EDGE = 0.05  # of the film: no marker's middle lies nearer to its edge


@dataclass(frozen=True)
class Marker(InBeam):
    """One lead letter."""

    letter: str
    place: tuple[float, float]  # row and column of its middle, in shares of the film
    height: float  # mm
    angle: float  # rad
    frame: Frame
    flipped: bool  # the plate was read from behind
    lead: float  # mu times path

    def lay(self, attenuation: Float32[np.ndarray, "h w"], pose: Pose) -> None:
        """Add the lead's attenuation in place."""
        cover = turned(_shape(self, max(round(self.height / pose.pitch), 6)), self.angle)
        on_film, of_cover = window(attenuation.shape, self.place, cover.shape)
        attenuation[on_film] += np.float32(self.lead) * cover[of_cover]


def sample_marker(random: np.random.Generator, pose: Pose, side: Side) -> Marker:
    """Draw a marker that lies beside the leg, upright or aslant."""
    return Marker(
        letter="L" if side == "left" else "R",
        place=place_beside(random, pose),
        height=within(random, (8.0, 17.0)),
        angle=within(random, (-0.3, 0.3))
        + (float(random.choice((-1, 1, 2))) * np.pi / 2 if chance(random, 0.2) else 0),
        frame=_FRAMES[int(random.choice(3, p=(0.5, 0.3, 0.2)))],
        flipped=chance(random, 0.04),
        lead=within(random, (1.5, 7.5)),
    )


def place_beside(random: np.random.Generator, pose: Pose) -> tuple[float, float]:
    """Draw a place beside the leg's axis, in shares of the film."""
    beside = within(random, _BESIDE) * random.choice((-1, 1))
    z = pose.centre[0] + pose.pitch * pose.height * within(random, (-0.42, 0.42))
    row, column = pose.to_film(np.array([z]), np.array([beside]))
    shares = np.clip([row[0] / pose.height, column[0] / pose.width], _EDGE, 1 - _EDGE)
    return float(shares[0]), float(shares[1])


def _shape(marker: Marker, height: int) -> Float32[np.ndarray, "h w"]:
    letter = lettered(marker.letter, height)
    if marker.flipped:
        letter = letter[:, ::-1]
    if marker.frame == "none":
        return np.ascontiguousarray(letter)
    edge = round(height * 1.8)
    sheet = _ring(edge) if marker.frame == "disc" else _box(edge)
    top, left = (edge - letter.shape[0]) // 2, (edge - letter.shape[1]) // 2
    sheet[top : top + letter.shape[0], left : left + letter.shape[1]] += letter
    return np.minimum(sheet, 1)


def _ring(edge: int) -> Float32[np.ndarray, "n n"]:
    places = np.arange(edge, dtype=np.float32) - (edge - 1) / 2
    radius = np.hypot(places[:, None], places[None])
    return np.clip(edge * 0.045 + 0.5 - np.abs(radius - edge * 0.44), 0, 1).astype(np.float32)


def _box(edge: int) -> Float32[np.ndarray, "n n"]:
    places = np.abs(np.arange(edge, dtype=np.float32) - (edge - 1) / 2)
    reach = np.maximum(places[:, None], places[None])
    return np.clip(edge * 0.045 + 0.5 - np.abs(reach - edge * 0.44), 0, 1).astype(np.float32)
