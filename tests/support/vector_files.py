"""Files of vectors, each written without the harness: by the format's own library, or byte by byte."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet
from safetensors.numpy import save_file

Rows = NDArray[Any]
Write = Callable[[Path, Rows], object]


def write_records(path: Path, rows: Rows) -> None:
    """Write the layout of faiss's fvecs_write: int32 length, then the numbers, of each row."""
    path.write_bytes(b"".join(np.int32(len(row)).tobytes() + row.tobytes() for row in rows))


def write_parquet(path: Path, rows: Any, kind: pa.DataType | None = None, **options: Any) -> None:
    """Write rows as lists in the column ``vector``, beside a column of numbers."""
    lists = pa.array(list(rows), kind or pa.list_(pa.float32()))
    parquet.write_table(pa.table({"id": range(len(lists)), "vector": lists}), path, **options)


def write_json_lines(path: Path, values: Any) -> None:
    """Write one JSON value a line."""
    path.write_text("".join(json.dumps(value) + "\n" for value in values))


def write_csv(path: Path, rows: Any, header: list[str] | None = None) -> None:
    """Write rows of fields, below a header if there is one."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([*([header] if header else []), *rows])


def _numbered(rows: Rows) -> tuple[list[list[Any]], list[str]]:
    header = ["id", *(f"x{i}" for i in range(rows.shape[1]))]
    return [[i, *row] for i, row in enumerate(rows.tolist())], header


WRITERS: dict[str, Write] = {
    "a.npy": np.save,
    "fortran.npy": lambda path, rows: np.save(path, np.asfortranarray(rows)),
    "big-endian.npy": lambda path, rows: np.save(path, rows.astype(rows.dtype.newbyteorder(">"))),
    "a.npz": lambda path, rows: np.savez(path, vectors=rows, ids=np.arange(len(rows))),
    "deflated.npz": lambda path, rows: np.savez_compressed(path, vectors=rows),
    "a.safetensors": lambda path, rows: save_file({"x": rows, "bias": rows[0].copy()}, path),
    "a.fvecs": lambda path, rows: write_records(path, rows.astype("<f4")),
    "a.jsonl": lambda path, rows: write_json_lines(path, rows.tolist()),
    "objects.jsonl": lambda path, rows: write_json_lines(
        path, ({"id": i, "vector": row} for i, row in enumerate(rows.tolist()))
    ),
    "numbers.csv": lambda path, rows: write_csv(path, rows.tolist()),
    "numbered.csv": lambda path, rows: write_csv(path, *_numbered(rows)),
    "lists.csv": lambda path, rows: write_csv(
        path, ([i, json.dumps(row)] for i, row in enumerate(rows.tolist())), ["id", "vector"]
    ),
    "a.jsonl.gz": lambda path, rows: path.write_bytes(
        gzip.compress("".join(json.dumps(row) + "\n" for row in rows.tolist()).encode())
    ),
    "a.parquet": write_parquet,
    "groups.parquet": lambda path, rows: write_parquet(path, rows, row_group_size=7),
    "fixed.parquet": lambda path, rows: write_parquet(path, rows, pa.list_(pa.float32(), rows.shape[1])),
    "numbered.parquet": lambda path, rows: parquet.write_table(
        pa.table({f"x{i}": column for i, column in enumerate(rows.T)}), path
    ),
}
