"""The report's section on heat-maps: how good they are, what the score rests on, and the maps themselves."""

from radunion.report.heatmaps.section import heatmap_section

__all__ = ["heatmap_section"]
