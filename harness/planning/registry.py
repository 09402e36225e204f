"""Names to modules: the file's name, with dashes, is the registration; and a digest of what code says."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path
from types import ModuleType

from harness.errors import InputError
from harness.planning.source_facts import notes

_FOLDER = Path(__file__).parent.parent
KINDS = ("compressors", "encoders", "indexes", "metrics", "protocols", "sources")
# Where values are computed. What lies elsewhere plans, writes or shows them.
_COMPUTING = (*KINDS, "codecs", "data", "embedding", "evaluation", "numerics", "statistics", "types")


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
    return _module(kind, name)


@functools.cache
def _module(kind: str, name: str) -> ModuleType:
    return importlib.import_module(f"harness.{kind}.{name.replace('-', '_')}")


def code_digest(module: str) -> str:
    """Return the digest of what a module computes (16 hex digits); ``module`` is a dotted name of ours."""
    return _source_facts(module)[0]


@functools.cache
def transitive_imports(module: str) -> frozenset[str]:
    """Return a module of the harness and all that it imports, and these import, to compute values.

    Dotted names. Modules of folders that compute no value are neither named nor followed.
    """
    names = {name for name in _source_facts(module)[1] if _computes(name) and _path(name).is_file()}
    return frozenset({module}).union(*(transitive_imports(name) for name in names))


def code_of(*modules: str) -> list[str]:
    """Return the sorted digests of modules and of their transitive imports: no folder's name is in them."""
    return sorted({code_digest(name) for module in modules for name in transitive_imports(module)})


@functools.cache
def _source_facts(module: str) -> tuple[str, frozenset[str]]:
    """Return the digest of a module, and the dotted names that it imports."""
    return notes().facts(_path(module).read_text("utf-8"))


def _computes(module: str) -> bool:
    return "." in module and module.split(".")[1] in _COMPUTING


def _path(module: str) -> Path:
    return _FOLDER.parent / (module.replace(".", "/") + ".py")
