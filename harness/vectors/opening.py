"""A file of vectors, opened by the reader of its ending."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from harness.errors import InputError
from harness.vectors import formats
from harness.vectors.source import VectorSource


def open_vectors(location: str, *, column: str | None = None) -> VectorSource:
    """Return the vectors of a file as a source; only headers are read, and lines counted.

    ``column`` names the column, key, array, tensor or section where a file has several.
    Raises InputError, in one line, for a file that is not whole and right.
    """
    path = Path(location)
    ending = path.suffix.lower().removeprefix(".")
    endings = sorted(module.name for module in pkgutil.iter_modules(formats.__path__))
    if ending not in endings:
        expected = ", ".join(f".{name}" for name in endings)
        raise InputError(f"{location}: found the ending {path.suffix!r}, expected one of {expected}")
    module = importlib.import_module(f"{formats.__name__}.{ending}")
    source: VectorSource = module.open_file(path, location, column)
    return source
