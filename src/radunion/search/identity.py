"""Which work a search is of: trials of two different works are never mixed, but may lie side by side in one storage."""

import hashlib
import json
import re
from collections.abc import Mapping

from optuna import Study
from optuna.storages import BaseStorage

from radunion.errors import UsageError

NAME = "name"
"""The part of an identity that is the search's name; the others are what decides its results."""
_IDENTITY = "identity"
_DIGEST = re.compile(r"\b[0-9a-f]{32,}\b")
_BRIEF = 12


def stored_name(identity: Mapping[str, str]) -> str:
    """Return what the storage calls a search: its name and a digest of the whole identity."""
    whole = hashlib.sha256(json.dumps(dict(identity), sort_keys=True).encode()).hexdigest()
    return f"{identity[NAME]} {whole[:_BRIEF]}"


def begin(study: Study, identity: Mapping[str, str]) -> bool:
    """Say of a search that has just been made which work it is of, and return True; leave one that has been begun."""
    if _IDENTITY in study.user_attrs or study.get_trials(deepcopy=False):
        return False
    study.set_user_attr(_IDENTITY, dict(identity))
    return True


def must_be_same(study: Study, identity: Mapping[str, str], *, told: str) -> None:
    """Refuse trials that other work has begun, and tell all that differs; `told` is the address of the storage."""
    _must_be(identity, study.user_attrs.get(_IDENTITY), study.study_name, told)


def must_be_alone(storage: BaseStorage, identity: Mapping[str, str], *, told: str) -> None:
    """Refuse a storage that holds any other search, and tell all that differs."""
    for study in storage.get_all_studies():
        begun = study.user_attrs.get(_IDENTITY)
        if begun is None and not storage.get_all_trials(study._study_id, deepcopy=False):
            continue  # what made it was killed before it could say which work it is of
        _must_be(identity, begun, study.study_name, told)


def beside(storage: BaseStorage, identity: Mapping[str, str]) -> tuple[str, ...]:
    """Return the storage's other searches of the same name, each with what differs from this one."""
    found = [(study.study_name, study.user_attrs.get(_IDENTITY)) for study in storage.get_all_studies()]
    return tuple(
        f"{name} (different: {differences(begun, identity)})"
        for name, begun in found
        if begun is not None and begun.get(NAME) == identity[NAME] and begun != dict(identity)
    )


def _must_be(identity: Mapping[str, str], begun: Mapping[str, str] | None, name: str, told: str) -> None:
    if begun is None:
        raise UsageError(f"{told}: the search {name} there is not radunion's; name another storage")
    if begun != dict(identity):
        raise UsageError(
            f"{told}: the search {name} there is of other work, whose trials must not be mixed with these; different: "
            f"{differences(begun, identity)}. Go on with what it was begun with, or name another folder or storage"
        )


def differences(begun: Mapping[str, str], identity: Mapping[str, str]) -> str:
    """Tell every part in which two identities differ."""
    names = [name for name in dict.fromkeys([*begun, *identity]) if begun.get(name) != identity.get(name)]
    return ", ".join(f"{name} ({_brief(begun.get(name))} there, {_brief(identity.get(name))} here)" for name in names)


def _brief(words: str | None) -> str:
    """Cut digests; other words stay as they are."""
    return "none" if words is None else _DIGEST.sub(lambda digest: f"{digest[0][:_BRIEF]}…", words)
