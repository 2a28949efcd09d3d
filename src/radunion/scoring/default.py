"""Which model scores when none is named: the newest that was kept on this machine, else the one in the box."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from platformdirs import user_data_path

from radunion.errors import BundleError
from radunion.scoring.bundle import CARD, Bundle, load_bundle, write_files
from radunion.scoring.member import read_member

BOX = "box"
"""What the model that comes with radunion goes by, whatever its version."""


def models_folder() -> Path:
    """Return the folder of the user's kept models; it may not exist."""
    return user_data_path("radunion") / "models"


def default_bundle() -> tuple[Bundle, str]:
    """Return the model to score with and a sentence that says which one it is and where it came from.

    Raises BundleError when there is none.
    """
    packaged, kept = sorted(_packaged()), sorted(_kept(), key=_age)
    if not packaged and not kept:
        raise BundleError("there is no model yet; run `radunion train`, or give --model")
    bundle = load_bundle(kept[-1] if kept else packaged[-1])
    origin = f"the newest of {len(kept)} in {models_folder()}" if kept else "which comes with radunion"
    return bundle, f"{bundle.card.name} {bundle.card.version}, {origin}"


def named_bundle(given: Path | str) -> Bundle:
    """Return the bundle of a path, or the one that comes with radunion where `box` is asked for.

    Raises BundleError when there is no such bundle.
    """
    packaged = sorted(_packaged())
    if str(given) == BOX and not Path(given).exists() and packaged:
        return load_bundle(packaged[-1])
    return load_bundle(given)


def keep_bundle(folder: Path) -> Path:
    """Copy a bundle to the user's models, where it becomes the newest; return its folder there."""
    bundle = load_bundle(folder)
    out = models_folder() / f"{bundle.card.name}-{bundle.sha256[:12]}"
    write_files(out, {**bundle.files, CARD: read_member(folder, CARD)})
    return out


def _packaged() -> Iterator[Path]:
    """Yield bundles installed with the package, whose files lie on disk."""
    folder = Path(str(resources.files("radunion"))) / "models"
    if folder.is_dir():
        yield from (one for one in folder.iterdir() if (one / CARD).is_file() or one.suffix == ".zip")


def _kept() -> Iterator[Path]:
    folder = models_folder()
    if folder.is_dir():
        yield from (one for one in folder.iterdir() if (one / CARD).is_file() and not one.name.startswith("."))


def _age(bundle: Path) -> tuple[int, str]:
    return (bundle / CARD).stat().st_mtime_ns, bundle.name
