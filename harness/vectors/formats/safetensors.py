"""``.safetensors``: a tensor of float, bfloat16 or whole numbers, read by position."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import InputError, one_line
from harness.vectors.choosing import chosen
from harness.vectors.matrix import StoredMatrix
from harness.vectors.source import VectorSource
from harness.vectors.stored_file import stored_file

_TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    **{f"{letter}{8 * size}": f"<{letter.lower()}{size}" for letter in "IU" for size in (1, 2, 4, 8)},
}


def open_file(path: Path, name: str, column: str | None) -> VectorSource:
    """Return the rows of the tensor ``column``, or of the only one that can be meant.

    The library checks the header against the file's size. Raises InputError for what it refuses.
    """
    from safetensors import SafetensorError, safe_open

    stored = stored_file(path)
    try:
        with safe_open(path, framework="np"):
            header, offset = _header(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise InputError(f"{name}: {one_line(error)[:200]}, expected a .safetensors file") from error
    header.pop("__metadata__", None)
    matrices = [key for key, tensor in header.items() if len(tensor["shape"]) == 2]  # noqa: PLR2004 - a matrix
    tensor = header[chosen(column, matrices, list(header), name)]
    if tensor["dtype"] not in _TYPES:
        raise InputError(f"{name}: found numbers of type {tensor['dtype']}, expected {', '.join(_TYPES)}")
    dtype = np.dtype(_TYPES[tensor["dtype"]])
    at, shape = offset + tensor["data_offsets"][0], tuple(tensor["shape"])
    return StoredMatrix(stored, at, shape, dtype, bfloat16=tensor["dtype"] == "BF16").source(name)


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """Return the header of a file that the library has checked, and where the numbers begin."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header: dict[str, Any] = json.loads(file.read(length))
    return header, 8 + length
