"""Installed Python packages: their versions, and the folders of those that carry data. None is imported."""

from __future__ import annotations

import importlib.metadata
import re
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator


def _plain(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,99}", name):
        raise ValueError("the plain name of an installed Python package, such as gensim")
    return name


PackageName = Annotated[str, AfterValidator(_plain)]
"""A name without dots, dashes or leading underscores: nothing has to be imported to find what it names."""


def installed_version(distribution: str) -> str | None:
    """Return the version of an installed distribution; None where it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def package_folder(name: str) -> Path | None:
    """Return the folder of an installed package, None where there is none of that name.

    A folder without ``__init__.py`` does not count: else any folder in the working directory would.
    """
    try:
        spec = PathFinder.find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])
