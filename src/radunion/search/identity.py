"""Which work a search is of: trials of two different works are never mixed."""

from collections.abc import Mapping

from optuna import Study

from radunion.errors import UsageError

_IDENTITY = "identity"


def begin(study: Study, identity: Mapping[str, str]) -> None:
    """Say of a search that has just been made which work it is of; say nothing of one that has been begun."""
    if _IDENTITY not in study.user_attrs and not study.get_trials(deepcopy=False):
        study.set_user_attr(_IDENTITY, dict(identity))


def must_be_same(study: Study, identity: Mapping[str, str], *, told: str) -> None:
    """Refuse a search that other work has begun, and tell what differs; `told` is the address of the storage."""
    begun = study.user_attrs.get(_IDENTITY)
    if begun is None:
        raise UsageError(f"{told}: the search {study.study_name} there is not radunion's; name another storage")
    if begun == dict(identity):
        return
    names = [name for name in dict.fromkeys([*begun, *identity]) if begun.get(name) != identity.get(name)]
    differ = ", ".join(f"{name} ({_brief(begun.get(name))} there, {_brief(identity.get(name))} here)" for name in names)
    raise UsageError(
        f"{told}: the search {study.study_name} there is of other work, whose trials must not be mixed with these; "
        f"different: {differ}. Go on with what it was begun with, or name another folder or storage"
    )


def _brief(word: str | None) -> str:
    return "none" if word is None else word[:12]
