"""Heat-maps in the report of a study: protocols side by side, refused ones called so, files of their own."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.test_explain_samples import a_quality
from tests.test_report_study_samples import a_material

from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.evaluation.heatmaps.sanity import sanity
from radunion.report.study.blocks import Grid, More
from radunion.report.study.heatmaps import heatmaps_section
from radunion.report.study.material import StudyMaterial
from radunion.report.study.write import write_study_report


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[HeatmapQuality, ...]:
    good = a_quality(tmp_path_factory.mktemp("films"))
    bare = a_quality(tmp_path_factory.mktemp("fewer"), count=2, random=False)
    refused = replace(good, sanity=sanity([0.9]), way="grad-cam")
    return (
        bare.named("forest", key="heatmaps-forest-occlusion"),
        good.named("pair", key="heatmaps-pair-evidence"),
        refused.named("lenet", key="heatmaps-lenet-grad-cam"),
    )


@pytest.fixture
def material(two: tuple[HeatmapQuality, ...]) -> StudyMaterial:
    return replace(a_material(), heatmaps=two)


def test_protocols_stand_side_by_side_below_what_needs_no_model(material: StudyMaterial) -> None:
    section = heatmaps_section(material)
    assert section is not None
    grid = next(block for block in section.blocks if isinstance(block, Grid))
    assert [line.head for line in grid.lines[-3:]] == ["forest, evidence", "pair, evidence", "lenet, grad cam"]
    assert {line.kind for line in grid.lines[:-3]} == {"blind"}
    films, pointing, sane = ([line.cells[place].text for line in grid.lines] for place in (0, 1, -1))
    assert films[-3:] == ["4", "12", "12"]
    assert films[0] == "12"
    assert pointing[-2] == "100 %"
    assert sane[-3] == "–"
    assert sane[-2].endswith("passes")
    assert sane[-1] == "0.90, REFUSED"
    folded = [block.summary for block in section.blocks if isinstance(block, More)]
    assert folded[-1] == "lenet: maps by grad-cam (refused: the maps survive random weights)"


@pytest.mark.slow
def test_the_page_has_them_and_files_of_an_earlier_one_go(material: StudyMaterial, tmp_path: Path) -> None:
    page = write_study_report(tmp_path, material).read_text()
    assert 'id="heatmaps"' in page
    names = [one.file for one in material.heatmaps]
    assert sorted(one.name for one in tmp_path.glob("heatmaps-*.json")) == sorted(names)
    assert (tmp_path / "tables" / "heatmaps-pair-evidence-pointing.csv").is_file()
    write_study_report(tmp_path, replace(material, heatmaps=material.heatmaps[:1]))
    assert [one.name for one in tmp_path.glob("heatmaps-*.json")] == names[:1]


def test_without_marked_films_there_is_no_section() -> None:
    assert heatmaps_section(a_material()) is None
