"""An array that is written to a ``.npy`` file in batches: its places, its header and its size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from harness.deploy.record import Origin
from harness.errors import InputError


class Batch(NamedTuple):
    """Rows ``values`` (n, width) or (n,), of the input's rows up to ``input_rows`` without ``broken``."""

    values: NDArray[Any]
    input_rows: int
    broken: Mapping[int, str]


Batches = Callable[[int], Iterator[Batch]]
"""Yields the batches from a row of the input on, where a batch begins."""


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """An array to be: its path, what decides its bytes, and the rows it has at most."""

    path: Path
    origin: Origin
    most_rows: int

    @property
    def part(self) -> Path:
        """Return where rows are gathered."""
        return self.path.with_name(f".{self.path.name}.part")

    def header(self, rows: int) -> bytes:
        """Return the header of a .npy file, of the same length for any number of rows."""
        shape = (rows,) if self.origin.width is None else (rows, self.origin.width)
        descr = npy.dtype_to_descr(np.dtype(self.origin.dtype))
        buffer = BytesIO()
        npy.write_array_header_1_0(buffer, {"descr": descr, "fortran_order": False, "shape": shape})
        return buffer.getvalue()

    def refused(self, error: OSError) -> InputError:
        """Return the line for a system's error while the array is written, such as a full disk."""
        expected = f"expected room for {self.size(self.most_rows):,} bytes"
        return InputError(f"{self.path}: {error.strerror or error}, {expected}")

    def size(self, rows: int) -> int:
        """Return the bytes of the file with ``rows`` rows."""
        return len(self.header(rows)) + rows * (self.origin.width or 1) * np.dtype(self.origin.dtype).itemsize
