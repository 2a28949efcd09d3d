"""The ten differences claim only what this run did."""

import json
from dataclasses import replace

from tests.test_report_study_samples import a_comparison, a_ledger, a_light_material, a_material, with_runs, words_of

from radunion.report.study.blocks import Prose
from radunion.report.study.differences import differences
from radunion.report.study.material import StudyMaterial
from radunion.report.study.record import study_record
from radunion.report.study.ways import ways_section


def here(material: StudyMaterial, topic: str) -> str:
    return next(one.here for one in differences(material) if one.topic == topic)


def test_differences_claim_only_what_this_run_did() -> None:
    plain = a_material()
    assert "No hold-out was sealed" in here(plain, "The hold-out")
    sealed = replace(plain, sealed=True)
    assert "A sealed hold-out was left out" in here(sealed, "The hold-out")
    assert "did not learn from its patient" in here(plain, "The hold-out")
    film = replace(plain, unit="image")
    assert "did not learn from its patient" not in here(film, "The hold-out")
    assert "deals out films one by one" in here(film, "What is split")
    assert "film-by-film" not in here(plain, "What is split")
    assert "film-by-film" in here(replace(plain, by_image=plain.comparison), "What is split")


def test_differences_name_the_protocols_that_they_hold_of() -> None:
    material = with_runs(a_material(), {"thesis-1"}, plain="thesis-final", settings={"batch": 1600, "shape": "pad"})
    assert "thesis-1 trains with 1,600" in here(material, "The batch size")
    assert "thesis" not in here(a_material(), "The batch size")
    squashed = here(material, "The shape of the film")
    assert "thesis-2@Mixed_7a" in squashed and "thesis-1" not in squashed
    assert here(a_light_material(), "The shape of the film") == "Films keep their aspect ratio."
    assert "stop pair." in here(material, "Which number is reported")
    assert "thesis-2@Mixed_7a" in here(material, "Missing labels") and "pair" not in here(material, "Missing labels")


def test_differences_follow_the_cohort_and_the_baselines() -> None:
    assert here(a_light_material(), "Two scales") == "All labels here are on one scale."
    assert "scale by scale" in here(a_material(), "Two scales")
    assert "contradicts it" in here(a_material(), "View and cortex")
    assert "found nothing" in here(a_material(findings=()), "View and cortex")
    compared = a_comparison({"pair": 0.5}, n=60)
    without = replace(compared, baselines=("blind-visit",))
    assert "did not run" in here(a_light_material(without), "Site, scale and visit")
    assert "blind-view" not in here(a_light_material(without), "What is measured")


def test_the_record_holds_the_same_differences_and_tells_published_from_measured() -> None:
    material = a_material(unit="image")
    seed = study_record(material)["seed_study"]
    assert [one["here"] for one in seed["differences"]] == [one.here for one in differences(material)]
    assert seed["published"]["hold_out"] == {"precision": 0.880, "recall": 0.409, "macro_f1": 0.246}
    assert "hold_out" not in seed["measured"] and len(seed["published"]["table"]) == 8
    text = " ".join(
        words_of(block.text) for block in ways_section(material, a_ledger(material)).blocks if isinstance(block, Prose)
    )
    assert "as would be if most of what it calls is the view" in text and "our inference" in text
    json.dumps(seed)
