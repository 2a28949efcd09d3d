"""Write what was measured of heat-maps as a page that needs no other file, and its numbers beside it."""

from dataclasses import dataclass
from pathlib import Path

from radunion import NOTICE
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.report.heatmaps.section import heatmap_section
from radunion.report.study.export import write_figures, write_tables
from radunion.report.write import environment


@dataclass(frozen=True)
class _Page:
    title: str
    notice: str
    simulated: bool


def write_heatmap_report(out: Path, quality: HeatmapQuality) -> Path:
    """Write heatmaps.html, heatmaps.json, tables and figures into the folder `out`; return the path of the page.

    The page shows small pictures of films.
    """
    section = heatmap_section(quality)
    out.mkdir(parents=True, exist_ok=True)
    quality.write(out)
    write_tables(out / "tables", (section,))
    drawn = write_figures(out / "figures", (section,))
    page = _Page(section.title, f"For {NOTICE}.", quality.simulated)
    text = environment().get_template("study.html").render(material=page, sections=(section,), drawn=drawn)
    path = out / "heatmaps.html"
    path.write_text(text, encoding="utf-8")
    return path
