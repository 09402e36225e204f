"""Where data sets and encoders are defined: a file each, beside the suite first, then among those shipped.

A suite at ``folder/mine.toml`` finds ``folder/datasets/<name>.toml`` and ``folder/encoders/<name>.toml``, and
under a name that is not there the definition that comes with the harness.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from harness.errors import InputError
from harness.evidence.files import inside
from harness.planning import shipped, strict_toml
from harness.planning.definitions import Dataset, Encoder

Kind = Literal["datasets", "encoders"]
Folders = tuple[Path, ...]

_WHAT: dict[Kind, str] = {"datasets": "a data set", "encoders": "an encoder"}


def folders(own: Path) -> Folders:
    """Return the folders whose datasets/ and encoders/ count for suites in ``own``, its own first."""
    return (own,) if own.resolve() == shipped.SHIPPED.resolve() else (own, shipped.SHIPPED)


def names(kind: Kind, where: Folders) -> list[str]:
    """Return the names that are defined in ``where``, those of its first folder first."""
    listed = (path.stem for folder in where for path in sorted((folder / kind).glob("*.toml")))
    return list(dict.fromkeys(listed))


def dataset(name: str, where: Folders, named_in: str) -> Dataset:
    """Return a data set; ``named_in`` is the file and key that name it, for the error where there is none."""
    file = _file("datasets", name, where, named_in)
    return strict_toml.validated(Dataset, strict_toml.read(file, _WHAT["datasets"]), file).read_from(file)


def encoder(name: str, where: Folders, named_in: str) -> Encoder:
    """Return an encoder; ``named_in`` is the file and key that name it, for the error where there is none."""
    file = _file("encoders", name, where, named_in)
    return strict_toml.validated(Encoder, strict_toml.read(file, _WHAT["encoders"]), file).read_from(file)


def _file(kind: Kind, name: str, where: Folders, named_in: str) -> Path:
    """Return the first file that defines a name; raise InputError where none does or it leaves its folder."""
    for folder in where:
        file = folder / kind / f"{name}.toml"
        if file.is_file():
            inside(folder, f"{kind}/{name}.toml", named_in)
            return file
    choices = ", ".join(names(kind, where)) or f"a file {where[0] / kind / name}.toml"
    raise InputError(f"{named_in}: found {name!r}, expected one of {choices}")
