"""Names to modules: the file's name, with dashes, is the registration; and a digest of what code says."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path
from types import ModuleType

from harness.code_digest import digest_source, own_imports
from harness.core import InputError

_FOLDER = Path(__file__).parent


def names(kind: str) -> list[str]:
    """Return the plug-ins of a kind ('compressors', 'metrics' …) as suites write them."""
    return list(_names(kind))


@functools.cache
def _names(kind: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem.replace("_", "-") for path in (_FOLDER / kind).glob("[a-z]*.py")))


def load(kind: str, name: str, where: str) -> ModuleType:
    """Return the module of a plug-in; raise InputError, with the choices, for a name that is none."""
    if name not in _names(kind):
        raise InputError(f"{where}: found {name!r}, expected one of {', '.join(_names(kind))}")
    return importlib.import_module(f"harness.{kind}.{name.replace('-', '_')}")


@functools.cache
def code_digest(module: str) -> str:
    """Return the digest of what a module computes (16 hex digits); ``module`` is a dotted name of ours."""
    return digest_source(_path(module).read_text("utf-8"))


@functools.cache
def stands_on(module: str) -> frozenset[str]:
    """Return a module of the harness and those that it imports, and those that these import, dotted names."""
    names = {name for name in own_imports(_path(module).read_text("utf-8")) if _path(name).is_file()}
    return frozenset({module}).union(*(stands_on(name) for name in names))


def code_of(module: str) -> list[str]:
    """Return the sorted digests of a module and of all that it stands on: no folder's name is in it."""
    return sorted({code_digest(name) for name in stands_on(module)})


def _path(module: str) -> Path:
    return _FOLDER.parent / (module.replace(".", "/") + ".py")
