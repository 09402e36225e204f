"""Vectors opened by the reader of a file's ending: a file of this machine, or files of a hub data set."""

from __future__ import annotations

from pathlib import Path

from harness.vectors.formats import format_of
from harness.vectors.hub_files import hub_files
from harness.vectors.joined import joined
from harness.vectors.source import VectorSource


def open_vectors(location: str, *, column: str | None = None) -> VectorSource:
    """Return the vectors at a path, or at ``hf://datasets/owner/name[@commit][/path]``, as a source.

    Headers are read, and rows of text files are counted. ``column`` names the column, key, array, tensor or
    section where a file has several. Raises InputError, in one line, for a file that is not whole and right,
    and BlockedError where the hub's cannot be had.
    """
    if location.startswith("hf://"):
        return joined([_opened(path, name, column) for path, name in hub_files(location)], location)
    return _opened(Path(location), location, column)


def _opened(path: Path, name: str, column: str | None) -> VectorSource:
    source: VectorSource = format_of(name).open_file(path, name, column)
    return source
