"""A Parquet file whose footer lies about a number, or that is far larger than it looks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet


def write_one_long_row(path: Path, length: int, column: str = "v") -> None:
    """Write a single list of ``length`` equal numbers: a few hundred bytes, however long."""
    lists = pa.ListArray.from_arrays(pa.array([0, length], pa.int32()), pa.array(np.ones(length)))
    parquet.write_table(pa.table({column: lists}), path, write_statistics=False)


def write_footer_with(path: Path, number: int, instead: int) -> int:
    """Replace a number wherever the footer has it, in as many bytes; return how often it was there."""
    data = path.read_bytes()
    start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    old = _zigzag(number)
    footer = data[start:-8]
    path.write_bytes(data[:start] + footer.replace(old, _zigzag(instead, len(old))) + data[-8:])
    return footer.count(old)


def _zigzag(number: int, length: int = 0) -> bytes:
    """Return a whole number of 64 bits in Thrift's compact form, in at least ``length`` bytes."""
    rest, data = (number << 1 ^ number >> 63) & (2**64 - 1), []
    while rest or len(data) < max(length, 1):
        data.append(rest & 127)
        rest >>= 7
    return bytes([byte | 128 for byte in data[:-1]] + data[-1:])
