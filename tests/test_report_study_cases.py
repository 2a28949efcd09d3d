"""The worst cases, with their films or the reason why these are left out."""

from dataclasses import replace

import pytest
from tests.test_report_study_samples import a_material, a_picture

from radunion.errors import UsageError
from radunion.report.study.cases import LARGEST, cases_section


def test_worst_cases_show_films_and_say_when_they_are_left_out() -> None:
    material = a_material()
    section = cases_section(material)
    assert section is not None
    first, _, third = section.blocks[0].cases  # type: ignore[union-attr]
    assert [alt for alt, _ in first.films] == [
        "AP film, examination at line 12",
        "Lateral film, examination at line 12",
    ]
    assert len(third.films) == 1
    heavy = a_picture() + b"0" * LARGEST
    section = cases_section(replace(material, worst=(replace(material.worst[0], ap=heavy), material.worst[1])))
    assert section is not None
    left_out, kept = section.blocks[0].cases  # type: ignore[union-attr]
    assert left_out.films == () and "left out" in left_out.without
    assert len(kept.films) == 2 and not kept.without
    bare = replace(material.worst[0], ap=None, lateral=None)
    section = cases_section(replace(material, worst=(bare,)))
    assert section is not None and section.blocks[0].cases[0].without == "No film is shown."  # type: ignore[union-attr]
    assert cases_section(replace(material, worst=())) is None


def test_a_film_that_is_no_png_is_refused() -> None:
    material = a_material()
    with pytest.raises(UsageError, match="small picture of a film must be PNG"):
        cases_section(replace(material, worst=(replace(material.worst[0], ap=b"GIF89a"),)))
