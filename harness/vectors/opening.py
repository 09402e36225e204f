"""Vectors opened by the reader of a file's ending: a file of this machine, or files of a hub data set."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from harness.errors import InputError
from harness.vectors import formats
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
        files = hub_files(location)
        return joined([_opened(path, name, column) for path, name in files], location)
    return _opened(Path(location), location, column)


def endings() -> list[str]:
    """Return the endings of files of vectors, with their dots: the names of the formats' modules."""
    return sorted(f".{module.name}" for module in pkgutil.iter_modules(formats.__path__))


def _opened(path: Path, name: str, column: str | None) -> VectorSource:
    ending = path.suffix.lower()
    if ending not in endings():
        raise InputError(f"{name}: found the ending {ending!r}, expected one of {', '.join(endings())}")
    module = importlib.import_module(formats.__name__ + ending)
    source: VectorSource = module.open_file(path, name, column)
    return source
