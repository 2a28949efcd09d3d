"""Protocols as TOML: a table of a family's fields, or `base`, a known protocol, and what differs from it."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from radunion.errors import UsageError
from radunion.study.protocols.builtin import PROTOCOLS
from radunion.study.protocols.definition import Protocol


def protocol_of(word: str) -> Protocol:
    """Return a protocol by its name, or from the TOML file that a word ending in .toml names.

    Raises UsageError that lists what there is.
    """
    if word in PROTOCOLS:
        return PROTOCOLS[word]
    if word.endswith(".toml"):
        return protocol_from_toml(Path(word))
    raise UsageError(f"a protocol is one of {', '.join(PROTOCOLS)} or a .toml file; found {word!r}")


def protocol_from_toml(path: Path) -> Protocol:
    """Read one protocol.

    Raises UsageError that names the file, the field, what was found and what is allowed.
    """
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: a protocol's file cannot be read ({error.strerror}); check the path") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: a protocol's file must be TOML: {error}") from None
    return _validated(path, _based(path, fields))


def protocol_to_toml(protocol: Protocol) -> str:
    """Write a protocol as TOML that `protocol_from_toml` reads; a field that is None is left out."""
    import tomli_w

    return tomli_w.dumps({name: value for name, value in asdict(protocol).items() if value is not None})


def _based(path: Path, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what the base has and the file does not say."""
    given = dict(fields)
    base = given.pop("base", None)
    if base is None:
        return given
    if base not in PROTOCOLS:
        raise UsageError(f"{path}: base must be one of {', '.join(PROTOCOLS)}, found {base!r}")
    if "name" not in given:
        raise UsageError(f'{path}: a protocol that differs from {base} needs a name of its own; add name = "…"')
    filled = {**asdict(PROTOCOLS[base]), **given}
    if "source" not in given:
        filled["source"] = f"{PROTOCOLS[base].source}; changed: {', '.join(sorted(set(given) - {'name', 'title'}))}"
    return filled


def _validated(path: Path, fields: Mapping[str, Any]) -> Protocol:
    kind = Annotated[Protocol, Field(discriminator="family")]
    adapter: TypeAdapter[Protocol] = TypeAdapter(kind, config=ConfigDict(extra="forbid", strict=False))
    try:
        protocol = adapter.validate_python(dict(fields))
    except ValidationError as error:
        told = "; ".join(_told(one) for one in error.errors()[:8])
        raise UsageError(f"{path}: {told}") from None
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    known = PROTOCOLS.get(protocol.name)
    if known is not None and known != protocol:
        raise UsageError(f"{path}: {protocol.name} is the name of a protocol that radunion has; give yours another")
    return protocol


def _told(error: Any) -> str:
    place = ".".join(
        str(part) for part in error["loc"] if part not in {"blind", "forest", "haar", "film", "pair", "tuned"}
    )
    return f"{place or 'family'}: {error['msg'][0].lower()}{error['msg'][1:]}"
