"""Protocols: what a study compares, each a small frozen definition with its source; TOML files add to them."""

from radunion.study.protocols.builtin import PROTOCOLS, THESIS
from radunion.study.protocols.definition import (
    BlindProtocol,
    FilmProtocol,
    ForestProtocol,
    HaarProtocol,
    NetworkProtocol,
    PairProtocol,
    Protocol,
    TunedProtocol,
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
    "NetworkProtocol",
    "PairProtocol",
    "Protocol",
    "TunedProtocol",
    "Variant",
    "protocol_from_toml",
    "protocol_of",
    "protocol_to_toml",
    "varied",
]
