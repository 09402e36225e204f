"""A digest of what Python source computes: the same on every version of Python, and wherever the file lies.

It is taken over the syntax tree, so layout and comments are no part of it. Docstrings are left out. Of an
import from the harness only the names count: a module that moves to another folder changes nothing in
those that import it, and what the module computes has a digest of its own. This module needs the standard
library alone, so that other versions of Python can be asked.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import itertools
from collections.abc import Iterator, Sequence

PACKAGE = "harness"
# ``ctx`` follows from the place, ``kind`` is the u of u"", ``type_comment`` is a comment.
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")  # of statements
_SILENT_FIELDS = frozenset({"ctx", "kind", "type_comment"})


def digest_source(source: str) -> str:
    """Return the digest of Python source text (16 hex digits); raise SyntaxError where it is none."""
    return hashlib.sha256(_text(_parsed(source)).encode()).hexdigest()[:16]


def own_imports(source: str) -> set[str]:
    """Return the dotted names that a source imports from the harness, of modules and of what is in them."""
    names: set[str] = set()
    for node in _statements(_parsed(source).body):
        if isinstance(node, ast.ImportFrom) and _is_own(node):
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if alias.name.startswith(PACKAGE + ".")}
    return names


def _statements(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Yield the statements of a body and of all bodies within: no other node is looked at."""
    for node in body:
        yield node
        for field in _BODIES:
            yield from _statements(getattr(node, field, ()))


@functools.lru_cache(maxsize=1)  # who asks for a digest asks for the imports next, or the other way round
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def _text(value: object) -> str:
    """Return a node, a list of nodes or a constant as text that no two different programs share.

    Fields that are empty are left out: newer versions of Python add some.
    """
    if isinstance(value, ast.JoinedStr):
        return _joined(value)
    if isinstance(value, ast.AST):
        fields = (
            f"{name}={_text(field)}"
            for name in value._fields
            if name not in _SILENT_FIELDS and (field := getattr(value, name, None)) not in (None, [])
        )
        return f"{type(value).__name__}({','.join(fields)})"
    if isinstance(value, list):
        if any(isinstance(item, ast.stmt) for item in value):
            return _body(value)
        return "[" + ",".join(_text(item) for item in value) + "]"
    # ``ascii`` and not ``repr``: what is printable depends on Python's version of Unicode.
    return f"{type(value).__name__}:{value!a}"


def _body(statements: Sequence[ast.stmt]) -> str:
    """Return the text of statements: first the names imported from the harness, sorted, then the rest.

    A formatter sorts imports by module, so that their order follows from where modules lie.
    """
    own = [node for node in statements if isinstance(node, ast.ImportFrom) and _is_own(node)]
    imported = sorted(_text(alias) for node in own for alias in node.names)
    rest = [_text(node) for node in statements if node not in own and not _does_nothing(node)]
    return "[" + ",".join(imported + rest) + "]"


def _is_own(node: ast.ImportFrom) -> bool:
    return node.level > 0 or str(node.module).split(".")[0] == PACKAGE


def _does_nothing(node: ast.stmt) -> bool:
    """Return whether a statement is a docstring, or stands where the syntax wants one and nothing is done."""
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _joined(node: ast.JoinedStr) -> str:
    """Return the text of an f-string with neighbouring constants as one: versions of Python cut otherwise."""
    parts: list[str] = []
    for constant, group in itertools.groupby(node.values, lambda part: isinstance(part, ast.Constant)):
        if constant:
            parts.append(_text("".join(str(part.value) for part in group if isinstance(part, ast.Constant))))
        else:
            parts += map(_text, group)
    return "JoinedStr[" + ",".join(part for part in parts if part != _text("")) + "]"
