"""The look: which signal becomes which grey. Grey from 0 to 1, bright = dense."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from radunion.phantom.draws import Range, chance, within

_LEG = (0.3, 5.0)  # mu times path of what a vendor takes for the limb: no air, no lead, no metal
_STEPS = np.linspace(-1.0, 6.0, 1401)  # of the signal relative to the limb's middle, where the curve is tabulated
_SMALLEST = 200  # sampled pixels of limb that tell its middle


@dataclass(frozen=True)
class LookRanges:
    """Between which bounds looks differ; set by eye on the development films."""

    air: Range = (0.03, 0.155)
    middle: Range = (0.22, 0.4)
    misjudged: float = 0.1  # share of films shown much too dark or too bright
    misjudgement: Range = (0.55, 2.0)
    gamma: Range = (1.2, 2.8)
    straight: Range = (0.35, 1.0)
    knee: Range = (0.45, 0.95)
    cut: float = 0.12  # share of films whose thin flesh is lost in black
    cut_at: Range = (0.1, 0.6)
    top: Range = (0.88, 1.0)


@dataclass(frozen=True)
class Look:
    """One film's look-up curve, hung upon the limb's middle signal."""

    air: float  # grey of the open beam
    middle: float  # grey of the limb's middle signal
    gamma: float  # of the toe
    straight: float  # share of the curve that is a straight line
    knee: float  # grey above which the shoulder bends
    cut: float  # share of the limb's middle signal below which all is as black as air; 0 = nothing is
    top: float  # grey that the shoulder runs into


def sample_look(random: np.random.Generator, ranges: LookRanges) -> Look:
    """Draw one film's look."""
    air, middle = within(random, ranges.air), within(random, ranges.middle)
    if chance(random, ranges.misjudged):
        middle *= within(random, ranges.misjudgement)
    return Look(
        air=air,
        middle=float(np.clip(middle, air + 0.05, 0.8)),
        gamma=within(random, ranges.gamma),
        straight=within(random, ranges.straight),
        knee=within(random, ranges.knee),
        cut=within(random, ranges.cut_at) if chance(random, ranges.cut) else 0.0,
        top=within(random, ranges.top),
    )


def shown(
    signal: Float32[np.ndarray, "h w"], attenuation: Float32[np.ndarray, "h w"], look: Look
) -> Float32[np.ndarray, "h w"]:
    """Return the grey of every pixel; the attenuation tells only where the limb is."""
    air, middle = _anchors(signal, attenuation)
    relative = (signal - np.float32(air)) * np.float32(1 / max(middle - air, 0.05))
    place = (relative - np.float32(_STEPS[0])) * np.float32((len(_STEPS) - 1) / (_STEPS[-1] - _STEPS[0]))
    curve = grey_curve(look).astype(np.float32)
    np.clip(place, 0, len(curve) - 1.001, out=place)
    below = place.astype(np.int32)
    return curve[below] + (place - below.astype(np.float32)) * (curve[below + 1] - curve[below])


def grey_curve(look: Look) -> Float[np.ndarray, " n"]:
    """Return the grey at each step of the signal relative to the limb's middle; it never falls."""
    relative = _STEPS
    if look.cut:
        relative = np.maximum((_STEPS - look.cut) / (1 - look.cut), 0)
    bent = relative * (look.straight + (1 - look.straight) * np.abs(relative) ** (look.gamma - 1))
    grey = look.air + (look.middle - look.air) * bent
    room = max(look.top - look.knee, 0.05)
    shoulder = look.knee + room * (1 - np.exp(-np.maximum(grey - look.knee, 0) / room))
    return np.clip(np.where(grey > look.knee, shoulder, grey), 0, 1)


def _anchors(signal: np.ndarray, attenuation: np.ndarray) -> tuple[float, float]:
    """Return the signal of the open beam and the limb's middle one; 0 and 1 where the film shows no limb."""
    sample, density = signal[::4, ::4], attenuation[::4, ::4]
    limb = sample[(density > _LEG[0]) & (density < _LEG[1])]
    return 0.0, float(np.median(limb)) if len(limb) >= _SMALLEST else 2.0
