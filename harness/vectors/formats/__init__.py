"""One module a format, named by the ending: ``open_file(path, name, column)`` returns a VectorSource.

A module with ``LINES`` reads lines of text, which may be packed: ``.jsonl.gz``.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import PurePath
from types import ModuleType

from harness.errors import InputError


def endings() -> list[str]:
    """Return the endings of files of vectors, with their dots: the names of the modules."""
    return sorted(f".{module.name}" for module in pkgutil.iter_modules(__path__))


def format_of(name: str) -> ModuleType:
    """Return the module of a file's ending, in either case; raise InputError where there is none."""
    suffixes = PurePath(name.lower()).suffixes
    packed = suffixes[-1:] == [".gz"]
    ending = "".join(suffixes[-2:-1] if packed else suffixes[-1:])
    if ending in endings():
        module = importlib.import_module(__name__ + ending)
        if not packed or hasattr(module, "LINES"):
            return module
    expected = ", ".join(endings()) + ", or texts with --encoder"
    ending += ".gz" if packed else ""
    raise InputError(f"{name}: found the ending {ending!r}, expected one of {expected}")
