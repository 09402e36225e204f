"""Pages of the Python reference: the docstrings of each folder of ``harness/``, read without importing it."""

from __future__ import annotations

from pathlib import Path

from paths import ROOT

HARNESS = ROOT / "harness"


def navigation() -> list[tuple[str, str]]:
    """Return the title and path of each page."""
    return [(folder.name, f"reference/{folder.name}.md") for folder in _folders()]


def pages() -> dict[str, str]:
    """Return the pages by path: a folder's docstring, then each of its modules."""
    return {f"reference/{folder.name}.md": _page(folder) for folder in _folders()}


def _folders() -> list[Path]:
    """Return the packages directly below ``harness/``; the page of commands has ``cli``."""
    return sorted(path.parent for path in HARNESS.glob("*/__init__.py") if path.parent.name != "cli")


def _page(folder: Path) -> str:
    modules = sorted(path.relative_to(folder).with_suffix("") for path in folder.rglob("[a-z]*.py"))
    entries = [_entry(folder.name, ".".join(path.parts)) for path in modules]
    about = f"::: harness.{folder.name}\n    options:\n      members: false\n      show_root_heading: false\n"
    return "\n".join([f"# harness.{folder.name}\n\n{about}", *entries])


def _entry(folder: str, module: str) -> str:
    options = "    options:\n      show_root_heading: false\n      show_root_toc_entry: false\n"
    return f"## {module}\n\n::: harness.{folder}.{module}\n{options}"
