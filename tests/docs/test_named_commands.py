"""What pages tell a reader to type: each command and option that they name exists."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from support.paths import ROOT

from harness.cli.app import app

PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").glob("*.ipynb"),
    ]
)
_FENCED = re.compile(r"^```(?:\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`(harness [^`\n]+|make [^`\n]+)`")
_OPTION = re.compile(r"`(--[a-z-]+)[^`\n]*`")
_ENDS = {"|", "&&", ";", ">"}
_COMMANDS = typer.main.get_group(app).commands
_TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def _text(path: Path) -> str:
    """Return a page, or of a notebook its pages and its cells as fenced code."""
    if path.suffix == ".md":
        return path.read_text("utf-8")
    cells = json.loads(path.read_text("utf-8"))["cells"]
    sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    return "\n".join(f"```\n{source}\n```" if kind == "code" else source for kind, source in sources)


def _commands(path: Path) -> Iterator[list[str]]:
    """Yield the words of each command line of ``harness`` or ``make`` on a page."""
    text = _text(path)
    lines = [line for block in _FENCED.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    for line in [*lines, *_INLINE.findall(_FENCED.sub("", text))]:
        match = re.match(r"[!%$ ]*((?:harness|make)\s.*)", line)
        if not match or re.match(r"\w+ [=:(]", match[1]):
            continue
        words = shlex.split(match[1], comments=True)
        end = next((at for at, word in enumerate(words) if word in _ENDS), len(words))
        yield words[:end]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_and_options_of_a_page_exist(path: Path) -> None:
    """A command of the command line with its options, or a target of the Makefile; placeholders aside."""
    assert [] == [problem for words in _commands(path) if (problem := _problem(words))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_options_that_a_page_explains_exist(path: Path) -> None:
    """An option that stands without its command is one of some command."""
    options = {name for command in _COMMANDS.values() for each in command.params for name in each.opts}
    assert [] == sorted(set(_OPTION.findall(_FENCED.sub("", _text(path)))) - options)


def test_a_command_that_does_not_exist_is_seen(tmp_path: Path) -> None:
    """A wrong command, a wrong option, in a block or in a line, and a wrong target."""
    page = tmp_path / "page.md"
    lines = ("harness plan sample --wrong=1 | head --lines 3  # --comment", "harness --help", "make tests")
    block = "\n".join(["```", *lines, "make test PYTHON=3", "```"])
    page.write_text(f"`harness verify --tier rerun` and `harness verfy`\n{block}\n", "utf-8")
    problems = [problem for words in _commands(page) if (problem := _problem(words))]
    assert ["plan --wrong", "make tests", "verfy"] == problems


def _problem(words: list[str]) -> str | None:
    """Return what a command line names that does not exist, or None."""
    program, name = words[:2]
    if program == "make":
        return None if name in _TARGETS or "=" in name or name == "…" else f"make {name}"
    if name in {"--help", "…"} or name.isupper():
        return None
    command = _COMMANDS.get(name)
    if command is None:
        return name
    options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    used = [word.partition("=")[0] for word in words[2:] if re.match(r"--?[a-z]", word)]
    wrong = [option for option in used if option not in options]
    return f"{name} {' '.join(wrong)}" if wrong else None
