"""Rows of heat-maps: shares of hits with the right interval, and paired differences."""

import json
from pathlib import Path

import numpy as np
import pytest

from radunion import NOTICE
from radunion.evaluation.compare import Row
from radunion.evaluation.heatmaps.curves import Curve
from radunion.evaluation.heatmaps.quality import HeatmapQuality, mean_curve
from radunion.evaluation.heatmaps.rows import Observed, Statistic, rows_of, wilson
from radunion.evaluation.heatmaps.sanity import sanity


def an_observation(
    values: list[float], *, name: str = "model", statistic: Statistic = "pointing", each: int = 1
) -> Observed:
    """Return values of maps, `each` of them a patient's."""
    patients = np.array([f"p{row // each}" for row in range(len(values))])
    return Observed(name, statistic, "film", patients, np.array(values, dtype=np.float64))


def only(observed: list[Observed], **settings: str) -> Row:
    (row,) = rows_of(observed, model="model", seed=0, replicates=200, **settings)  # type: ignore[arg-type]
    return row


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_intervals_that_newcombe_printed(hits: int, trials: int, low: float, high: float) -> None:
    assert wilson(hits, trials) == pytest.approx((low, high), abs=5e-5)  # Statistics in Medicine 17, 1998, table I


def test_hits_of_a_map_a_patient_have_wilsons_interval() -> None:
    row = only([an_observation([1.0] * 15 + [0.0] * 5)])
    assert (row.estimate, row.patients, row.exams) == (0.75, 20, 20)
    assert (row.low, row.high) == pytest.approx(wilson(15, 20))


def test_several_maps_of_a_patient_are_no_trials_of_their_own() -> None:
    torn = an_observation(([1.0] * 4 + [0.0] * 4) * 5, each=4)
    drawn, naive = only([torn]), only([torn], interval="wilson")
    assert drawn.low is not None and drawn.high is not None and naive.low is not None and naive.high is not None
    assert drawn.high - drawn.low > 1.3 * (naive.high - naive.low)


def test_patients_who_all_hit_still_have_an_interval() -> None:
    row = only([an_observation([1.0] * 40, each=4)])
    assert row.estimate == 1.0
    assert (row.low, row.high) == pytest.approx(wilson(10, 10))


def test_energy_is_drawn_by_patient() -> None:
    row = only([an_observation([0.2, 0.4, 0.6, 0.8], statistic="energy")])
    assert row.estimate == pytest.approx(0.5)
    assert row.low is not None and row.high is not None
    assert 0.2 <= row.low < 0.5 < row.high <= 0.8


def test_differences_are_paired_map_by_map() -> None:
    model = an_observation([1.0, 1.0, 0.0, 1.0] * 10)
    other = an_observation([0.0, 1.0, 0.0, 1.0] * 10, name="centre")
    *_, row = rows_of([model, other], model="model", seed=0, replicates=200)
    assert (row.protocol, row.metric) == ("model - centre", "difference:pointing")
    assert row.estimate == pytest.approx(0.25)
    assert row.low is not None and row.low > 0


def test_other_maps_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="centre and model must be observed on the same maps"):
        rows_of([an_observation([1.0] * 4), an_observation([1.0] * 3, name="centre")], model="model", seed=0)


def test_what_the_model_was_not_observed_on_has_no_difference() -> None:
    found = rows_of(
        [an_observation([1.0] * 4), an_observation([0.1] * 4, name="area", statistic="energy")], model="model", seed=0
    )
    assert [row.metric for row in found] == ["pointing", "energy"]


def test_the_file_holds_the_rows_and_the_notice(tmp_path: Path) -> None:
    shares = np.array([0.0, 0.25, 1.0])
    curves = [Curve(shares, np.array([0.0, 1.0, 2.0])), Curve(shares, np.array([0.0, 3.0, 2.0]))]
    quality = HeatmapQuality(
        model="model", way="evidence", tolerance=0.0, films=4, patients=4,
        rows=rows_of([an_observation([1.0, 0.0, 1.0, 1.0])], model="model", seed=0, replicates=50),
        curves=(mean_curve("deletion", "model", shares, [one.change for one in curves]),), sanity=sanity([0.7]),
        examples=(), notes=("a note",), simulated=True, seed=0, replicates=50,
    )  # fmt: skip
    found = json.loads(quality.write(tmp_path).read_text())
    assert NOTICE in found["notice"] and "simulated" in found["notice"]
    assert found["rows"][0]["estimate"] == 0.75
    assert found["curves"][0]["change"] == [0.0, 2.0, 2.0]
    assert found["sanity"]["refused"] is True
    assert quality.find("model", "pointing", "film") is quality.rows[0]
    assert quality.protocols == ("model",)
