"""The record of a study holds no picture and is valid JSON."""

import json
from dataclasses import replace

import pytest
from tests.test_report_study_samples import a_material

from radunion.report.study.record import study_record


def test_record_holds_no_picture_and_no_number_that_json_lacks() -> None:
    material = a_material()
    broken = replace(material.history[0], held_loss=float("nan"))
    record = study_record(replace(material, history=(broken,)))
    assert record["history"][0]["held_loss"] is None
    assert set(record["worst"][0]) == {"protocol", "line", "scale", "reference", "predicted", "cortices", "fixation"}
    assert record["gaps"][1]["gap"] == pytest.approx(0.1)
    assert len(record["seed_study"]["differences"]) == 10
    json.dumps(record, allow_nan=False)
