"""A codec that ends in ``sign``, in SQLite with sqlite-vec: exact search by Hamming distance.

python examples/search_sqlite_vec.py CODEC VECTORS.npy QUERIES.npy
"""

from __future__ import annotations

import harness  # noqa: F401 - before NumPy: it chooses instruction sets and threads

# isort: split
import apsw
import numpy as np
import sqlite_vec
from recall import arguments, nearest, recall

from harness.deploy import Codec
from harness.types import Floats, Ints


def connect(path: str) -> apsw.Connection:
    """Return a database with sqlite-vec; ``sqlite3`` of some Pythons cannot load it, APSW can."""
    database = apsw.Connection(path)
    database.enable_load_extension(True)
    database.load_extension(sqlite_vec.loadable_path())
    database.enable_load_extension(False)
    return database


def create(database: apsw.Connection, codec: Codec, vectors: Floats) -> None:
    """Store codes, a bit a dimension; their number has to be a multiple of 8."""
    codes = codec.encode(vectors)
    database.execute(f"CREATE VIRTUAL TABLE vectors USING vec0(code bit[{8 * codes.shape[1]}])")
    rows = ((i, code.tobytes()) for i, code in enumerate(codes))
    with database:
        database.executemany("INSERT INTO vectors(rowid, code) VALUES (?, vec_bit(?))", rows)


def search(database: apsw.Connection, codec: Codec, queries: Floats, k: int) -> Ints:
    """Return the row ids (q, k) of the least Hamming distances, which order signs as cosines do."""
    statement = "SELECT rowid FROM vectors WHERE code MATCH vec_bit(?) AND k = ? ORDER BY distance"
    answers = [database.execute(statement, (code.tobytes(), k)) for code in codec.encode(queries)]
    return np.array([[row for (row,) in answer] for answer in answers])


def main() -> None:
    """Print recall@10 in SQLite beside that of exact search over decoded vectors."""
    codec, vectors, queries = arguments()
    database = connect(":memory:")
    create(database, codec, vectors)
    truth = nearest(queries, vectors, 10)
    decoded = [codec.decode(codec.encode(rows)) for rows in (queries, vectors)]
    print(f"sqlite-vec: {recall(search(database, codec, queries, 10), truth):.3f}")
    print(f"harness:    {recall(nearest(*decoded, 10), truth):.3f}")


if __name__ == "__main__":
    main()
