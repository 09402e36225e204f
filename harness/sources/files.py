"""Your own files, beside the suite: pairs of texts, or vectors as they come.

Texts: ``.jsonl``, ``.jsonl.gz`` (sentence1, sentence2, score) or ``.tsv``. Vectors: ``.npz`` with left,
right and perhaps gold, or rows (``.npy``, an array of a ``.npz``, a column of a ``.parquet``), of which
``rows`` says what to take.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from harness.data.readers import read_file
from harness.data.vector_files import Rows
from harness.errors import BlockedError
from harness.evidence.files import inside, sha256_file
from harness.types import PairSet, Place


class Params(BaseModel, extra="forbid", frozen=True):
    """``path``, relative to the suite's folder and inside it; ``rows``: of a file of vectors."""

    path: str
    rows: Rows = Rows()


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return the path and the sha256 of the file; raise BlockedError where there is none."""
    path = inside(place.folder, params.path, "files")
    if not path.is_file():
        raise BlockedError(f"{path} is not there", "put the file there or mend its path in the suite")
    return {
        "use": "files",
        "path": params.path,
        "sha256": sha256_file(path),
        "rows": params.rows.identity(),
    }


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the set, read by the file's ending."""
    path = inside(place.folder, params.path, "files")
    return read_file(path, name, locate(params, place), params.rows)
