"""Names to modules: the file's name, with dashes, is the registration; and a digest of what code says."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib
import io
import tokenize
from pathlib import Path
from types import ModuleType

from harness.core import InputError

_FOLDER = Path(__file__).parent
_SILENT = {tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER}
_STRUCTURE = {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
_F_START, _F_END = getattr(tokenize, "FSTRING_START", -1), getattr(tokenize, "FSTRING_END", -1)


def names(kind: str) -> list[str]:
    """Return the plug-ins of a kind ('compressors', 'metrics' …) as suites write them."""
    return sorted(path.stem.replace("_", "-") for path in (_FOLDER / kind).glob("[a-z]*.py"))


def load(kind: str, name: str, where: str) -> ModuleType:
    """Return the module of a plug-in; raise InputError, with the choices, for a name that is none."""
    if name not in names(kind):
        raise InputError(f"{where}: found {name!r}, expected one of {', '.join(names(kind))}")
    return importlib.import_module(f"harness.{kind}.{name.replace('-', '_')}")


@functools.cache
def code_digest(module: str) -> str:
    """Return a short sha256 of a module's tokens, so that only a change that can matter changes it.

    Comments, docstrings and line breaks are left out; a comma before a closing bracket is not, as it can
    make a tuple. ``module`` is a dotted name inside the harness.
    """
    path = _FOLDER.parent / (module.replace(".", "/") + ".py")
    return digest_source(path.read_text("utf-8"))


@functools.cache
def stands_on(module: str) -> frozenset[str]:
    """Return a module of the harness and those that it imports, and those that these import, dotted names."""
    path = _FOLDER.parent / (module.replace(".", "/") + ".py")
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "harness":
            inner = {str(node.module) + "." + alias.name for alias in node.names}
            names |= {name for name in (str(node.module), *inner) if _is_module(name)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if alias.name.startswith("harness.")}
    return frozenset({module}).union(*(stands_on(name) for name in names))


def _is_module(name: str) -> bool:
    return (_FOLDER.parent / (name.replace(".", "/") + ".py")).is_file()


def digest_source(source: str) -> str:
    """Return the token digest of Python source text (16 hex digits).

    An f-string counts as one token whatever it says: Python 3.12 began to cut them up, and the digest has
    to be the same on every version. They are messages: a text that decides a result is put together with +.
    """
    hasher = hashlib.sha256()
    fresh = True  # at the start of a statement, where a string alone is a docstring
    inside = 0  # nested f-strings
    passed = False  # over a docstring, whose line's end is none of the code's either
    for kind, text, *_ in tokenize.generate_tokens(io.StringIO(source).readline):
        if kind == tokenize.STRING and fresh and not inside:
            passed = True
        elif kind == tokenize.NEWLINE and passed:
            passed = False
        elif kind in _STRUCTURE:
            hasher.update(tokenize.tok_name[kind].encode())
            fresh = True
        elif kind == _F_END:
            inside -= 1
        elif kind == _F_START or (kind == tokenize.STRING and "f" in text.lower().split(text[-1])[0]):
            hasher.update(b"" if inside else b"f-string ")
            inside += kind == _F_START
            fresh = False
        elif kind not in _SILENT and not inside:
            hasher.update(text.encode() + b" ")
            fresh = False
    return hasher.hexdigest()[:16]
