"""Score an archive: list its films once, score what is not scored yet, join the parts."""

import hashlib
import json
import time
from contextlib import closing
from pathlib import Path

from radunion import NOTICE, __version__
from radunion.scoring.archive.columns import COLUMNS
from radunion.scoring.archive.listing import Listing, freeze
from radunion.scoring.archive.local import Answers, score_locally
from radunion.scoring.archive.parts import Parts, join
from radunion.scoring.archive.place import Place, claimed
from radunion.scoring.archive.probe import probe
from radunion.scoring.archive.settings import ArchiveSettings, Tell
from radunion.scoring.archive.source import is_table, must_be_source, see
from radunion.scoring.archive.work import Scoring
from radunion.scoring.bundle import Bundle
from radunion.scoring.graph import cores


def score_archive(
    source: Path, out: Path, bundle: Bundle, settings: ArchiveSettings, *, tell: Tell, overwrite: bool = False
) -> None:
    """Score every examination of a folder or a table into one Parquet file; killed and run again, it goes on.

    The columns are those of `COLUMNS`; every file of the source is in exactly one row. Raises UsageError for a request
    that cannot be, or that differs from the one that was begun, CohortError for a faulty table, BundleError for a model
    that cannot score, RadunionError when workers cannot work.
    """
    must_be_source(source, pattern=settings.pattern)
    probe(bundle, settings)
    with claimed(out, overwrite=overwrite) as place:
        if not place.is_finished():
            place.must_be(_identity(source, bundle, settings))
            listing = _listing(source, place, settings, tell)
            parts = Parts(place.parts, listing)
            _score(source, parts, bundle, settings, tell)
            join(parts.files(), place.joined, metadata=_metadata())
            place.finish()
        place.remove()


def _identity(source: Path, bundle: Bundle, settings: ArchiveSettings) -> dict[str, str]:
    """Return all that decides the rows; how they are made does not."""
    table = {"table": hashlib.sha256(source.read_bytes()).hexdigest()} if is_table(source) else {}
    return {
        "source": str(source.resolve()),
        **table,
        "model": f"{bundle.card.name} {bundle.card.version} {bundle.sha256}",
        "convention": bundle.card.convention,
        "union": str(settings.rule),
        "coverage": str(settings.coverage or bundle.card.coverage),
        "pattern": settings.pattern or "",
        "radunion": __version__,
    }


def _listing(source: Path, place: Place, settings: ArchiveSettings, tell: Tell) -> Listing:
    """Return the listing that was frozen, or freeze it."""
    if place.listing.exists():
        return Listing(place.listing)
    place.begin_parts()
    try:
        return freeze(see(source, place, settings, workers=settings.workers or cores(), tell=tell), place.listing)
    except BaseException:  # nothing is known yet
        place.remove()
        raise


def _score(source: Path, parts: Parts, bundle: Bundle, settings: ArchiveSettings, tell: Tell) -> None:
    """Score the examinations that are in no part yet."""
    total, before = parts.listing.examinations, parts.examinations_done
    tell("score", before, total, "")
    if before == total:
        return
    with closing(_answers(source, parts, bundle, settings)) as answers:
        for done, (number, rows) in enumerate(answers):
            if not done:
                start = time.monotonic()  # workers take a while to start
            parts.add(number, rows)
            tell("score", before + done + 1, total, _pace(done, total - before - 1, time.monotonic() - start))


def _answers(source: Path, parts: Parts, bundle: Bundle, settings: ArchiveSettings) -> Answers:
    folder = source.parent if is_table(source) else source
    scoring = Scoring(bundle.path.absolute(), bundle.sha256, folder.absolute(), settings.rule, settings.coverage)
    waiting = (listed for listed in parts.listing.listed() if parts.lacks(listed.number))
    if settings.engine == "local":
        return score_locally(waiting, scoring, workers=settings.workers or cores(), seconds=settings.seconds)
    from radunion.scoring.archive.cluster import score_on_ray

    return score_on_ray(waiting, scoring, address=settings.address, workers=settings.workers, seconds=settings.seconds)


def _pace(done: int, total: int, seconds: float) -> str:
    """Say how fast it goes and how long it will take; nothing before it can be known."""
    if not done or seconds <= 0:
        return ""
    left = (total - done) * seconds / done
    return (
        f"{done / seconds:.1f} a second, {left:.0f} s left"
        if left < 100
        else f"{done / seconds:.1f} a second, {left / 60:.0f} min left"
    )


def _metadata() -> dict[str, str]:
    about = {name: column.about for name, column in COLUMNS.items()}
    return {"notice": NOTICE, "radunion": __version__, "columns": json.dumps(about)}
