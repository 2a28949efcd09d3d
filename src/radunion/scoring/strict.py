"""The base of what this room writes as JSON: closed, frozen, finite."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Refuse unknown fields and numbers that are not finite; nothing changes once it is made."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )
