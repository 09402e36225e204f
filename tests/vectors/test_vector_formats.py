"""Every format gives back the rows that its own library, or a hand, wrote."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from safetensors.torch import save_file
from support.vector_files import WRITERS, write_parquet, write_records
from support.vectors import random_floats

from harness.server.aqea_files import Vectors, write_aqed
from harness.vectors.formats import endings
from harness.vectors.opening import open_vectors
from harness.vectors.reading import read_vectors

X = random_floats(50, 3)


@pytest.mark.parametrize("name", WRITERS)
def test_rows_are_those_of_the_file(tmp_path: Path, name: str) -> None:
    """All rows, in order, with their numbers, from the file that its name says."""
    path = tmp_path / name
    WRITERS[name](path, X)
    source = open_vectors(str(path))
    vectors = read_vectors(source)
    assert (50, 3, str(path)) == (source.rows, source.dimension, source.name)
    assert ("float32", True) == (str(vectors.vectors.dtype), vectors.vectors.flags["C_CONTIGUOUS"])
    np.testing.assert_array_equal(X, vectors.vectors)
    assert (list(range(50)), {}) == (vectors.rows.tolist(), vectors.broken)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == source.digest()


@pytest.mark.parametrize("name", WRITERS)
def test_blocks_begin_at_any_row(tmp_path: Path, name: str) -> None:
    """A block has its first row's number and at most so many rows; together they are the rest."""
    WRITERS[name](tmp_path / name, X)
    source = open_vectors(str(tmp_path / name))
    for start in (0, 1, 13, 49, 50):
        rows = start
        for block in source.blocks(8, start):
            assert rows == block.start
            np.testing.assert_array_equal(X[rows : rows + len(block.vectors)], block.vectors)
            assert 1 <= len(block.vectors) <= 8
            rows += len(block.vectors)
        assert 50 == rows


def test_rows_of_text_begin_anywhere_also_behind_many(tmp_path: Path) -> None:
    """Offsets are noted only here and there: rows before and behind such a row, and at it."""
    many = random_floats(40_000, 2)
    for name in ("objects.jsonl", "numbered.csv"):
        WRITERS[name](tmp_path / name, many)
        source = open_vectors(str(tmp_path / name))
        for start in (16_383, 16_384, 16_385, 39_999):
            np.testing.assert_array_equal(many[start:][:3], next(source.blocks(3, start)).vectors)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "uint8", "int64", ">f2", ">i4"])
def test_numbers_of_any_type_are_read(tmp_path: Path, dtype: str) -> None:
    """Half precision, whole numbers and either byte order, as NumPy converts them."""
    numbers = (X * 10).clip(1, 100).astype(dtype)
    np.save(tmp_path / "a.npy", numbers)
    source = open_vectors(str(tmp_path / "a.npy"))
    np.testing.assert_array_equal(numbers.astype(np.float32), read_vectors(source).vectors)
    assert str(np.dtype(dtype)) == source.dtype


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64, torch.int8])
def test_tensors_of_any_type_are_read(tmp_path: Path, dtype: torch.dtype) -> None:
    """Bfloat16 among them, which NumPy lacks."""
    tensor = (torch.from_numpy(X) * 10).to(dtype)
    save_file({"embeddings": tensor, "other": torch.ones(2, 2)}, tmp_path / "a.safetensors")
    source = open_vectors(str(tmp_path / "a.safetensors"))
    vectors = read_vectors(source, drop_broken=True)
    np.testing.assert_array_equal(tensor.float().numpy()[vectors.rows], vectors.vectors)
    assert str(dtype).removeprefix("torch.") == source.dtype


@pytest.mark.parametrize(
    "kind",
    [
        pa.list_(pa.float16()),
        pa.list_(pa.float64()),
        pa.large_list(pa.float32()),
        pa.list_(pa.int8()),
        pa.list_(pa.float16(), 3),
    ],
    ids=str,
)
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_lists_of_any_type_are_read(tmp_path: Path, kind: Any, version: str) -> None:
    """Of any length type and number type, in pages of either version, with and without dictionaries."""
    numbers = (X * 10).astype(kind.value_type.to_pandas_dtype())
    numbers[(numbers == 0).all(axis=1)] = 1
    for dictionary in (False, True):
        write_parquet(
            tmp_path / "a.parquet", numbers, kind, data_page_version=version, use_dictionary=dictionary
        )
        source = open_vectors(str(tmp_path / "a.parquet"))
        np.testing.assert_array_equal(numbers.astype(np.float32), read_vectors(source).vectors)
        assert str(numbers.dtype) == source.dtype


@pytest.mark.parametrize(("ending", "dtype"), [(".bvecs", np.uint8), (".ivecs", np.int32)])
def test_records_of_whole_numbers_are_read(tmp_path: Path, ending: str, dtype: type) -> None:
    """Bytes and int32 each after the row's length."""
    numbers = (abs(X) * 10 + 1).astype(dtype)
    write_records(tmp_path / f"a{ending}", numbers)
    actual = read_vectors(open_vectors(str(tmp_path / f"a{ending}"))).vectors
    np.testing.assert_array_equal(numbers.astype(np.float32), actual)


@pytest.mark.parametrize(("column", "factor"), [(None, 1), ("original", 1), ("aqea", 2)])
def test_sections_of_aqed_are_read(tmp_path: Path, column: str | None, factor: int) -> None:
    """The original vectors, or the section that is named."""
    write_aqed(tmp_path / "a.aqed", Vectors(original=X, aqea=2 * X[:, :2].copy()))
    actual = read_vectors(open_vectors(str(tmp_path / "a.aqed"), column=column)).vectors
    np.testing.assert_array_equal(factor * X[:, : actual.shape[1]], actual)


@pytest.mark.parametrize(("rows", "dimension"), [(2, 3), (1, 1), (5, 1), (3, 20_000)])
@pytest.mark.parametrize("name", WRITERS)
def test_few_rows_and_any_dimension_are_read(tmp_path: Path, name: str, rows: int, dimension: int) -> None:
    """One dimension and 20,000; a file of two rows."""
    x = random_floats(rows, dimension) + 1
    WRITERS[name](tmp_path / name, x)
    np.testing.assert_array_equal(x, read_vectors(open_vectors(str(tmp_path / name))).vectors)


def test_an_ending_counts_in_either_case(tmp_path: Path) -> None:
    """As the files of other systems are named."""
    np.save(tmp_path / "a.npy", X)
    (tmp_path / "a.npy").rename(tmp_path / "A.NPY")
    np.testing.assert_array_equal(X, read_vectors(open_vectors(str(tmp_path / "A.NPY"))).vectors)


def test_every_format_is_tried_here() -> None:
    """The endings are the modules of formats/."""
    tried = {Path(name.removesuffix(".gz")).suffix for name in WRITERS} | {".bvecs", ".ivecs", ".aqed"}
    assert sorted(tried) == endings()
