"""Made-up radiographs of legs and of what is no leg, and pictures that are no radiographs.

Coarse sketches by the path of straight rays through tubes and ellipsoids. They are no anatomy to be scored and carry no
label: a small network learns from them to tell a film of a leg from everything else (outlier exposure, Hendrycks et al.
2019).
"""

from radunion.phantom.made.films import KINDS, Kind, made_film

__all__ = ["KINDS", "Kind", "made_film"]
