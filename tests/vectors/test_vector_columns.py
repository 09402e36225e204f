"""Which column, key, array or tensor holds the vectors; a wrong one is named with those that are there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from safetensors.numpy import save_file
from support.files import written
from support.vector_files import WRITERS, write_json_lines
from support.vectors import random_floats

from harness.errors import InputError
from harness.vectors.opening import open_vectors
from harness.vectors.reading import read_vectors

X = random_floats(6, 3)


def write(path: Path, **columns: Any) -> Path:
    """Write columns by their names, in the format of the path's ending; lists are vectors."""
    if path.suffix == ".npz":
        np.savez(path, **{key: np.array(value) for key, value in columns.items()})
    elif path.suffix == ".safetensors":
        save_file({key: np.array(value) for key, value in columns.items()}, path)
    elif path.suffix == ".parquet":
        parquet.write_table(pa.table(columns), path)
    elif path.suffix == ".jsonl":
        write_json_lines(
            path, (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
        )
    else:
        rows = zip(*columns.values(), strict=True)
        lines = [[json.dumps(json.dumps(v)).replace('\\"', '""') for v in row] for row in rows]
        written(path, "\n".join([",".join(columns), *(",".join(line) for line in lines)]))
    return path


NAMED = [".npz", ".safetensors", ".parquet", ".jsonl", ".csv"]


@pytest.mark.parametrize("ending", NAMED)
def test_a_column_is_taken_by_name_or_where_it_is_plain(tmp_path: Path, ending: str) -> None:
    """'embeddings' first, then the only one with 'embedding' in its name, then the only one of vectors."""
    a, b = X.tolist(), (2 * X).tolist()
    ids = [float(i) for i in range(len(X))]
    for columns, column, expected in (
        ({"id": ids, "v": a}, None, X),
        ({"id": ids, "v": a, "my_embedding": b}, None, 2 * X),
        ({"id": ids, "embeddings": a, "other_embedding": b}, None, X),
        ({"id": ids, "v": a, "w": b}, "w", 2 * X),
    ):
        path = write(tmp_path / f"a{ending}", **columns)
        actual = read_vectors(open_vectors(str(path), column=column)).vectors
        np.testing.assert_array_equal(expected, actual)


@pytest.mark.parametrize("ending", NAMED)
def test_a_column_that_is_not_there_or_not_plain_is_refused_with_the_others(
    tmp_path: Path, ending: str
) -> None:
    """One line that names the file and every column."""
    ids, a = [float(i) for i in range(len(X))], X.tolist()
    path = write(tmp_path / f"a{ending}", id=ids, v=a, w=a)
    for column, message in (
        ("x", "found no column 'x', expected one of id, v, w"),
        (None, "found vectors in v, w, expected one column of vectors: name it with --column"),
    ):
        with pytest.raises(InputError) as caught:
            open_vectors(str(path), column=column)
        assert f"{path}: {message}" == str(caught.value)
    with pytest.raises(InputError, match=r"a\.\w+: found .*, expected .*"):
        read_vectors(open_vectors(str(path), column="id"))
    path = write(tmp_path / f"b{ending}", id=ids, n=ids)
    with pytest.raises(
        InputError, match="found no vectors in id, n, expected one column of vectors: name it"
    ):
        open_vectors(str(path))


@pytest.mark.parametrize("name", ["a.npy", "a.fvecs", "a.jsonl", "numbers.csv"])
def test_a_column_of_a_file_without_names_is_refused(tmp_path: Path, name: str) -> None:
    """There is nothing to choose."""
    WRITERS[name](tmp_path / name, X)
    with pytest.raises(InputError, match="column 'x'"):
        open_vectors(str(tmp_path / name), column="x")


def test_numbered_columns_are_ordered_by_their_numbers(tmp_path: Path) -> None:
    """Whatever their order and start, and what stands between them; they are called by the first."""
    path = written(tmp_path / "a.csv", "dim_2,text,dim_1,dim_3,year2020\n20,a,10,30,1\n21,b,11,31,2\n")
    assert [[10, 20, 30], [11, 21, 31]] == read_vectors(open_vectors(str(path))).vectors.tolist()
    assert 3 == open_vectors(str(path), column="dim_1").dimension
    with pytest.raises(InputError, match="found no vectors in column 'text', expected one of dim_1"):
        open_vectors(str(path), column="text")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0,1,2,3,4,5,6,7\n5,5,5,5,5,5,5,5\n", [[5] * 8]),  # as pandas writes a frame without names
        (",0,1\n0,0.5,2\n1,3,4\n", [[0.5, 2], [3, 4]]),  # and its index
        ("5,7\n0.5,2\n", [[5, 7], [0.5, 2]]),
        ("\ufeffx0,x1\r\n1,2\r\n", [[1, 2]]),
        ('"[1, 2]"\n"[3, 4]"\n', [[1, 2], [3, 4]]),
    ],
)
def test_a_header_of_numbers_is_one_where_it_counts_up(
    tmp_path: Path, text: str, expected: list[Any]
) -> None:
    """Rows of numbers are data, unless they can only be names."""
    actual = read_vectors(open_vectors(str(written(tmp_path / "a.csv", text)))).vectors
    assert expected == actual.tolist()


def test_a_first_row_that_may_be_either_is_refused(tmp_path: Path) -> None:
    """Few columns may count up by chance; naming one of them says that it is a header."""
    path = str(written(tmp_path / "a.csv", "0,1\n0.5,2\n"))
    with pytest.raises(
        InputError, match="row 0: found 0, 1, which may be a header or data, expected a header"
    ):
        open_vectors(path)
    assert [[0.5, 2]] == read_vectors(open_vectors(path, column="0")).vectors.tolist()
