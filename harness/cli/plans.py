"""From the suites that a user names to their cells, and how each stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import InputError
from harness.evidence.layout import Tree

if TYPE_CHECKING:
    from harness.planning.status import Entry


def statuses(
    names: list[str] | None,
    mirror: Path | None,
    out: Path,
    *,
    offline: bool,
    large: bool = False,
    force: bool = False,
    allow_api: list[str] | None = None,
    device: str = "cpu",
) -> list[Entry]:
    """Return every cell of the suites named, by name or path; of all suites where none is named.

    From here on the process uses ``device``: what confirms committed evidence leaves it at the CPU. Raises
    InputError for a suite that there is none of or that is wrong, and for a device that is not there.
    """
    from harness.embedding.api_keys import ALLOW, parse_allowed
    from harness.numerics.device import choose
    from harness.planning.shipped import suite_paths
    from harness.planning.status import entries
    from harness.types import Place

    if mirror is not None and not mirror.is_dir():
        raise InputError(f"mirror: {mirror} is not a folder, expected one that holds the mirrored files")
    choose(device)
    if offline:
        os.environ["HF_HUB_OFFLINE"] = "1"
    allowed = parse_allowed([*(allow_api or ()), *os.environ.get(ALLOW, "").replace(",", " ").split()])
    return [
        entry
        for path in suite_paths(names or [])
        for entry in entries(
            path, Place(path.parent.resolve(), mirror, offline, large, allowed), Tree(out), force=force
        )
    ]


def by_suite(cells: list[Entry]) -> dict[str, list[str]]:
    """Return the ids of the cells by their suites."""
    ids: dict[str, list[str]] = {}
    for entry in cells:
        ids.setdefault(entry.cell.suite, []).append(entry.cell.id)
    return ids


def matching(cells: list[Entry], pattern: str) -> list[Entry]:
    """Return the cells whose id matches a shell pattern; raise InputError where none does."""
    from fnmatch import fnmatchcase

    chosen = [entry for entry in cells if fnmatchcase(entry.cell.id, pattern)]
    if not chosen:
        raise InputError(f"--only: no cell matches {pattern!r}; harness plan lists them")
    return chosen
