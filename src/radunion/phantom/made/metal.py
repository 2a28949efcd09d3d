"""Metal bars, a strip of lead and plaster by the mm of them on a ray."""

from dataclasses import dataclass

import numpy as np

from radunion.phantom.made.canvas import MARGIN, Canvas, Shape
from radunion.phantom.made.plane import Point


@dataclass(frozen=True)
class Bar(Shape):
    """A round metal bar; lengths in mm."""

    start: Point
    end: Point
    radius: float

    def draw(self, canvas: Canvas) -> None:
        """Add the metal on the rays."""
        line = canvas.line(self.start, self.end, reach=self.radius + MARGIN)
        path = 2 * np.sqrt(np.maximum(np.float32(self.radius * self.radius) - line.off * line.off, 0))
        canvas.metal[line.window] += path * line.between_ends


@dataclass(frozen=True)
class Strip(Shape):
    """A marker down the middle of the sheet, between two exposures on it."""

    thickness: float = 6.0  # mm of metal
    half: int = 1  # pixels to either side of the middle

    def draw(self, canvas: Canvas) -> None:
        """Add the metal on the middle columns."""
        middle = canvas.metal.shape[1] // 2
        canvas.metal[:, middle - self.half : middle + self.half] += self.thickness


@dataclass(frozen=True)
class Cast(Shape):
    """Plaster around all flesh drawn before it; seen on edge it is thick, seen from the front thin."""

    width: float  # mm that it stands out
    thickness: float  # mm on a ray along its edge
    front: float = 0.35  # of the thickness where it lies over flesh

    def draw(self, canvas: Canvas) -> None:
        """Add the plaster to the flesh on the rays."""
        from scipy.ndimage import gaussian_filter

        inside = (canvas.flesh > 0).astype(np.float32)
        near = gaussian_filter(inside, max(1, self.width / canvas.pitch))
        rim = np.clip(near * 2.2, 0, 1) * (1 - inside) + self.front * inside
        canvas.flesh[:] += np.float32(self.thickness) * rim
