"""Heat-maps as arrays and back: nothing is lost, and what is no such thing is refused."""

import json

import numpy as np
import pytest
from tests.test_explain_samples import a_quality

from radunion.evaluation.heatmaps.kept import packed, unpacked
from radunion.evaluation.heatmaps.quality import HeatmapQuality


@pytest.fixture(scope="module")
def quality(tmp_path_factory: pytest.TempPathFactory) -> HeatmapQuality:
    return a_quality(tmp_path_factory.mktemp("films"))


def test_all_comes_back(quality: HeatmapQuality) -> None:
    again = unpacked(packed(quality))
    assert again.to_dict() == quality.to_dict()
    assert (again.key, again.sanity) == (quality.key, quality.sanity)
    for one, other in zip(again.examples, quality.examples, strict=True):
        assert (one.rank, one.view, one.energy, one.hit, one.boxes) == (
            other.rank, other.view, other.energy, other.hit, other.boxes,
        )  # fmt: skip
        assert np.array_equal(one.film, other.film)
        assert np.array_equal(one.values, other.values)


def test_what_another_version_kept_is_refused(quality: HeatmapQuality) -> None:
    said = json.loads(packed(quality)["said"].tobytes())
    del said["way"]
    content = {**packed(quality), "said": np.frombuffer(json.dumps(said).encode(), dtype=np.uint8)}
    with pytest.raises(ValueError, match="kept by another version of radunion"):
        unpacked(content)


def test_under_another_name_its_rows_curves_and_file_bear_it(quality: HeatmapQuality) -> None:
    named = quality.named("pair (5 epochs)", key="heatmaps-pair")
    assert (named.model, named.file) == ("pair (5 epochs)", "heatmaps-pair.json")
    assert named.protocols[1:] == quality.protocols[1:]
    for protocol, other in (("teller", "pair (5 epochs)"), ("teller - centre", "pair (5 epochs) - centre")):
        metric = "pointing" if protocol == "teller" else "difference:pointing"
        old, new = quality.find(protocol, metric, "film"), named.find(other, metric, "film")
        assert old is not None
        assert new is not None
        assert old.estimate == new.estimate
    assert {one.order for one in named.curves} - {one.order for one in quality.curves} == {"pair (5 epochs)"}
