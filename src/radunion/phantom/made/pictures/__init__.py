"""Pictures that are no radiographs."""

from radunion.phantom.made.pictures.draw import DRAWERS, PictureKind, draw_picture

__all__ = ["DRAWERS", "PictureKind", "draw_picture"]
