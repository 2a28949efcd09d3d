"""Images made smaller and larger, and blurred widely at little cost."""

import numpy as np
from jaxtyping import Float32


def resized(
    image: Float32[np.ndarray, "_ _"], height: int, width: int, *, smooth: bool = True
) -> Float32[np.ndarray, "{height} {width}"]:
    """Return an image at another size; antialiased where it gets smaller, bicubic or bilinear where larger."""
    from PIL import Image

    way = Image.Resampling.BICUBIC if smooth else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(image).resize((width, height), way))


def broad(image: Float32[np.ndarray, "h w"], sigma: float) -> Float32[np.ndarray, "h w"]:
    """Return a wide blur of `sigma` pixels, made on a smaller copy."""
    from scipy.ndimage import gaussian_filter

    height, width = image.shape
    step = max(int(sigma // 3), 1)
    small = resized(image, max(height // step, 1), max(width // step, 1), smooth=False)
    return resized(gaussian_filter(small, sigma / step), height, width, smooth=False)
