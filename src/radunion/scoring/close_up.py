"""A film in a picture: whole, and close up where the model looked, each cortex outlined and lettered.

Outlines are white on black, so that they can be told on any film and in grey print; the colour only adds to them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32
from PIL import Image

from radunion.scale import Cortex
from radunion.scoring.evidence import EvidenceMap

MOST_PIXELS = 1200
"""Longer side of a film before it is drawn: a film of 60 megapixels needs no more here."""
LETTERS: dict[Cortex, str] = {"medial": "M", "lateral": "L", "anterior": "A", "posterior": "P"}
OUTLINE = 0.5
"""The outline holds all that counts at least this part of what counts most."""
_HEIGHT = 0.2
"""Height of the close-up as a part of the film's longer side."""
_COLOUR, _SOLID = "inferno", 0.45
_HALO = 2.2
_CRUMB = 0.25
"""An outline with less than this part of the largest one's area has no letter of its own."""
_LETTER = 0.1
"""Height and width of a letter, and its distance, as a part of the close-up's height."""

Window = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels of the film as drawn."""
Beside = Literal["left", "right"]
Maps = Mapping[Cortex, Float32[np.ndarray, "h w"]]


def small(pixels: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "height width"]:
    """Shrink a film to what can be seen in a picture."""
    shrink = max(pixels.shape) / MOST_PIXELS
    if shrink <= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] / shrink)), max(1, round(pixels.shape[0] / shrink)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX), dtype=np.float32)


def maps_on(film: Float32[np.ndarray, "h w"], evidence: Mapping[Cortex, EvidenceMap]) -> Maps:
    """Return the maps over a film as it is drawn, those that are not empty."""
    maps = {cortex: one.on_film((film.shape[0], film.shape[1])) for cortex, one in evidence.items()}
    return {cortex: heat for cortex, heat in maps.items() if heat.any()}


def window_of(maps: Maps, film_shape: tuple[int, int], *, aspect: float) -> Window | None:
    """Return the part of the film that shows all peaks in its middle, `aspect` times as wide as high; None without.

    It grows where peaks are far apart, and is moved rather than cut at the film's edge.
    """
    if not maps:
        return None
    peaks = np.array([np.unravel_index(int(heat.argmax()), heat.shape) for heat in maps.values()], dtype=np.float64)
    spread = np.ptp(peaks, axis=0)
    height = max(_HEIGHT * max(film_shape), 1.6 * spread[0], 1.6 * spread[1] / aspect)
    sides = np.minimum([height, height * aspect], film_shape)
    first = np.clip(peaks.mean(axis=0) + 0.5 - sides / 2, 0, film_shape - sides)
    return float(first[1]), float(first[0]), float(first[1] + sides[1]), float(first[0] + sides[0])


def draw_whole(axes: Any, film: Float32[np.ndarray, "h w"], window: Window | None) -> None:
    """Draw the whole film, with a frame around what is shown close up."""
    from matplotlib.patches import Rectangle

    axes.imshow(film, cmap="gray", vmin=0, vmax=1, aspect="equal")
    axes.set_anchor("N")
    if window is None:
        return
    left, top, right, bottom = window
    for width, colour in ((3.4, "black"), (1.4, "white")):
        axes.add_patch(
            Rectangle((left, top), right - left, bottom - top, fill=False, linewidth=width, edgecolor=colour)
        )


def draw_close_up(axes: Any, film: Float32[np.ndarray, "h w"], maps: Maps, window: Window) -> None:
    """Draw a part of the film with the maps over it."""
    left, top, right, bottom = window
    axes.imshow(film, cmap="gray", vmin=0, vmax=1, aspect="equal", interpolation="bilinear")
    heat = np.max(list(maps.values()), axis=0)
    axes.imshow(heat, cmap=_COLOUR, vmin=0, vmax=1, alpha=np.clip(heat, 0, 1) * _SOLID, aspect="equal")
    for cortex, one in maps.items():
        _outline(axes, one)
        for outer, row, side in places_of_letter(one, window):
            _write(axes, LETTERS[cortex], outer, row, side)
    axes.set(xlim=(left - 0.5, right - 0.5), ylim=(bottom - 0.5, top - 0.5))


def _outline(axes: Any, heat: Float32[np.ndarray, "h w"]) -> None:
    for width, colour in ((3.6, "black"), (1.5, "white")):
        axes.contour(heat, levels=[OUTLINE], colors=colour, linewidths=width)


def places_of_letter(heat: Float32[np.ndarray, "h w"], window: Window) -> Iterator[tuple[int, float, Beside]]:
    """Yield a column, a row and the side of it for each outline in the window that is no crumb of the largest.

    Letters stand beside an outline, away from the middle of the window, and wholly inside of it.
    """
    from scipy.ndimage import label

    left, top, right, bottom = (round(edge) for edge in window)
    shown = np.zeros(heat.shape, dtype=bool)
    shown[top:bottom, left:right] = heat[top:bottom, left:right] >= OUTLINE
    parts, count = label(shown)
    sizes = np.bincount(parts.ravel(), minlength=count + 1)[1:]
    room = _LETTER * (bottom - top)
    for part in np.flatnonzero(sizes >= _CRUMB * sizes.max(initial=0)) + 1:
        rows, columns = np.nonzero(parts == part)
        row = rows[np.abs(rows - rows.mean()).argmin()]
        first, last = columns[rows == row].min(), columns[rows == row].max()
        on_left = first - left >= room if columns.mean() < (left + right) / 2 else right - last < room
        height = float(np.clip(row, top + room / 2, bottom - room / 2))
        yield int(first if on_left else last), height, "left" if on_left else "right"


def _write(axes: Any, letter: str, column: int, row: float, side: Beside) -> None:
    from matplotlib.patheffects import withStroke

    axes.annotate(
        letter, (column, row), xytext=(-6 if side == "left" else 6, 0), textcoords="offset points",
        ha="right" if side == "left" else "left", va="center", fontsize=19, fontweight="bold", color="white",
        family="DejaVu Sans", path_effects=[withStroke(linewidth=_HALO * 1.6, foreground="black")],
    )  # fmt: skip
