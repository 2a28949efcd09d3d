"""How large and how small a film may be; asked of the header before any pixel is decoded."""

MIN_SIDE = 16
"""Pixels."""
MAX_PIXELS = 100_000_000
"""A 43 × 35 cm film at 0.05 mm is 60 megapixels."""
MAX_FILE_BYTES = 1 << 30
MAX_TILES = 4096
"""Tiles of one JPEG 2000 picture: 100 megapixels in tiles of 256 × 256 are 1,600."""


class NotAFilmError(Exception):
    """Say what is wrong with the bytes and the way out; the reader adds the file's name."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}; {remedy}")


def check_size(height: int, width: int) -> None:
    """Refuse a size that no radiograph has.

    Raises NotAFilmError.
    """
    if min(height, width) < MIN_SIDE:
        raise NotAFilmError(
            f"a film must be at least {MIN_SIDE} × {MIN_SIDE} pixels and this one is smaller", "give the original film"
        )
    if height * width > MAX_PIXELS:
        raise NotAFilmError(
            f"a film must have at most {MAX_PIXELS // 1_000_000} megapixels and its header claims more",
            "check that the file is whole and is one radiograph, or export it smaller",
        )
