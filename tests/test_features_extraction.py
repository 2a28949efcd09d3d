from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from radunion.errors import FilmError
from radunion.features import (
    FLIPS,
    Backbone,
    BackboneSpec,
    FeatureCache,
    Flip,
    Precision,
    extract,
    extraction,
    load_backbone,
)
from radunion.features.extraction import Extractor
from radunion.radiograph import Preprocessing, prepare, read_radiograph


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return load_backbone(BackboneSpec("test_resnet"))


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("films")
    random = np.random.default_rng(0)
    paths = []
    for number in range(7):
        coarse = Image.fromarray(random.integers(0, 256, (12, 9), dtype=np.uint8))
        paths.append(folder / f"{number}.png")
        coarse.resize((90, 120 + number)).save(paths[-1])
    return paths


def plain(backbone: Backbone, film: Path, flip: Flip) -> np.ndarray:
    """Compute one film alone, the slow and obvious way."""
    pixels = prepare(read_radiograph(film).pixels, backbone.preprocessing())
    if flip in ("horizontal", "both"):
        pixels = pixels[:, ::-1]
    if flip in ("vertical", "both"):
        pixels = pixels[::-1]
    with torch.inference_mode():
        return backbone.pooled()(torch.from_numpy(pixels.copy())[None, None])[0].numpy()


def close(first: np.ndarray, second: np.ndarray, tolerance: float) -> bool:
    return bool(np.abs(first - second).max() <= tolerance * np.abs(second).max())


def test_every_film_and_flip_equals_the_plain_forward_pass(backbone: Backbone, films: list[Path]) -> None:
    found = extract(backbone, films, flips=FLIPS, batch_size=5)
    expected = np.array([[plain(backbone, film, flip) for flip in FLIPS] for film in films])
    assert found.shape == (7, 4, 96)
    assert close(found, expected, 1e-5)
    assert not close(found[:, 0], found[:, 1], 1e-3)


def test_cached_equals_uncached_exactly(backbone: Backbone, films: list[Path], tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    uncached = extract(backbone, films, flips=FLIPS)
    first = extract(backbone, films, flips=FLIPS, cache=cache)
    second = extract(backbone, films, flips=FLIPS, cache=cache)
    np.testing.assert_array_equal(first, uncached)
    np.testing.assert_array_equal(second, uncached)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_half_filled_cache_gives_exactly_the_same(
    backbone: Backbone, films: list[Path], tmp_path: Path, precision: Precision
) -> None:
    """Which films share a batch must not show, or a killed and resumed run would end elsewhere."""
    cache = FeatureCache(tmp_path)
    extract(backbone, films[2:4], cache=cache, precision=precision)
    mixed = extract(backbone, films, flips=("none", "vertical"), cache=cache, precision=precision)
    np.testing.assert_array_equal(mixed, extract(backbone, films, flips=("none", "vertical"), precision=precision))


@pytest.mark.parametrize("batch_size", [1, 3, 16])
def test_batch_size_changes_features_by_less_than_1e_5(backbone: Backbone, films: list[Path], batch_size: int) -> None:
    assert close(extract(backbone, films, batch_size=batch_size), extract(backbone, films, batch_size=4), 1e-5)


def test_bfloat16_stays_near_float32_and_apart_in_the_cache(
    backbone: Backbone, films: list[Path], tmp_path: Path
) -> None:
    cache = FeatureCache(tmp_path)
    exact = extract(backbone, films, cache=cache)
    rounded = extract(backbone, films, cache=cache, precision="bfloat16")
    assert close(rounded, exact, 0.05)
    assert not np.array_equal(rounded, exact)


def test_a_full_cache_needs_neither_decoding_nor_the_network(
    backbone: Backbone, films: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = FeatureCache(tmp_path)
    expected = extract(backbone, films, cache=cache)
    monkeypatch.delattr(extraction, "prepared_film")
    monkeypatch.delattr(extraction, "Extractor")
    np.testing.assert_array_equal(extract(backbone, films, cache=cache), expected)
    with pytest.raises(NameError):
        extract(backbone, films, flips=("both",), cache=cache)


def test_a_damaged_entry_is_computed_again(backbone: Backbone, films: list[Path], tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    expected = extract(backbone, films, cache=cache)
    entry = next(path for path in tmp_path.rglob("*") if path.is_file())
    entry.write_bytes(entry.read_bytes()[:-1])
    np.testing.assert_array_equal(extract(backbone, films, cache=cache), expected)
    assert len(entry.read_bytes()) > 96 * 4


def test_one_content_under_two_names_is_computed_once(
    backbone: Backbone, films: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.png"
    copy.write_bytes(films[0].read_bytes())
    read: list[Path] = []
    original = extraction.prepared_film

    def counted(film: Path, how: Preprocessing) -> np.ndarray:
        read.append(film)
        return original(film, how)

    monkeypatch.setattr(extraction, "prepared_film", counted)
    found = extract(backbone, [films[0], films[1], copy], flips=FLIPS)
    np.testing.assert_array_equal(found[0], found[2])
    assert sorted(read) == sorted(films[:2])


def test_another_preprocessing_gives_other_features(backbone: Backbone, films: list[Path]) -> None:
    squashed = extract(backbone, films, preprocessing=Preprocessing(height=160, width=160, shape="squash"))
    assert not close(squashed, extract(backbone, films), 1e-3)


def test_progress_counts_to_the_end(backbone: Backbone, films: list[Path]) -> None:
    steps: list[tuple[int, int]] = []
    extract(backbone, films, flips=("none", "both"), progress=lambda done, of: steps.append((done, of)))
    assert steps == [(done, 14) for done in range(1, 15)]


def test_a_film_that_cannot_be_read_is_named_and_the_others_are_kept(
    backbone: Backbone, films: list[Path], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no film")
    cache = FeatureCache(tmp_path / "cache")
    with pytest.raises(FilmError, match=r"bad\.png"):
        extract(backbone, [*films, bad], cache=cache, batch_size=2)
    kept = [path for path in cache.folder.rglob("*") if path.is_file()]
    assert len(kept) == 6
    with pytest.raises(FilmError, match=r"none.png: it cannot be opened \(No such file or directory\)"):
        extract(backbone, [tmp_path / "none.png"])


def test_no_films_give_no_rows(backbone: Backbone) -> None:
    assert extract(backbone, []).shape == (0, 1, 96)


def test_the_extractor_runs_in_the_precision_asked_for(backbone: Backbone) -> None:
    tensors = Extractor(backbone, "bfloat16").pooled.trunk.state_dict().values()
    assert {tensor.dtype for tensor in tensors} == {torch.bfloat16}
    assert {tensor.dtype for tensor in backbone.module.parameters()} == {torch.float32}
