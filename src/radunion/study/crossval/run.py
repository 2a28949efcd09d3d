"""Run every protocol on every fold, keep what is finished, say how long the rest will take."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from radunion import __version__
from radunion.errors import TrainingError
from radunion.features import FeatureCache
from radunion.features import Precision as FeaturePrecision
from radunion.report.study.material import Skipped
from radunion.scoring.card import film_digest
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.methods import Method, Tools, method_of
from radunion.study.crossval.preflight import why_not
from radunion.study.crossval.remaining import Remaining
from radunion.study.crossval.result import FoldResult, FoldStore
from radunion.study.crossval.splits import Split
from radunion.study.protocols import BlindProtocol, FilmProtocol, PairProtocol, Protocol
from radunion.training.learner import Tell


@dataclass(frozen=True)
class Planned:
    """A protocol as it runs, the name that it runs under, and its plain name."""

    protocol: Protocol
    name: str
    plain: str


@dataclass(frozen=True)
class Ran:
    """A protocol's folds, in order; `parameters` (of the whole network, of what learned) where it has any."""

    planned: Planned
    folds: tuple[FoldResult, ...]
    parameters: tuple[int, int] | None


@dataclass(frozen=True)
class Setting:
    """What decides every fold beside protocol, films and split."""

    seed: int
    precision: FeaturePrecision
    cache: FeatureCache


def run_protocols(
    planned: Sequence[Planned],
    data: StudyData,
    splits: Sequence[Split],
    setting: Setting,
    *,
    out: Path,
    tell: Tell,
) -> tuple[list[Ran], list[Skipped]]:
    """Run all; a protocol that cannot run on this machine, or whose training diverges, is skipped with the reason.

    Killed at any moment and run again it goes on, and ends with the same numbers. Raises UsageError, before any work,
    for a protocol that can run nowhere.
    """
    ran, skipped = [], []
    reasons = {one.name: why_not(one.protocol, seed=setting.seed) for one in planned}
    films = _digest_of_films(data)
    remaining = Remaining([one.name for one in planned if reasons[one.name] is None], len(splits))
    for one in planned:
        reason = reasons[one.name]
        if reason is None:
            try:
                ran.append(_run_one(one, data, splits, setting, films=films, out=out, tell=tell, remaining=remaining))
                continue
            except TrainingError as error:
                reason = str(error)
                remaining.drop(one.name)
        skipped.append(Skipped(one.name, reason))
    return ran, skipped


def _run_one(
    planned: Planned,
    data: StudyData,
    splits: Sequence[Split],
    setting: Setting,
    *,
    films: str,
    out: Path,
    tell: Tell,
    remaining: Remaining,
) -> Ran:
    store = FoldStore(out / "folds" / _plain_name(planned.name))
    names = [_name_of(planned.protocol, data, split, setting, films) for split in splits]
    found = [store.get(name) for name in names]
    work = out / "work" / _plain_name(planned.name)

    def told(stage: str, done: int, total: int, note: str) -> None:
        tell(f"{planned.name}: {stage.lower()}", done, total, note)

    method: Method | None = None
    for place, (split, name) in enumerate(zip(splits, names, strict=True)):
        kept = found[place]
        if kept is None:
            if method is None:
                method = method_of(planned.protocol, data, _tools(setting, work, told))
            kept = method.fit(split, work=work / f"fold-{split.fold:02d}-{name[:8]}")
            if not isinstance(planned.protocol, BlindProtocol):  # refitted sooner than read
                store.put(name, kept)
            shutil.rmtree(work / f"fold-{split.fold:02d}-{name[:8]}", ignore_errors=True)
            found[place] = kept
        remaining.finished(planned.name, kept.seconds)
        tell(f"{planned.name}: folds", split.fold, len(splits), str(remaining))
    shutil.rmtree(work, ignore_errors=True)
    return Ran(planned, tuple(one for one in found if one is not None), _parameters(planned, method, store))


def _parameters(planned: Planned, method: Method | None, store: FoldStore) -> tuple[int, int] | None:
    """Count a network's parameters, or read what an earlier run counted."""
    path = store.folder / "parameters.json"
    if method is not None:
        counted = method.parameters
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(counted), encoding="utf-8")
        return counted
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return (int(kept[0]), int(kept[1])) if isinstance(kept, list) else None


def _tools(setting: Setting, work: Path, tell: Tell) -> Tools:
    return Tools(setting.cache, setting.precision, setting.seed, work, tell)


def _name_of(protocol: Protocol, data: StudyData, split: Split, setting: Setting, films: str) -> str:
    """Name a fold by everything that decides its result."""
    decides = {
        "radunion": __version__,
        "protocol": {**asdict(protocol), "weights": _weights_digest(protocol)},
        "cohort": data.cohort.digest(),
        "films": films,
        "seed": setting.seed,
        "precision": setting.precision,
    }
    state = hashlib.sha256(json.dumps(decides, sort_keys=True).encode())
    for part in (split.train_films, split.test_films, split.train, split.test):
        state.update(part.tobytes())
    return state.hexdigest()[:32]


def _weights_digest(protocol: Protocol) -> str:
    if not isinstance(protocol, FilmProtocol | PairProtocol) or protocol.weights == "none":
        return "none"
    path = Path(protocol.weights)
    return film_digest(path) if path.is_file() else protocol.weights


def _digest_of_films(data: StudyData) -> str:
    return hashlib.sha256("".join(film_digest(path) for path in data.examples.paths).encode()).hexdigest()


def _plain_name(name: str) -> str:
    """Return a name that any file system takes."""
    return "".join(letter if letter.isalnum() or letter in "._-@" else "-" for letter in name).strip("-")
