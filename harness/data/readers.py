"""A user's file as a set: its ending decides the format."""

from __future__ import annotations

from pathlib import Path

from harness.data.parquet import read_parquet
from harness.data.text_files import read_pairs
from harness.data.vector_files import Rows, read_vectors
from harness.errors import InputError
from harness.types import Json, PairSet


def read_file(path: Path, name: str, origin: Json, taken: Rows) -> PairSet:
    """Return the set in a file: vectors in ``.parquet``, ``.npy`` and ``.npz``, else pairs of texts.

    Upper and lower case of an ending count alike.
    """
    ending = path.suffix.lower()
    if ending == ".parquet":
        return read_parquet(path, name, origin, taken)
    if ending in {".npy", ".npz"}:
        return read_vectors(path, name, origin, taken)
    if taken != Rows():
        raise InputError(f"{path}: found texts and the key rows, expected it for vectors alone")
    return read_pairs(path, name, origin)
