"""Small pictures of real films for a page: the whole film, and close up where the model looked."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from jaxtyping import Float32

from benchmarks.real_looks import Looked, prepared, read_films
from benchmarks.real_maps import maps_of, view_of_side
from benchmarks.real_transforms import Act, as_filed
from radunion.explain.subject import VIEWS
from radunion.scale import CORTICES_ON
from radunion.scoring import Bundle, infer_prepared
from radunion.scoring.close_up import Maps, Window, draw_close_up, draw_whole, maps_on, small, window_of

Pictures = tuple[tuple[str, str], ...]
"""What each picture shows, and the picture as a data address."""
Shower = Callable[..., Pictures]
_WIDTH, _DPI, _QUALITY = 340, 100, 82
_ASPECT = 0.82
"""Width of a close-up over its height."""
_PERCENTILES = (0.5, 99.5)
CAPTION = (
    "Pictures: left the whole film, right close up what lies in its frame. Dashed: a radiologist’s box. Solid "
    "outlines: where the model looked for each cortex (M medial, L lateral, A anterior, P posterior)."
)


def shower(bundle: Bundle) -> Shower:
    """Return how films of an examination are shown with the maps of a model."""

    def show(looked: Looked, *, sides: Sequence[int] = (0, 1), act: Act = as_filed) -> Pictures:
        pair = prepared(read_films(looked.examination), bundle.preprocessing, act=act)
        inferred = infer_prepared(bundle, *pair.inputs(), pair.present[0][None], evidence=True)
        maps = maps_of(inferred, 0, pair)
        pictures: list[tuple[str, str]] = []
        for side in sides:
            film, marked = pair.films[side], looked.examination.marked.films[side]
            if film is None or marked is None:
                continue
            pixels = _stretched(small(film.radiograph.pixels))
            there = maps_on(pixels, {cortex: maps[cortex] for cortex in CORTICES_ON[VIEWS[side]] if cortex in maps})
            scale = pixels.shape[0] / film.radiograph.pixels.shape[0]
            boxes = [tuple(scale * edge for edge in box) for box in marked.fracture if act is as_filed]
            pictures += _both(f"{view_of_side(side)} film", pixels, there, boxes)
        return tuple(pictures)

    return show


def _both(name: str, pixels: Float32[np.ndarray, "h w"], maps: Maps, boxes: Sequence[tuple[float, ...]]) -> Pictures:
    window = window_of(maps, (pixels.shape[0], pixels.shape[1]), aspect=_ASPECT)
    whole = _drawn(pixels.shape[1] / pixels.shape[0], lambda axes: draw_whole(axes, pixels, window), boxes)
    if window is None:
        return ((f"{name}, whole", whole),)
    return (f"{name}, whole", whole), (f"{name}, close up", _near(pixels, maps, window, boxes))


def _near(pixels: Float32[np.ndarray, "h w"], maps: Maps, window: Window, boxes: Sequence[tuple[float, ...]]) -> str:
    aspect = (window[2] - window[0]) / (window[3] - window[1])
    return _drawn(aspect, lambda axes: draw_close_up(axes, pixels, maps, window), boxes)


def _drawn(aspect: float, draw: Callable[[Any], None], boxes: Sequence[tuple[float, ...]]) -> str:
    """Draw on axes that fill a picture of a width over height, with boxes over it; return its data address."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    figure = Figure(figsize=(_WIDTH / _DPI, _WIDTH / _DPI / aspect), dpi=_DPI, facecolor="black")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    draw(axes)
    for left, top, right, bottom in boxes:
        for style, colour in (("solid", "black"), ((0, (4, 3)), "white")):
            axes.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, ls=style, ec=colour, lw=1.6))
    stream = BytesIO()
    canvas.print_figure(stream, format="jpeg", pil_kwargs={"quality": _QUALITY})
    return f"data:image/jpeg;base64,{b64encode(stream.getvalue()).decode()}"


def _stretched(pixels: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    low, high = np.percentile(pixels, _PERCENTILES)
    return np.clip((pixels - low) / max(float(high - low), 1e-6), 0, 1).astype(np.float32)
