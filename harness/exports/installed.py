"""Whether an optional package is here."""

from __future__ import annotations

from importlib.util import find_spec

from harness.errors import InputError


def check_installed(package: str, extra: str) -> None:
    """Raise InputError, with what to install, where a package of one of this project's extras is missing."""
    if find_spec(package) is None:
        install = f"pip install 'embedding-compression-evidence[{extra}]'"
        raise InputError(f"{package}: found no such package, expected it installed ({install})")
