"""Made-up films and pictures by kind and seed."""

from typing import Literal, get_args

import numpy as np
from jaxtyping import Float32

from radunion.phantom.made.limb import limb_film
from radunion.phantom.made.pictures import draw_picture
from radunion.phantom.made.torso import torso_film

Kind = Literal["leg", "arm", "torso", "picture"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST = 128  # pixels


def made_film(kind: Kind, seed: int, *, longest: int = LONGEST) -> Float32[np.ndarray, "h w"]:
    """Draw a film or a picture of a kind; the same seed and size give the same one.

    Grey values from 0 to 1, in films bright = dense; the longer side has `longest` pixels. What it shows is no anatomy
    to be scored: it only teaches a network to tell a leg from what is none (outlier exposure, Hendrycks et al. 2019).
    """
    random = np.random.default_rng([KINDS.index(kind) + 1, seed])
    if kind == "torso":
        return torso_film(random, longest)
    if kind == "picture":
        return draw_picture(random, longest)
    return limb_film(random, kind, longest)
