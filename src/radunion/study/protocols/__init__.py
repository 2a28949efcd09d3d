"""Protocols: what a study compares, each a small frozen definition with its source; TOML files add to them."""

from radunion.study.protocols.builtin import PROTOCOLS, THESIS
from radunion.study.protocols.definition import (
    BlindProtocol,
    FilmProtocol,
    ForestProtocol,
    HaarProtocol,
    PairProtocol,
    Protocol,
)
from radunion.study.protocols.file import protocol_from_toml, protocol_of, protocol_to_toml
from radunion.study.protocols.variant import Variant, varied

__all__ = [
    "PROTOCOLS",
    "THESIS",
    "BlindProtocol",
    "FilmProtocol",
    "ForestProtocol",
    "HaarProtocol",
    "PairProtocol",
    "Protocol",
    "Variant",
    "protocol_from_toml",
    "protocol_of",
    "protocol_to_toml",
    "varied",
]
