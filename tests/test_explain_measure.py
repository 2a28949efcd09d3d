"""Heat-maps measured: right maps reach all, even and empty ones nothing, and what knows no fracture stands beside."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.test_explain_samples import ContrastReader, a_quality, even, examinations, known, noisy, truthful

from radunion.cohort import Box
from radunion.errors import FilmError, UsageError
from radunion.evaluation.heatmaps.pointing import NEAR
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.explain.marked import MarkedExamination
from radunion.explain.measure import HeatmapSettings, measure_heatmaps
from radunion.explain.subject import Maps, PreparedPair, Subject

FEW = HeatmapSettings(removals=0, each=1, replicates=20)


def estimate(quality: HeatmapQuality, protocol: str, metric: str, scope: str) -> float:
    row = quality.find(protocol, metric, scope)
    assert row is not None and row.estimate is not None
    return row.estimate


@pytest.fixture(scope="module")
def quality(tmp_path_factory: pytest.TempPathFactory) -> HeatmapQuality:
    return a_quality(tmp_path_factory.mktemp("films"))


def test_right_maps_point_at_every_target(quality: HeatmapQuality) -> None:
    for scope in ("cortices", "medial", "lateral", "anterior", "posterior"):
        assert estimate(quality, "teller", "pointing", scope) == 1.0
        assert estimate(quality, "teller", "energy", scope) > 0.8
    assert estimate(quality, "teller", "energy", "film") > 0.85


@pytest.mark.parametrize(("aside", "strict", "near"), [(0, 1.0, 1.0), (15, 0.0, 1.0), (18, 0.0, 0.0)])
def test_a_little_beside_the_box_is_told_apart(tmp_path: Path, aside: int, strict: float, near: float) -> None:
    truth = examinations(tmp_path, 2)
    marked = [_moved(one, aside) for one in truth]
    subject = Subject("teller", "evidence", ContrastReader(), truthful(known(truth)))
    found = measure_heatmaps(subject, marked, settings=FEW, simulated=True)
    assert estimate(found, "teller", "pointing", "cortices") == strict
    assert estimate(found, "teller", "pointing-near", "cortices") == near
    for way in ("centre", "edges", "fixed", "fixed-tuned"):
        assert estimate(found, way, "pointing-near", "film") >= estimate(found, way, "pointing", "film")
    allowed = measure_heatmaps(subject, marked, settings=replace(FEW, tolerance=NEAR), simulated=True)
    assert estimate(allowed, "teller", "pointing", "cortices") == near
    assert allowed.find("teller", "pointing-near", "cortices") is None


def _moved(one: MarkedExamination, aside: int) -> MarkedExamination:
    """Mark the cortices so many pixels farther down than they lie; the films are 160 pixels high."""
    films = [
        None
        if film is None
        else replace(film, cortices={name: _down(box, aside) for name, box in film.cortices.items()})
        for film in one.films
    ]
    return replace(one, films=(films[0], films[1]))


def _down(box: Box, aside: int) -> Box:
    left, top, right, bottom = box
    return left, top + aside, right, bottom + aside


def test_every_guess_stands_beside_the_model(quality: HeatmapQuality) -> None:
    assert quality.protocols == (
        "teller", "centre", "fixed", "fixed-tuned", "edges", "random-weights", "area", "random-order", "centre-order",
    )  # fmt: skip
    for name in ("centre", "fixed", "fixed-tuned", "edges", "random-weights"):
        pair = f"teller - {name}"
        gap = estimate(quality, pair, "difference:pointing", "film")
        assert gap == pytest.approx(
            estimate(quality, "teller", "pointing", "film") - estimate(quality, name, "pointing", "film")
        )


def test_edges_find_what_has_edges_and_the_centre_does_not(quality: HeatmapQuality) -> None:
    assert estimate(quality, "edges", "pointing", "film") > 0.9
    assert estimate(quality, "centre", "pointing", "film") < 0.7
    assert estimate(quality, "random-weights", "pointing", "film") < 0.3
    tuned, fair = (estimate(quality, name, "pointing", "film") for name in ("fixed-tuned", "fixed"))
    assert tuned >= fair


def test_rows_count_maps_and_patients(quality: HeatmapQuality) -> None:
    film, cortices = (quality.find("teller", "pointing", scope) for scope in ("film", "cortices"))
    assert film is not None and cortices is not None
    assert (film.exams, film.patients) == (12, 3)
    assert (cortices.exams, cortices.patients) == (24, 3)
    assert (quality.films, quality.patients) == (12, 3)


def test_right_maps_take_the_score_away_sooner(quality: HeatmapQuality) -> None:
    for other in ("random-order", "centre-order", "random-weights"):
        assert estimate(quality, f"teller - {other}", "difference:deletion", "cortices") > 0
        assert estimate(quality, f"teller - {other}", "difference:insertion", "cortices") < 0
    assert {one.maps for one in quality.curves} == {8}


def test_maps_of_chance_are_no_copy_of_the_model(quality: HeatmapQuality) -> None:
    assert quality.sanity is not None
    assert not quality.sanity.refused
    assert quality.sanity.maps == 24


def test_maps_that_do_not_need_the_weights_are_refused(tmp_path: Path) -> None:
    marked = examinations(tmp_path, 2)
    same = Subject("same", "evidence", ContrastReader(), truthful(known(marked)))
    found = measure_heatmaps(same, marked, settings=FEW, simulated=True, random=same)
    assert found.sanity is not None
    assert found.sanity.refused
    assert found.sanity.similarity == pytest.approx(1.0)


def test_even_maps_point_nowhere_and_hold_the_area(tmp_path: Path) -> None:
    marked = examinations(tmp_path, 3)
    found = measure_heatmaps(Subject("flat", "x", ContrastReader(), even), marked, settings=FEW, simulated=True)
    assert estimate(found, "flat", "pointing", "film") == 0.0
    assert estimate(found, "flat", "energy", "film") == pytest.approx(
        estimate(found, "area", "energy", "film"), rel=0.05
    )


def test_without_random_weights_there_is_no_verdict_and_it_is_said(tmp_path: Path) -> None:
    found = measure_heatmaps(
        Subject("chance", "x", ContrastReader(), noisy(3)), examinations(tmp_path, 2), settings=FEW, simulated=False
    )
    assert found.sanity is None
    assert any("nothing says that the maps depend on what was learned" in note for note in found.notes)


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    first, second = (json.dumps(a_quality(tmp_path, count=2).to_dict()) for _ in range(2))
    assert first == second


def test_an_examination_of_one_film_is_measured_on_that_film(tmp_path: Path) -> None:
    one = examinations(tmp_path, 1)[0]
    alone = [MarkedExamination(one.patient, (None, one.films[1]))]
    subject = Subject("teller", "evidence", ContrastReader(), truthful(known(alone)))
    found = measure_heatmaps(subject, alone, settings=replace(FEW, removals=1), simulated=True)
    assert found.films == 1
    assert found.find("teller", "pointing", "medial") is None
    assert estimate(found, "teller", "pointing", "anterior") == 1.0


def test_examples_hold_the_worst_as_well_as_the_best(tmp_path: Path) -> None:
    marked = examinations(tmp_path, 4)
    wrong = {one.patient for one in marked[:2]}
    right, chance = truthful(known(marked)), noisy(0)
    mixed = Subject(
        "mixed", "x", ContrastReader(), lambda pair: (chance if known(marked)(pair).patient in wrong else right)(pair)
    )
    found = measure_heatmaps(mixed, marked, settings=replace(FEW, each=2), simulated=True)
    ranks = [one.rank for one in found.examples]
    assert ranks == ["best", "best", "median", "median", "worst", "worst"]
    energies = [one.energy for one in found.examples]
    assert energies == sorted(energies, reverse=True)
    assert energies[0] > 0.85
    assert energies[-1] < 0.2
    assert not found.examples[-1].hit
    assert found.examples[0].film.shape == found.examples[0].values.shape == (160, 120)


def test_fewer_films_than_examples_show_each_once(tmp_path: Path) -> None:
    found = measure_heatmaps(
        Subject("chance", "x", ContrastReader(), noisy(0)), examinations(tmp_path, 1), settings=FEW, simulated=True
    )
    assert [one.rank for one in found.examples] == ["median", "worst"]


def test_progress_counts_examinations(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    measure_heatmaps(
        Subject("chance", "x", ContrastReader(), noisy(0)), examinations(tmp_path, 2), settings=FEW, simulated=True,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == [(1, 2), (2, 2)]


def test_films_without_a_marked_fracture_are_refused(tmp_path: Path) -> None:
    one = examinations(tmp_path, 1)[0]
    ap = one.films[0]
    assert ap is not None
    bare = [MarkedExamination(one.patient, (replace(ap, fracture=()), None))]
    subject = Subject("chance", "x", ContrastReader(), noisy(0))
    with pytest.raises(UsageError, match="films whose fracture is marked, found none"):
        measure_heatmaps(subject, bare, settings=FEW, simulated=True)


def test_a_film_that_is_gone_is_named(tmp_path: Path) -> None:
    marked = examinations(tmp_path, 1)
    (tmp_path / "0-1.png").unlink()
    with pytest.raises(FilmError, match=r"0-1\.png: there is no such file"):
        measure_heatmaps(Subject("chance", "x", ContrastReader(), noisy(0)), marked, settings=FEW, simulated=True)


@pytest.mark.parametrize("wrong", [{"tolerance": 1.0}, {"removals": -1}, {"each": 0}, {"replicates": 0}])
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="removals are 0 or more"):
        HeatmapSettings(**wrong)  # type: ignore[arg-type]


def test_the_cortices_together_are_the_cortices_apart(quality: HeatmapQuality) -> None:
    apart = [estimate(quality, "edges", "pointing", scope) for scope in ("medial", "lateral", "anterior", "posterior")]
    assert estimate(quality, "edges", "pointing", "cortices") == pytest.approx(np.mean(apart))


def test_films_with_something_left_to_see_are_told_apart(tmp_path: Path) -> None:
    """Maps that miss on remodelled films alone miss nothing else."""
    truth = examinations(tmp_path, 4)
    marked = [_healed(one, row % 2 == 0) for row, one in enumerate(truth)]
    right, all_over = truthful(known(truth)), known(marked)

    def maps(pair: PreparedPair) -> Maps:
        film = next(one for one in all_over(pair).films if one is not None)
        return even(pair) if film.remodelled else right(pair)

    found = measure_heatmaps(
        Subject("teller", "evidence", ContrastReader(), maps), marked, settings=FEW, simulated=True
    )
    assert estimate(found, "teller", "pointing", "cortices") == 0.5
    assert estimate(found, "teller", "pointing", "cortices-not-remodelled") == 1.0
    others = [one for one in marked if not any(film is not None and film.remodelled for film in one.films)]
    alone = measure_heatmaps(
        Subject("teller", "evidence", ContrastReader(), maps), others, settings=FEW, simulated=True
    )
    for way in ("centre", "edges", "fixed-tuned"):
        apart = estimate(found, way, "pointing", "cortices-not-remodelled")
        assert apart == estimate(alone, way, "pointing", "cortices")
    none = measure_heatmaps(Subject("teller", "evidence", ContrastReader(), maps), truth, settings=FEW, simulated=True)
    assert none.find("teller", "pointing", "film-not-remodelled") is None


def _healed(examination: MarkedExamination, remodelled: bool) -> MarkedExamination:
    first, second = (None if film is None else replace(film, remodelled=remodelled) for film in examination.films)
    return replace(examination, films=(first, second))
