"""What commands that read evidence have in common: the folder, and a line on what it lacks."""

from __future__ import annotations

from pathlib import Path

from harness.errors import InputError
from harness.evidence.layout import Tree


def existing(folder: Path) -> Tree:
    """Return the tree of an evidence folder; raise InputError where there is no such folder."""
    if not folder.is_dir():
        raise InputError(
            f"{folder}: no such folder, expected evidence: committed in a checkout, or of a harness run"
        )
    return Tree(folder)


def summary(missing: list[str]) -> str:
    """Return one line on cells or values that are missing."""
    return f"{len(missing)} cells or values are missing: {missing[0]}"
