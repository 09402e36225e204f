"""A folder that mirrors what a user would download (HARNESS_MIRROR or --mirror), every file by digest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from harness.data.parquet import read_parquet
from harness.data.readers import Rows, read_file
from harness.errors import BlockedError
from harness.evidence.files import check_digest, inside
from harness.types import PairSet, Place


class Params(BaseModel, extra="forbid", frozen=True):
    """``path`` inside the mirror, the ``sha256`` of its bytes, and ``rows``: of a file of vectors."""

    path: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    rows: Rows = Rows()


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the bytes; raise BlockedError where there is no mirror or no such file."""
    if place.mirror is None:
        raise BlockedError("no mirror is given", "set HARNESS_MIRROR=DIR or pass --mirror DIR")
    if not _path(params, place.mirror).exists():
        raise BlockedError(
            f"{params.path} is not in the mirror", f"put it at {params.path} in the mirror's folder"
        )
    return {
        "use": "mirror",
        "path": params.path,
        "sha256": params.sha256,
        "rows": params.rows.identity(),
    }


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the set, read by the file's ending; raise InputError where the file is not the pinned one."""
    origin = locate(params, place)
    assert place.mirror is not None  # noqa: S101 - locate has just said so
    path = _path(params, place.mirror)
    check_digest(path, params.sha256)
    read_as = read_parquet if path.suffix.lower() == ".parquet" else read_file
    return read_as(path, name, origin, params.rows)


def _path(params: Params, mirror: Path) -> Path:
    return inside(mirror, params.path, "mirror", pinned=True)
