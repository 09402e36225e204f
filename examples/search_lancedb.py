"""A codec of maps alone, such as ``pca dims=64``, in LanceDB: float16 vectors, then an index of its own.

python examples/search_lancedb.py CODEC VECTORS.npy QUERIES.npy
"""

from __future__ import annotations

import harness  # noqa: F401 - before NumPy: it chooses instruction sets and threads

# isort: split
import tempfile

import lancedb
import numpy as np
import pyarrow as pa
from lancedb.index import IvfRq
from recall import arguments, nearest, recall

from harness.deploy import Codec
from harness.types import Floats, Ints


def create(database: lancedb.DBConnection, codec: Codec, vectors: Floats) -> lancedb.table.Table:
    """Store mapped vectors as float16, two bytes a dimension, and return their table."""
    mapped = codec.decode(codec.encode(vectors)).astype(np.float16)
    rows = pa.FixedSizeListArray.from_arrays(pa.array(mapped.ravel()), mapped.shape[1])
    return database.create_table("vectors", pa.table({"id": np.arange(len(mapped)), "vector": rows}))


def index(table: lancedb.table.Table) -> None:
    """Index the table: RaBitQ, a bit a dimension, in as many lists as the square root of its rows."""
    lists = int(table.count_rows() ** 0.5)
    table.create_index("vector", config=IvfRq(distance_type="cosine", num_partitions=lists))


def search(table: lancedb.table.Table, codec: Codec, queries: Floats, k: int) -> Ints:
    """Return the ids (q, k) of the highest cosines; with an index, from a tenth of its lists, or eight."""
    lists = max(8, int(table.count_rows() ** 0.5) // 10)
    answers = []
    for query in codec.decode(codec.encode(queries)):
        asking = table.search(query).distance_type("cosine").nprobes(lists).refine_factor(10)
        answers.append(asking.select(["id", "_distance"]).limit(k).to_arrow()["id"].to_numpy())
    return np.stack(answers)


def main() -> None:
    """Print recall@10 in LanceDB, without and with an index, beside that of exact search."""
    codec, vectors, queries = arguments()
    truth = nearest(queries, vectors, 10)
    with tempfile.TemporaryDirectory() as folder:
        table = create(lancedb.connect(folder), codec, vectors)
        print(f"LanceDB:           {recall(search(table, codec, queries, 10), truth):.3f}")
        index(table)
        print(f"LanceDB, indexed:  {recall(search(table, codec, queries, 10), truth):.3f}")
    mapped = [codec.decode(codec.encode(rows)) for rows in (queries, vectors)]
    print(f"harness, float32:  {recall(nearest(*mapped, 10), truth):.3f}")


if __name__ == "__main__":
    main()
