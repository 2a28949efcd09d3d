"""The line of every key of a TOML text: the standard library's reader tells values, not where they stand."""

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str, ...]
Lines = Mapping[Path, int]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|'
    r"'''.*?'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\r\n]+")
_OPENING = re.compile(r"\[+[ \t]*")
_CLOSING = re.compile(r"[ \t]*\]+")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_BETWEEN = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")


def key_lines(text: str) -> Lines:
    """Return the line, from 1, of every table and key of a text that the standard library has read without fault."""
    return _Scan(text).lines


def line_of(lines: Lines, place: Path) -> int:
    """Return the line of a key, or of the nearest table around it that stands in the text."""
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 1


class _Scan:
    """Go through a text once, statement by statement (TOML 1.0)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        table: Path = ()
        self._skip(_BLANK)
        while self.at < len(text):
            if text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> Path:
        self._skip(_OPENING)
        table = self._key(())
        self._skip(_CLOSING)
        return table

    def _pair(self, table: Path) -> None:
        key = self._key(table)
        self._skip(_EQUALS)
        self._value(key)

    def _key(self, table: Path) -> Path:
        """Read a key with its dots, and note every part of it that is new."""
        path = table
        while True:
            word = self._take(_STRING) if self.text[self.at] in "\"'" else self._take(_BARE_KEY)
            path = (*path, _plain(word))
            self.lines.setdefault(path, self.text.count("\n", 0, self.at) + 1)
            if not self._skip(_DOT):
                return path

    def _value(self, key: Path) -> None:
        letter = self.text[self.at]
        if letter in "\"'":
            self._take(_STRING)
        elif letter in "[{":
            self._several(key, "]" if letter == "[" else "}")
        else:
            self._take(_SCALAR)

    def _several(self, key: Path, closing: str) -> None:
        """Read an array, or an inline table, whose keys are noted."""
        self.at += 1
        self._skip(_BETWEEN)
        while self.text[self.at] != closing:
            if closing == "}":
                self._pair(key)
            else:
                self._value(key)
            self._skip(_BETWEEN)
        self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        return bool(self._take(pattern))

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found.group()


def _plain(word: str) -> str:
    """Return a key without its quotes and escapes."""
    return str(tomllib.loads(f"key = {word}")["key"]) if word[0] in "\"'" else word
