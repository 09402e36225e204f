"""The list of a suite's cells that could not run, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from harness.evidence.schema.model import Model, Name, Versioned, check_place, parse


class BlockedCell(Model):
    """A cell that could not run where the evidence was made."""

    cell: Name = Field(description="Name of the cell.")
    encoder: Name = Field(description="Its encoder.")
    train: Name = Field(description="Its training split.")
    missing: Name = Field(description="What is missing.")
    remedy: Name = Field(description="How to get it.")


class Blocked(Versioned):
    """The cells of a suite that could not run."""

    suite: Name = Field(description="Name of the suite.")
    suite_file: str | None = Field(default=None, description="File of the suite that was run.")
    blocked: list[BlockedCell] = Field(description="The cells; empty for none.")


def parse_blocked(path: Path, content: Any) -> Blocked:
    """Return the list at ``path``, <suite>.blocked.json; raise InputError if it is none."""
    blocked = parse(Blocked, content, path)
    check_place(path, "suite", blocked.suite, path.name.removesuffix(".blocked.json"))
    return blocked


def check_blocked(path: Path, content: Any) -> list[dict[str, str]]:
    """Return the entries of the list at ``path`` as they are; raise InputError if it is none."""
    parse_blocked(path, content)
    entries: list[dict[str, str]] = content["blocked"]
    return entries
