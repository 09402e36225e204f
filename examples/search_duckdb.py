"""A codec that ends in ``scalar bits=8``, in DuckDB without an extension: exact search, written in SQL.

python examples/search_duckdb.py CODEC VECTORS.npy QUERIES.npy
"""

from __future__ import annotations

import harness  # noqa: F401 - before NumPy: it chooses instruction sets and threads

# isort: split
import duckdb
import numpy as np
import pyarrow as pa
from recall import arguments, nearest, recall

from harness.deploy import Codec
from harness.types import Floats, Ints


def create(database: duckdb.DuckDBPyConnection, codec: Codec, vectors: Floats) -> None:
    """Store codes, a byte a dimension, and the lengths of decoded vectors, by which cosines divide."""
    codes = codec.encode(vectors)
    table = pa.table(
        {
            "id": np.arange(len(codes)),
            "code": pa.FixedSizeListArray.from_arrays(pa.array(codes.ravel()), codes.shape[1]),
            "length": np.linalg.norm(codec.decode(codes), axis=1),
        }
    )
    database.register("rows", table)
    database.execute("CREATE TABLE vectors AS SELECT * FROM rows")


def search(database: duckdb.DuckDBPyConnection, codec: Codec, queries: Floats, k: int) -> Ints:
    """Return the ids (q, k) of the highest cosines of mapped queries with decoded vectors.

    A decoded vector is low + (code + 1/2) width / 255, so that its product with a query q is
    <q, low + width / 510> + <q width / 255, code>: the query is scaled, and codes are never decoded.
    """
    *_, scalar = codec.pipeline.codecs
    low, width = np.split(scalar.state()["ranges"], 2)
    mapped = codec.pipeline.through(queries, len(codec.pipeline.codecs) - 1)
    scaled, offset = mapped * width / 255, mapped @ (low + width / 510)
    dims = len(low)
    statement = f"""
        SELECT id FROM vectors
        ORDER BY (array_inner_product(code::FLOAT[{dims}], $query::FLOAT[{dims}]) + $offset) / length DESC
        LIMIT $k
    """  # noqa: S608 - a number of this program
    answers = []
    for query, add in zip(scaled.tolist(), offset.tolist(), strict=True):
        result = database.execute(statement, {"query": query, "offset": add, "k": k})
        answers.append(result.fetchnumpy()["id"])
    return np.stack(answers)


def main() -> None:
    """Print recall@10 in DuckDB beside that of exact search over decoded vectors."""
    codec, vectors, queries = arguments()
    database = duckdb.connect()
    create(database, codec, vectors)
    truth = nearest(queries, vectors, 10)
    mapped = codec.pipeline.through(queries, len(codec.pipeline.codecs) - 1)
    decoded = codec.decode(codec.encode(vectors))
    print(f"DuckDB:  {recall(search(database, codec, queries, 10), truth):.3f}")
    print(f"harness: {recall(nearest(mapped, decoded, 10), truth):.3f}")


if __name__ == "__main__":
    main()
