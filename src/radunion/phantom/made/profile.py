"""How a bone's or a limb's radius changes along it."""

from functools import cache

import numpy as np
from jaxtyping import Float

Profile = tuple[tuple[float, float], ...]  # places from 0 (start) to 1 (end) and the radius there


def scaled(profile: Profile, *factors: float) -> Profile:
    """Return a profile with its radii times factors."""
    for factor in factors:
        profile = tuple((place, radius * factor) for place, radius in profile)
    return profile


def widest(profile: Profile) -> float:
    """Return a profile's greatest radius."""
    return max(radius for _, radius in profile)


def radii(profile: Profile, count: int) -> Float[np.ndarray, " n"]:
    """Return a profile's radii at evenly spaced places."""
    places, widths = np.array(profile, np.float64).T
    return np.interp(evenly(count), places, widths)


@cache
def evenly(count: int) -> Float[np.ndarray, " n"]:
    """Return evenly spaced places from 0 to 1, not to be written to."""
    places = np.linspace(0, 1, count)
    places.flags.writeable = False
    return places
