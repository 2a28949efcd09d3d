"""What a department burns into its films: the side, the part, a badge, a scale. No names, no numbers of patients."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import chance, seed, within
from radunion.phantom.pose import Pose
from radunion.phantom.scene.lettering import stacked, window
from radunion.phantom.scene.marker import place_beside
from radunion.phantom.scene.thing import OnFilm, Side

Word = Literal["ANKLE", "KNEE", "LEG", "TIBIA", "TIB/FIB", "Leg AP", "Leg LAT", "Leg B/V", "AP", "LAT", "SUPINE", ""]
_AP: tuple[Word, ...] = ("ANKLE", "KNEE", "LEG", "TIBIA", "TIB/FIB", "Leg AP", "Leg B/V", "AP", "SUPINE", "")
_LATERAL: tuple[Word, ...] = ("ANKLE", "KNEE", "LEG", "TIBIA", "TIB/FIB", "Leg LAT", "Leg B/V", "LAT", "")


@dataclass(frozen=True)
class Caption(OnFilm):
    """Burnt-in letters."""

    lines: tuple[str, ...]
    place: tuple[float, float]  # row and column of their middle, in shares of the film
    height: int  # pixels of the first line
    grey: float
    backed: bool  # on a black box

    def draw(self, film: Float32[np.ndarray, "h w"]) -> None:
        """Write the letters in place."""
        cover = stacked(self.lines, self.height)
        if self.backed:
            cover = np.pad(cover, 2)
        on_film, of_cover = window(film.shape, self.place, cover.shape)
        under = np.float32(0) if self.backed else film[on_film]
        film[on_film] = under * (1 - cover[of_cover]) + np.float32(self.grey) * cover[of_cover]


@dataclass(frozen=True)
class Badge(OnFilm):
    """A white square with a mark in it, as clinics burn in."""

    place: tuple[float, float]
    edge: int  # pixels
    seed: int

    def draw(self, film: Float32[np.ndarray, "h w"]) -> None:
        """Stamp the badge in place."""
        from PIL import Image, ImageDraw

        random = np.random.default_rng(self.seed)
        sheet = Image.new("L", (self.edge, self.edge), 0)
        draw = ImageDraw.Draw(sheet)
        draw.rounded_rectangle((0, 0, self.edge - 1, self.edge - 1), radius=self.edge // 6, fill=255)
        inner = self.edge // 8
        corners = random.integers(inner, self.edge - inner, (5, 2))
        draw.polygon([(int(x), int(y)) for x, y in corners], fill=0)
        draw.line((inner, self.edge - inner, self.edge - inner, self.edge - inner), fill=60, width=2)
        stamp = np.asarray(sheet, dtype=np.float32) / 255
        on_film, of_stamp = window(film.shape, self.place, stamp.shape)
        film[on_film] = stamp[of_stamp]


@dataclass(frozen=True)
class ScaleBar(OnFilm):
    """Ticks of a centimetre along one edge."""

    column: int  # pixels from the edge
    apart: float  # pixels between two ticks
    right: bool
    ticks: int
    grey: float

    def draw(self, film: Float32[np.ndarray, "h w"]) -> None:
        """Draw ticks one centimetre apart in place, in the middle of the edge."""
        height = film.shape[0]
        rows = height / 2 + (np.arange(self.ticks) - (self.ticks - 1) / 2) * self.apart
        inside = np.unique(np.round(rows[(rows > 2) & (rows < height - 3)]).astype(int))
        if not len(inside):
            return
        view = film[:, ::-1] if self.right else film
        for number, row in enumerate(inside):
            view[row, self.column : self.column + (9 if number % 5 == 0 else 5)] = self.grey
        view[inside[0] : inside[-1] + 1, self.column] = self.grey


def sample_caption(random: np.random.Generator, pose: Pose, side: Side) -> Caption:
    """Draw burnt-in letters that are true of the film: its side, and a part or a view that fits."""
    words = _AP if pose.view == "ap" else _LATERAL
    word = words[int(random.integers(len(words)))]
    letter = ("L" if side == "left" else "R",)
    return Caption(
        lines=(*letter, word) if word else letter,
        place=place_beside(random, pose),
        height=int(random.integers(8, 15)),
        grey=within(random, (0.75, 1.0)),
        backed=chance(random, 0.5),
    )


def sample_badge(random: np.random.Generator, pose: Pose) -> Badge:
    """Draw where a badge is."""
    return Badge(place_beside(random, pose), int(random.integers(18, 40)), seed(random))


def sample_scale_bar(random: np.random.Generator, pose: Pose) -> ScaleBar:
    """Draw a scale bar."""
    return ScaleBar(
        column=int(random.integers(3, 14)),
        apart=10.0 / pose.pitch,
        right=chance(random, 0.6),
        ticks=int(random.integers(5, 21)),
        grey=within(random, (0.6, 1.0)),
    )
