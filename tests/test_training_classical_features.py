"""Features of films, engineered and Haar: mirrored, blank, remembered, and not to be had."""

import sys
from pathlib import Path

import numpy as np
import pytest
from tests.test_training_classical_samples import Films, films_of

from radunion.cohort import read_cohort
from radunion.errors import CohortError, MissingExtraError
from radunion.phantom import Simulation, simulate
from radunion.radiograph import prepare, read_radiograph
from radunion.training.classical import engineered, engineered_features, haar, haar_features
from radunion.training.classical.remembered import Recipe, remembered_features


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Films:
    folder = tmp_path_factory.mktemp("few")
    return films_of(read_cohort(simulate(folder, Simulation(2, 11, format="png", size=(320, 256)), workers=1)))


def test_a_line_across_one_cortex_is_seen_on_its_side() -> None:
    strip = np.full((640, 128), 0.2, dtype=np.float32)
    strip[:, 40:86] = 0.6
    strip[:, 95:103] = 0.4
    whole = engineered.features_of_strip(strip)["line"]
    strip[300:304, 40:62] = 0.25
    near, far = np.split(engineered.features_of_strip(strip)["line"][:12], 2)
    assert near[0] > 0.5
    assert abs(far[0]) < 0.1
    assert whole[0] < 0.1


def test_a_mirrored_film_has_the_same_features(few: Films) -> None:
    for path in few.paths[:4]:
        pixels = read_radiograph(path).pixels
        for system, how in ((engineered, engineered.WIDE_STRIP), (haar, haar.STRIP)):
            strip = prepare(pixels, how)
            plain, mirrored = (system.features_of_strip(one) for one in (strip, np.ascontiguousarray(strip[:, ::-1])))
            for group in ("line", "callus", "context") if system is engineered else ("coefficients", "detail"):
                np.testing.assert_allclose(mirrored[group], plain[group], atol=2e-3)


@pytest.mark.parametrize("system", [engineered, haar])
def test_a_blank_strip_has_finite_features(system: object) -> None:
    strip = np.zeros((640, 128 if system is engineered else 96), dtype=np.float32)
    for name, values in system.features_of_strip(strip).items():  # type: ignore[attr-defined]
        assert name == "descriptors" or np.isfinite(values).all()


@pytest.mark.parametrize(("compute", "system"), [(engineered_features, engineered), (haar_features, haar)])
def test_cached_equals_uncached_and_computes_each_film_once(
    compute: object, system: object, few: Films, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, told = [few.paths[0], few.paths[1], few.paths[0]], []
    plain = compute(paths)  # type: ignore[operator]
    first = compute(paths, cache_folder=tmp_path, progress=lambda *done: told.append(done))  # type: ignore[operator]
    assert told == [(1, 2), (2, 2)]
    monkeypatch.setattr("radunion.training.classical.remembered._attempt", lambda job: pytest.fail("computed again"))
    second = compute(paths, cache_folder=tmp_path)  # type: ignore[operator]
    assert list(plain) == list(system.GROUPS)  # type: ignore[attr-defined]
    for name in plain:
        assert plain[name].shape[0] == 3
        assert plain[name].tobytes() == first[name].tobytes() == second[name].tobytes()
        assert plain[name][0].tobytes() == plain[name][2].tobytes()


def test_processes_give_what_one_gives(few: Films, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("radunion.training.classical.remembered._WORTH_PROCESSES", 2)
    recipe = Recipe("engineered", 1, engineered.WIDE_STRIP, engineered.GROUPS, engineered.features_of_film)
    one, two = (remembered_features(few.paths[:3], recipe, processes=count) for count in (1, 2))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)


def test_every_film_that_cannot_be_read_is_named(few: Films, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no film")
    with pytest.raises(CohortError, match=r"2 of 3 are not") as caught:
        engineered_features([few.paths[0], broken, tmp_path / "gone.png"])
    assert "broken.png" in str(caught.value)
    assert "gone.png" in str(caught.value)
    with pytest.raises(CohortError, match="at least one film"):
        haar_features([])


@pytest.mark.parametrize(
    ("compute", "module", "message"),
    [
        (engineered_features, "skimage", "the protocol forest"),
        (haar_features, "skimage", "the protocol haar"),
        (haar_features, "pywt", "the protocol haar"),
    ],
)
def test_a_missing_library_is_named_by_its_extra(
    compute: object, module: str, message: str, few: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf'{message} needs the extra "train"'):
        compute(few.paths[:1])  # type: ignore[operator]
