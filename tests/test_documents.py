"""What the documents name exists: files, links, commands, targets, extras, versions."""

import re
import shlex
import tomllib
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from pathlib import Path

import pytest

from radunion import __version__
from radunion.cli.parser import build_parser

REPOSITORY = Path(__file__).parents[1]
GUIDES = ("README.md", "CONTRIBUTING.md")
PAGES = tuple(
    path.relative_to(REPOSITORY).as_posix()
    for path in sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
)
PICTURE = REPOSITORY / "docs" / "images" / "score.png"

_FENCE = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_OURS = re.compile(r"(src|tests|docs|benchmarks|\.ci)/\S*|\S+\.(py|md|toml|cff|lock)")
_NAMED = re.compile(r"^\|[^|]+\| \[`([^`]+)`\]\([^)]+\) \| `(\w+)` \|$", re.MULTILINE)


def text_of(page: str) -> str:
    return (REPOSITORY / page).read_text(encoding="utf-8")


def code_of(text: str) -> list[str]:
    """Return every line of code blocks, without its remark, and every code span."""
    lines = [line.partition(" # ")[0].strip() for block in _FENCE.findall(text) for line in block.splitlines()]
    return [*lines, *_SPAN.findall(_FENCE.sub("", text))]


def missing_paths(text: str) -> list[str]:
    """Return the code spans that read like files of the repository and are none."""
    spans = _SPAN.findall(_FENCE.sub("", text))
    return [span for span in spans if _OURS.fullmatch(span) and not (REPOSITORY / span).exists()]


def broken_links(text: str, folder: Path) -> list[str]:
    """Return the relative links that lead nowhere, to a file or to a heading."""
    links = [link for link in _LINK.findall(text) if "://" not in link]
    return [link for link in links if not _resolves(folder, *link.partition("#")[::2])]


def _resolves(folder: Path, file: str, heading: str) -> bool:
    target = folder / file
    return target.exists() and (not heading or heading in _headings(target.read_text(encoding="utf-8")))


def _headings(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def unknown_commands(text: str) -> list[str]:
    """Return the calls of `radunion` that its parser does not know; a call with operands is parsed whole."""
    return [call for call in code_of(text) if re.match(r"(\.venv/bin/)?radunion( |$)", call) and not _known(call)]


def _known(call: str) -> bool:
    words = shlex.split(call)[1:]
    return "--help" in words or words in _commands(build_parser()) or _parses(words)


def _parses(words: list[str]) -> bool:
    try:
        build_parser().parse_args(words)
    except SystemExit:
        return False
    return True


def _commands(parser: ArgumentParser) -> list[list[str]]:
    return [[], *_below(parser)]


def _below(parser: ArgumentParser) -> Iterator[list[str]]:
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for name, command in action.choices.items():
                yield from ([name, *rest] for rest in _commands(command))


def unknown_targets(text: str) -> list[str]:
    """Return the calls of `make` that the Makefile does not know."""
    known = re.findall(r"^([\w-]+):", text_of("Makefile"), re.MULTILINE)
    return [call for call in code_of(text) if re.match(r"make( |$)", call) and not {*call.split()[1:]} <= {*known}]


def unknown_extras(text: str) -> list[str]:
    """Return the extras in brackets that the package does not have."""
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    asked = re.findall(r'pip install "\.\[([\w,]+)\]"', text)
    return [extra for extra in asked if not {*extra.split(",")} <= {*project["optional-dependencies"]}]


def misplaced_names(text: str) -> list[str]:
    """Return the names of the table of places that their file does not define."""
    return [
        name
        for path, name in _NAMED.findall(text)
        if not re.search(rf"^(class|def) {name}\b", text_of(path), re.MULTILINE)
    ]


@pytest.mark.parametrize("page", GUIDES)
def test_every_path_in_a_code_span_exists(page: str) -> None:
    assert missing_paths(text_of(page)) == []


@pytest.mark.parametrize("page", [page for page in PAGES if "/decisions/" in page])
def test_every_full_path_in_a_decision_exists(page: str) -> None:
    full = " ".join(f"`{span}`" for span in _SPAN.findall(text_of(page)) if re.match(r"(src|tests|docs)/", span))
    assert [path for path in missing_paths(full) if not any(REPOSITORY.glob(path))] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_resolves(page: str) -> None:
    assert broken_links(text_of(page), (REPOSITORY / page).parent) == []


@pytest.mark.parametrize("page", GUIDES)
def test_every_command_exists(page: str) -> None:
    assert unknown_commands(text_of(page)) == []
    assert unknown_targets(text_of(page)) == []
    assert unknown_extras(text_of(page)) == []


def test_every_name_stands_in_its_file() -> None:
    readme = text_of("README.md")
    assert {"UnionRule", "inverted", "set_likelihood"} <= {name for _, name in _NAMED.findall(readme)}
    assert misplaced_names(readme) == []


def test_what_is_wrong_is_named() -> None:
    wrong = (
        "`src/radunion/cellar.py` `CELLAR.md` [a](docs/cellar.md) [b](README.md#cellar) `radunion heal` `make wine`\n"
        '`pip install ".[wine]"`\n| a | [`src/radunion/scale.py`](src/radunion/scale.py) | `Cellar` |\n'
        "```\n.venv/bin/radunion train cohort.csv --vintage 2\nmake wine    # red\n```\n"
    )
    assert missing_paths(wrong) == ["src/radunion/cellar.py", "CELLAR.md"]
    assert broken_links(wrong, REPOSITORY) == ["docs/cellar.md", "README.md#cellar"]
    assert unknown_commands(wrong) == [".venv/bin/radunion train cohort.csv --vintage 2", "radunion heal"]
    assert unknown_targets(wrong) == ["make wine", "make wine"]
    assert unknown_extras(wrong) == ["wine"]
    assert misplaced_names(wrong) == ["Cellar"]


def test_what_is_right_is_left_alone() -> None:
    right = "`radunion` `radunion cohort check` `radunion score --help` `ap.dcm` `demo/report.html` `make test` `--out`"
    assert missing_paths(right) == unknown_commands(right) == unknown_targets(right) == []


def test_the_first_screen_has_one_picture_two_commands_and_one_result() -> None:
    screen, _ = text_of("README.md").split("\n## ", maxsplit=1)
    assert re.findall(r"!\[[^\]]+\]\((.+)\)", screen) == [PICTURE.relative_to(REPOSITORY).as_posix()]
    assert [line.split()[1] for line in code_of(screen) if line.startswith("make")] == ["demo", "test"]
    (result,) = re.findall(r"^\*\*Result, simulated\.\*\*.*$", screen, re.MULTILINE)
    assert "baseline" in result
    assert "interval" in result


def test_the_picture_is_small() -> None:
    assert PICTURE.stat().st_size <= 120_000


def test_all_tell_the_same_version() -> None:
    (cited,) = re.findall(r"^version: (\S+)$", text_of("CITATION.cff"), re.MULTILINE)
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    assert cited == __version__ == project["version"]
    assert f"## [{__version__}]" in text_of("CHANGELOG.md")
    assert f"license: {project['license']}" in text_of("CITATION.cff")
