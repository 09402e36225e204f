"""Broken rows: counted and located by number, refused in one line or dropped as asked, never silently."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from support.files import written
from support.vector_files import write_csv, write_json_lines, write_parquet
from support.vectors import random_floats

from harness.errors import InputError
from harness.types import ZERO_NORM
from harness.vectors.opening import open_vectors
from harness.vectors.reading import read_vectors, sample_rows

WHOLE = [1.0, 2.0]
# What a row of JSON may be, and why it is broken.
ROWS: list[tuple[Any, str | None]] = [
    (WHOLE, None),
    (None, "null"),
    ([1.0], "length 1"),
    ([], "length 0"),
    ([1.0, None], "null number"),
    ([1.0, "2"], "no list of numbers"),
    ([1, True], "no list of numbers"),
    ([[1.0], [2.0]], "no list of numbers"),
    ("1, 2", "no list of numbers"),
    (7, "no list of numbers"),
    ([float("nan"), 1.0], "NaN"),
    ([float("-inf"), 1.0], "infinity"),
    ([1e300, 1.0], "beyond float32"),
    ([10**400, 1], "beyond float32"),
    ([0.0, 0], "zero vector"),
    ([1e-13, -1e-13], "zero vector"),
    ([3, 4.5], None),
]
EXPECTED = {i: reason for i, (_, reason) in enumerate(ROWS) if reason}


def broken_of(path: Path, column: str | None = None) -> dict[int, str]:
    """Return the broken rows of a file by number, read in small blocks, each a row of zeros."""
    broken = {}
    for block in open_vectors(str(path), column=column).blocks(3):
        for row, reason in block.broken.items():
            assert [0, 0] == block.vectors[row - block.start].tolist()
            broken[row] = reason
    return broken


def test_rows_of_json_lines_are_named_by_what_is_wrong(tmp_path: Path) -> None:
    """Lists a line, and lists in objects; a line without the key, and one that is no JSON."""
    write_json_lines(tmp_path / "a.jsonl", [row for row, _ in ROWS])
    assert EXPECTED == broken_of(tmp_path / "a.jsonl")
    lines = [json.dumps({"v": row}) for row, _ in ROWS] + ["{}", "[1, 2]", "", '{"v": [1, 2', "\xff"]
    written(tmp_path / "b.jsonl", "\n".join(lines).encode("latin-1"))
    more = ["null", "no object", "empty line", "no JSON", "no JSON"]
    assert EXPECTED | dict(enumerate(more, len(ROWS))) == broken_of(tmp_path / "b.jsonl")


def test_rows_of_json_texts_in_columns_are_named_by_what_is_wrong(tmp_path: Path) -> None:
    """In a CSV file and in a Parquet file of several row groups."""
    texts = [None if row is None else json.dumps(row) for row, _ in ROWS]
    write_csv(tmp_path / "a.csv", [[text] for text in texts], ["v"])
    # An empty field of the only column is a line of quotes: null.
    assert EXPECTED == broken_of(tmp_path / "a.csv")
    parquet.write_table(pa.table({"v": texts}), tmp_path / "a.parquet", row_group_size=5)
    assert EXPECTED == broken_of(tmp_path / "a.parquet", "v")


def test_fields_of_csv_are_named_by_what_is_wrong(tmp_path: Path) -> None:
    """Missing and wrong fields, below a header and without."""
    rows = "3,4\n1,\n,\n1\n1,2,3\n1,x\n1,1_0\n\nnan,1\n"
    reasons = ["null number", "null", "length 1", "length 3", "no number", "no number", "empty line", "NaN"]
    expected = dict(enumerate(reasons, 1))
    assert expected == broken_of(written(tmp_path / "a.csv", rows))
    assert expected == broken_of(written(tmp_path / "b.csv", "x0,x1\n" + rows))
    quoted = "id,x0,x1\n" + "".join(f"a,{line}\n" for line in ("1,2", "1,", "1,2,3"))
    assert {1: "null number", 2: "4 fields"} == broken_of(written(tmp_path / "c.csv", quoted))


@pytest.mark.parametrize("kind", [pa.list_(pa.float64()), pa.large_list(pa.float32())], ids=str)
def test_lists_of_parquet_are_named_by_what_is_wrong(tmp_path: Path, kind: Any) -> None:
    """Missing lists, missing numbers, and lists of other lengths, in every row group."""
    rows = [WHOLE, None, [1.0], [], [1.0, None], [float("nan"), 1.0], [0.0, 0.0], WHOLE] * 3
    reasons = [None, "null", "length 1", "length 0", "null number", "NaN", "zero vector", None] * 3
    write_parquet(tmp_path / "a.parquet", rows, kind, row_group_size=5)
    assert {i: reason for i, reason in enumerate(reasons) if reason} == broken_of(tmp_path / "a.parquet")


def test_missing_fields_of_numbered_columns_are_broken_rows(tmp_path: Path) -> None:
    """A column a dimension, in Parquet: whole numbers have no NaN of their own."""
    columns = {"x0": pa.array([1, None, None, 4]), "x1": pa.array([1.0, 2.0, None, float("nan")])}
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    assert {1: "null number", 2: "null", 3: "NaN"} == broken_of(tmp_path / "a.parquet")


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", ">f8"])
def test_numbers_of_a_matrix_are_checked(tmp_path: Path, dtype: str) -> None:
    """NaN, infinity, and a norm below the bound that everything here has."""
    x = random_floats(20, 4).astype(dtype)
    x[3, 1], x[5, 0], x[7, 2], x[9] = np.nan, np.inf, -np.inf, 0
    if dtype.endswith("8") or dtype == "float64":
        x[11, 3], x[13] = 1e39, ZERO_NORM / 3
    expected = {3: "NaN", 5: "infinity", 7: "infinity", 9: "zero vector"}
    if x.dtype.itemsize == 8:
        expected |= {11: "beyond float32", 13: "zero vector"}
    np.save(tmp_path / "a.npy", x)
    actual = {k: v for b in open_vectors(str(tmp_path / "a.npy")).blocks(4) for k, v in b.broken.items()}
    assert expected == actual


def test_the_length_of_most_first_rows_is_the_dimension(tmp_path: Path) -> None:
    """A broken first row does not decide."""
    write_json_lines(tmp_path / "a.jsonl", [[1.0], *[WHOLE] * 5])
    source = open_vectors(str(tmp_path / "a.jsonl"))
    assert (2, {"length 1": [0]}) == (source.dimension, dict(read_vectors(source, drop_broken=True).broken))


def test_broken_rows_are_refused_in_one_line_or_dropped(tmp_path: Path) -> None:
    """With counts, reasons and first numbers; the rows that stay have their numbers in the file."""
    x = random_floats(1000, 4)
    x[[5, 7, 20, 900]], x[[3, 40]] = 0, np.nan
    np.save(tmp_path / "a.npy", x)
    source = open_vectors(str(tmp_path / "a.npy"))
    message = (
        f"{source.name}: found 6 broken rows of 1,000 (4 zero vector: row 5, 7, 20 …; 2 NaN: row 3, 40), "
        "expected numbers with a direction in each: mend them, or drop them with --drop-broken"
    )
    for read in (read_vectors, lambda source: sample_rows(source, 10, 0)):
        with pytest.raises(InputError) as caught:
            read(source)
        assert message == str(caught.value)
    dropped = read_vectors(source, drop_broken=True)
    assert {"NaN": [3, 40], "zero vector": [5, 7, 20, 900]} == dropped.broken
    assert sorted(set(range(1000)) - {3, 40, 5, 7, 20, 900}) == dropped.rows.tolist()
    np.testing.assert_array_equal(x[dropped.rows], dropped.vectors)


def test_a_file_without_a_whole_row_is_refused_also_where_they_are_dropped(tmp_path: Path) -> None:
    """Nothing would be left."""
    np.save(tmp_path / "a.npy", np.zeros((4, 3)))
    source = open_vectors(str(tmp_path / "a.npy"))
    message = r"found 4 broken rows of 4 \(4 zero vector: row 0, 1, 2 …\), expected numbers"
    with pytest.raises(InputError, match=message):
        read_vectors(source, drop_broken=True)
    with pytest.raises(InputError, match=message):
        sample_rows(source, 2, 0, drop_broken=True)


def test_of_a_million_rows_every_broken_one_is_located(tmp_path: Path) -> None:
    """One in a hundred is broken: all of them, and no other, are named; the sample has none of them."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1_000_000, 8), np.float32)
    broken = rng.permutation(len(x))[:10_000]
    x[broken[:5_000], 3], x[broken[5_000:9_000]], x[broken[9_000:], 7] = np.nan, 0, np.inf
    np.save(tmp_path / "a.npy", x)
    source = open_vectors(str(tmp_path / "a.npy"))
    with pytest.raises(InputError, match=r"found 10,000 broken rows of 1,000,000 \(5,000 NaN: row "):
        read_vectors(source)
    sample = sample_rows(source, 1_000, 0, drop_broken=True)
    expected = {"NaN": broken[:5_000], "zero vector": broken[5_000:9_000], "infinity": broken[9_000:]}
    assert {key: sorted(rows.tolist()) for key, rows in expected.items()} == sample.broken
    assert not set(sample.rows.tolist()) & set(broken.tolist())
    np.testing.assert_array_equal(x[sample.rows], sample.vectors)
