"""The part of a plaster about the foot: along the heel and the sole, and over the instep. Lengths in mm.

Lines as in `foot`: the middle of the ankle's joint at 0, y downwards, x towards the toes from the side.
"""

import numpy as np
from jaxtyping import Float, Float32

from radunion.phantom.anatomy import soft_tissue
from radunion.phantom.fixation.kinds import Plaster
from radunion.phantom.fixation.texture import Texture
from radunion.phantom.leg import Leg
from radunion.phantom.outline import Frame
from radunion.phantom.pose import Pose
from radunion.phantom.solids import Window

Film = Float32[np.ndarray, "h w"]
Line = Float[np.ndarray, "_ 2"]

_SOLE = np.array([
    (-58, 24), (-70, 44), (-73, 66), (-64, 86), (-42, 92), (0, 88), (50, 86), (100, 84), (150, 87), (200, 90),
], dtype=np.float64)  # fmt: skip
_INSTEP = np.array([(30, -24), (40, -10), (64, 1), (102, 18), (142, 36), (180, 50), (200, 58)], dtype=np.float64)
_BROAD = {"lateral": 36.0, "ap": 28.0}  # mm of a band along the ray
_APART = 3.0  # mm between the points of a line
_NEAR = 25.0  # mm above the ankle, below which a film shows some of it
FADE = 14.0  # mm over which the leg's shell gives way to the foot's part
_FINE = 2  # pixels of the mask in one of the film, each way


def lowest(leg: Leg, pose: Pose) -> float:
    """Return the height down to which the leg's own shell is drawn."""
    return -0.55 * _end_in_front(leg) if pose.view == "ap" else -2.0 * leg.size


def add_boot(path: Film, plaster: Plaster, texture: Texture, leg: Leg, pose: Pose) -> None:
    """Add the foot's part to the mm of plaster on each ray."""
    z, u = pose.to_bone()
    if float(z.min()) > _NEAR * leg.size:
        return
    off, broad = plaster.gap + plaster.thickness / 2, np.float32(_BROAD[pose.view] * leg.size)
    lines = _lines(plaster, leg, pose)
    taken = np.clip(1 - (z - np.float32(lowest(leg, pose))) / np.float32(FADE), 0, 1)
    for line in lines:
        outside = _moved(line, np.full(len(line), off))
        window, share = _filled(_band(outside, plaster, texture), pose)
        path[window] += share * broad * taken[window] * _grain(texture, z[window], u[window])
    if plaster.shape == "circular" and pose.view == "lateral":
        window, share = _filled(np.concatenate(lines), pose)
        walls = np.float32(2 * plaster.thickness) * taken[window]
        path[window] += share * walls * _grain(texture, z[window], u[window])


def _lines(plaster: Plaster, leg: Leg, pose: Pose) -> list[Line]:
    """Return the skin's lines (u, z) that the plaster follows, their outside to the right."""
    if pose.view == "ap":
        return [_placed(_from_front(leg), leg, 0.0)]
    _, depth, offset = (half / leg.size for half in soft_tissue(leg, np.array([14.0]) * leg.size))
    behind = np.stack([offset - depth, [-16.0]], axis=1)
    end, angle = 200 * plaster.toes, leg.droop
    lines = [_placed(np.concatenate([behind, _SOLE[_SOLE[:, 0] <= end]]), leg, angle)]
    if plaster.shape == "circular":
        lines.append(_placed(_INSTEP[_INSTEP[:, 0] <= end], leg, angle)[::-1])
    return lines


def _from_front(leg: Leg) -> Line:
    """Return the foot's outline from the front, from its lateral side below the heel to its medial one."""
    low, wide = _end_in_front(leg) / leg.size, float(soft_tissue(leg, np.zeros(1))[0][0]) / leg.size
    half = np.array(
        [(0.0, low), (30.0, 0.97 * low), (44.0, 0.85 * low), (0.5 * wide + 20, 0.6 * low), (wide, 0.4 * low)]
    )
    return np.concatenate([half[:0:-1] * [-1, 1], half])


def _placed(points: Line, leg: Leg, angle: float) -> Line:
    """Return a line's points (u, z), 3 mm apart or so, that bend at the ankle."""
    from scipy.interpolate import PchipInterpolator

    upright, bent = (Frame(np.array([0.0, 2.0 * leg.size]), leg.size, 1, turn).place(points) for turn in (0.0, angle))
    x, y = points.T
    share = np.clip(np.maximum((y + 2) / 30, (x - 20) / 50), 0, 1)[:, None]
    placed = upright + share * (bent - upright)
    run = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(placed, axis=0), axis=1))])
    return PchipInterpolator(run, placed * [1, -1])(np.arange(0, run[-1], _APART))


def _band(line: Line, plaster: Plaster, texture: Texture) -> Line:
    """Return the outline of a band about a line, as uneven as the plaster."""
    run = _APART * np.arange(len(line))
    return np.concatenate(
        [
            _moved(line, -plaster.thickness / 2 + texture.wave(0, 0, run)),
            _moved(line, plaster.thickness / 2 + texture.wave(1, 1, run))[::-1],
        ]
    )


def _moved(line: Line, off: np.ndarray) -> Line:
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    return line + off[:, None] * np.stack([along[:, 1], -along[:, 0]], axis=1)


def _filled(outline: Line, pose: Pose) -> tuple[Window, Film]:
    """Return an outline's (u, z) window of the film, and which share of each of its pixels lies within."""
    from PIL import Image, ImageDraw

    rows, columns = pose.to_film(outline[:, 1], outline[:, 0])
    top, bottom = (int(np.clip(edge, 0, pose.height)) for edge in (rows.min() - 1, rows.max() + 2))
    left, right = (int(np.clip(edge, 0, pose.width)) for edge in (columns.min() - 1, columns.max() + 2))
    window = slice(top, bottom), slice(left, right)
    if top == bottom or left == right:
        return window, np.zeros((bottom - top, right - left), np.float32)
    mask = Image.new("L", ((right - left) * _FINE, (bottom - top) * _FINE))
    corners = zip((columns - left).tolist(), (rows - top).tolist(), strict=True)
    ImageDraw.Draw(mask).polygon([(x * _FINE, y * _FINE) for x, y in corners], fill=255)
    return window, np.asarray(mask.reduce(_FINE), np.float32) / np.float32(255)


def _grain(texture: Texture, z: Film, u: Film) -> Film:
    return texture.thickness(z, u / np.float32(60))


def _end_in_front(leg: Leg) -> float:
    """Return how far, in mm at full size, the foot reaches below the ankle as `foot` draws it from the front."""
    return (40 + 120 * leg.foot_seen) * leg.size
