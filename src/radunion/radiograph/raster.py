"""Read PNG, JPEG, TIFF, BMP and WebP pictures of films, 1 to 16 bits, whatever their palette, alpha or turn."""

from contextlib import nullcontext
from io import BytesIO

import numpy as np
from jaxtyping import Float32, Integer
from PIL import Image, ImageOps

from radunion.radiograph.limits import NotAFilmError, check_size
from radunion.radiograph.picture import Picture
from radunion.radiograph.silence import native_quiet
from radunion.radiograph.warning import WarningCode

_SIGNATURES = {
    b"\x89PNG\r\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"BM": "BMP",
}
_TIFF_BITS, _TIFF_PHOTOMETRIC, _EXIF_ORIENTATION = 258, 262, 274
_MIN_IS_WHITE = 0
_LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""ITU-R BT.601."""
_COLOUR = 0.05
"""Mean distance between channels above which a picture is in colour; JPEG noise in grey films stays below 0.01."""
_STRIP_ROWS = 256
"""A multiple of four, the step between the pixels that the mean distance is taken of."""


def raster_format(content: bytes) -> str | None:
    """Return the name of the picture format that a file starts as, None when it is no picture that is read here."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return next((name for signature, name in _SIGNATURES.items() if content.startswith(signature)), None)


def read_raster(content: bytes) -> Picture:
    """Decode a picture into grey pixels in [0, 1].

    Raises NotAFilmError.
    """
    with native_quiet() if raster_format(content) == "TIFF" else nullcontext():  # libtiff prints
        image = _open(content)
        try:
            image.load()
        except Exception:  # whatever a decoder raises; its words may hold a patient's data
            raise NotAFilmError("the picture is damaged or cut short", "copy or export it again") from None
    image, codes = _turned(image)
    pixels, colour = _grey(image)
    return Picture(np.clip(pixels, 0.0, 1.0), (*codes, *(("RF203",) if colour else ())))


def _open(content: bytes) -> Image.Image:
    try:
        image = Image.open(BytesIO(content), formats=[raster_format(content) or ""])
    except Image.DecompressionBombError:
        check_size(1 << 16, 1 << 16)
        raise
    except Exception:  # whatever a decoder raises; its words may hold a patient's data
        raise NotAFilmError("the picture's header is damaged", "copy or export it again") from None
    check_size(image.height, image.width)
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:  # a phone's MPO holds a preview beside the picture
        raise NotAFilmError("a film must be one picture and the file holds several", "export the film alone")
    return image


def _turned(image: Image.Image) -> tuple[Image.Image, tuple[WarningCode, ...]]:
    try:
        if image.getexif().get(_EXIF_ORIENTATION, 1) in range(2, 9):
            return ImageOps.exif_transpose(image), ()
    except Exception:  # whatever a decoder raises; its words may hold a patient's data
        return image, ("RF211",)
    return image, ()


def _grey(image: Image.Image) -> tuple[Float32[np.ndarray, "h w"], bool]:
    """Return grey pixels in [0, 1] and whether the picture was in colour."""
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"), dtype=np.float32) / np.float32(255), False
    if image.mode.startswith(("I", "F")):
        return _deep(image), False
    return _from_colour(image)


def _deep(image: Image.Image) -> Float32[np.ndarray, "h w"]:
    """Scale pixels of more than 8 bits: by their depth where it is known, else from their least to their greatest."""
    values = np.asarray(image).astype(np.float32)
    bits = _tiff_tag(image, _TIFF_BITS) or (16 if image.mode.startswith("I;16") else 0)
    known_depth = 8 < bits <= 16 and values.min() >= 0
    pixels = values / np.float32(2**bits - 1) if known_depth else _stretched(values)
    return 1 - pixels if _tiff_tag(image, _TIFF_PHOTOMETRIC) == _MIN_IS_WHITE else pixels


def _tiff_tag(image: Image.Image, tag: int) -> int | None:
    value = getattr(image, "tag_v2", {}).get(tag)
    return value[0] if isinstance(value, tuple) else value


def _stretched(values: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    known = np.isfinite(values)
    if not known.any():
        raise NotAFilmError("the picture holds no finite value", "export it as 8 or 16 bit")
    low, high = values[known].min(), values[known].max()
    if not high > low:
        return np.zeros_like(values)
    return np.where(known, (values - low) / (high - low), 0).astype(np.float32)


def _from_colour(image: Image.Image) -> tuple[Float32[np.ndarray, "h w"], bool]:
    """Turn palette, colour and alpha to grey; what is transparent is dark."""
    greys, spreads = [], []
    for rows in _strips(image.height):
        strip = np.asarray(image.crop((0, rows.start, image.width, rows.stop)).convert("RGBA"))
        grey, spread = _grey_strip(strip[..., :3], 255)
        greys.append(grey * (strip[..., 3] / np.float32(255)))
        spreads.append(spread)
    return np.concatenate(greys), float(np.concatenate(spreads).mean()) > _COLOUR


def grey_of_rgb(rgb: Integer[np.ndarray, "h w 3"], *, top: int) -> tuple[Float32[np.ndarray, "h w"], bool]:
    """Return the luminance of red, green and blue in 0 … top as [0, 1], and whether it is a colour picture."""
    strips = [_grey_strip(rgb[rows], top) for rows in _strips(len(rgb))]
    spread = np.concatenate([spread for _, spread in strips])
    return np.concatenate([grey for grey, _ in strips]), float(spread.mean()) > _COLOUR


def _strips(height: int) -> list[slice]:
    """Cut the rows into strips: whole, a large film in colour would take several GiB."""
    return [slice(top, min(top + _STRIP_ROWS, height)) for top in range(0, height, _STRIP_ROWS)]


def _grey_strip(
    rgb: Integer[np.ndarray, "h w 3"], top: int
) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, " n"]]:
    """Return the luminance in [0, 1], and how far the channels lie apart in every fourth pixel of every fourth row."""
    shares = rgb.astype(np.float32) / np.float32(top)
    return shares @ _LUMINANCE, np.ptp(shares[::4, ::4], axis=2).ravel()
