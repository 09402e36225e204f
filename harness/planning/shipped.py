"""Where suites are found: in the current folder, else where they were installed with the harness."""

from __future__ import annotations

from pathlib import Path

from harness.errors import InputError

OWN = Path("suites")  # of the current folder
SHIPPED = Path(__file__).resolve().parents[2] / "suites"  # beside the package, in a checkout as in a wheel


def suites() -> dict[str, Path]:
    """Return every suite by its name: those shipped, or in their place the current folder's of that name."""
    paths = {path.name: path for folder in (SHIPPED, OWN) for path in folder.glob("*.toml")}
    return {paths[name].stem: paths[name] for name in sorted(paths)}


def suite_paths(names: list[str]) -> list[Path]:
    """Return the files of the suites named, by name or by path; raise InputError for what is neither.

    Where none is named: every suite of the current folder, or every one shipped if that has none.
    """
    if not names:
        return sorted(OWN.glob("*.toml")) or sorted(SHIPPED.glob("*.toml"))
    by_name = suites()
    paths: dict[str, Path] = {}
    for name in names:
        path = Path(name) if name.endswith(".toml") else by_name.get(name)
        if path is None or not path.is_file():
            choices = ", ".join(by_name)
            raise InputError(f"suite: found {name!r}, expected one of {choices} or a path to a TOML file")
        if path.stem in paths:
            raise InputError(f"suite: found two of the name {path.stem!r}, expected names that differ")
        paths[path.stem] = path
    return list(paths.values())
