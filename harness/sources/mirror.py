"""A file of the mirror (HARNESS_MIRROR or --mirror): pairs of texts, or vectors as they come."""

from __future__ import annotations

from typing import Any

from harness.data.mirrored import Pinned
from harness.data.readers import read_file
from harness.data.vector_files import Rows
from harness.types import PairSet, Place


class Params(Pinned):
    """``path`` inside the mirror, the ``sha256`` of its bytes, and ``rows``: of a file of vectors."""

    rows: Rows = Rows()


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the bytes; raise BlockedError where there is no mirror or no such file."""
    params.located(place)
    return {
        "use": "mirror",
        "path": params.path,
        "sha256": params.sha256,
        "rows": params.rows.identity(),
    }


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the set, read by the file's ending; raise InputError where the file is not the pinned one."""
    return read_file(params.checked(place), name, locate(params, place), params.rows)
