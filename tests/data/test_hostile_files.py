"""Hostile files of vectors: read, or refused in one line, and never with much memory."""

from __future__ import annotations

import io
import re
import resource
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.lib import format as npy
from pyarrow import parquet
from support.files import written
from support.parquet_lies import write_footer_with, write_one_long_row
from support.vector_files import write_parquet
from support.vectors import random_floats

from harness.data.parquet import parquet_rows, read_parquet_values
from harness.data.readers import read_file
from harness.data.vector_files import Rows
from harness.errors import InputError

# Known bug: an .npz that is refused stays open until the garbage is collected.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

X = random_floats(12, 3)
MUTATIONS = 300  # of each file
MEMORY = 300 * 2**20  # bytes that reading or refusing a file may take beside the libraries
LINE = 1_500  # characters of an error at most
EDGE = 400  # bytes at either end, where most headers and footers are
SPECIAL = (b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff\xff\xff", b"\0\0\0\x80", b"\xff" * 9 + b"\1")


def write_columns(path: Path, kind: pa.DataType | None = None, **options: Any) -> None:
    """Write the vectors, their texts and a struct of both as columns."""
    lists = pa.array(X.tolist(), kind or pa.list_(pa.float32()))
    texts = pa.array([str(row) for row in X.tolist()])
    both = pa.StructArray.from_arrays([texts, texts.cast(pa.binary())], ["path", "bytes"])
    parquet.write_table(pa.table({"embedding": lists, "text": texts, "both": both}), path, **options)


WRITERS: dict[str, Callable[[Path], object]] = {
    "a.npy": lambda path: np.save(path, X),
    "a.npz": lambda path: np.savez(path, left=X, right=X, gold=np.arange(12.0)),
    "deflated.npz": lambda path: np.savez_compressed(path, embeddings=X),
    "a.parquet": write_columns,
    "plain.parquet": lambda path: write_columns(path, use_dictionary=False, data_page_version="2.0"),
    "groups.parquet": lambda path: write_columns(path, row_group_size=5, compression="zstd"),
    "fixed.parquet": lambda path: write_columns(path, pa.list_(pa.float32(), 3)),
    "delta.parquet": lambda path: write_columns(
        path,
        use_dictionary=False,
        column_encoding={"text": "DELTA_BYTE_ARRAY", "both.path": "DELTA_LENGTH_BYTE_ARRAY"},
    ),
    "dictionaries.parquet": lambda path: parquet.write_table(
        pa.table({"text": pa.array([str(row) for row in X.tolist()]).dictionary_encode()}), path
    ),
}


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """Return the data with one to three places altered: bits, special numbers, cut, left out, repeated."""
    for _ in range(random.integers(1, 4)):
        edge = random.random() < 0.5
        at = int(random.integers(min(EDGE, len(data)) if edge else len(data)))
        at = len(data) - 1 - at if edge and random.random() < 0.7 else at
        length = int(random.integers(1, 9))
        kind = random.integers(6)
        if kind <= 1:
            middle, length = bytes([data[at] ^ (1 << int(random.integers(8)))]), 1
        elif kind == 2:
            middle = SPECIAL[random.integers(len(SPECIAL))]
            length = len(middle)
        elif kind == 3:
            middle = random.bytes(length)
        elif kind == 4:
            middle = b""
        else:
            middle = data[at : at + length] * 2
        data = data[:at] + middle + data[at + length :] or b"\0"
    return data


def peak() -> int:
    """Return the most bytes that this process has held in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def read_finite(path: Path) -> None:
    """Read vectors, which have to be finite."""
    vectors = read_file(path, "x", {}, Rows()).vectors
    assert vectors is not None
    assert np.isfinite(vectors).all()


def outcome(read: Callable[[], object]) -> str:
    """Return the line in which something is refused; an empty text where it is read."""
    try:
        read()
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", WRITERS)
def test_whatever_bytes_are_altered_a_file_is_read_or_refused(tmp_path: Path, name: str) -> None:
    """Vectors, counts and values: finite numbers or one line, and no other error."""
    path, random = tmp_path / name, np.random.default_rng(len(name))
    WRITERS[name](path)
    data = path.read_bytes()
    before = peak()
    for _ in range(MUTATIONS):
        path.write_bytes(mutated(data, random))
        lines = [outcome(partial(read_finite, path))]
        if path.suffix == ".parquet":
            lines += [outcome(partial(parquet_rows, path))]
            lines += [outcome(partial(read_parquet_values, path, column)) for column in ("text", "both")]
        assert not [line for line in lines if "\n" in line or len(line) > LINE]
    assert peak() - before < MEMORY


def refused(path: Path, column: str | None = None) -> str:
    """Return the one line in which a file is refused, without much memory."""
    before = peak()
    with pytest.raises(InputError) as caught:
        read_file(path, "x", {}, Rows(array=column))
    assert peak() - before < MEMORY
    line = str(caught.value)
    assert re.fullmatch(re.escape(str(path)) + r": .*, expected .*", line), line
    return line


# -- Arrays --------------------------------------------------------------------------------------------------


def npy_of(header: bytes, data: bytes = b"") -> bytes:
    """Return a .npy file of the first version with that header."""
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (12, 3",
        b"{'descr': (), 'fortran_order': False, 'shape': (12, 3)}",
        b"{'descr': [()], 'fortran_order': False, 'shape': (12, 3)}",
        b"{'descr': ('<f4', (9**9,)), 'fortran_order': False, 'shape': (12, 3)}",
        b"{'descr': ('<f4', (2147483647, 2147483647)), 'fortran_order': False, 'shape': (12, 3)}",
        b"{'descr': {1: 2}, 'fortran_order': False, 'shape': (12, 3)}",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 100000000000000000000000)}",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (0x" + b"f" * 9_000 + b", 3)}",
        b"{{}: 1}",
        b"{1: 2, 'a': 3, None: 4}",
        b"(" * 9_000,
        b"-" * 9_000 + b"1",
        b"\xff\xfe\0",
        b"'''",
        b"   {\n  ]\n",
    ],
)
def test_a_header_of_npy_that_is_no_header_is_refused(tmp_path: Path, header: bytes) -> None:
    """Whatever Python's tokenizer and parser, or NumPy's types, make of it; alone and in an archive."""
    data = npy_of(header, b"\0" * 144)
    refused(written(tmp_path / "a.npy", data))
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", data)
    refused(tmp_path / "a.npz")


def test_an_archive_of_many_members_is_refused_before_they_are_listed(tmp_path: Path) -> None:
    """A list of 22,000 empty members is not read."""
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        for i in range(22_000):
            archive.writestr(f"{i}.npy", b"")
    assert "found more than 1,048,576 bytes that list members" in refused(tmp_path / "a.npz")


def test_an_archive_of_another_version_of_the_format_is_refused(tmp_path: Path) -> None:
    """One that asks for version 25.5 of it to be read."""
    np.savez(tmp_path / "a.npz", x=X)
    data = (tmp_path / "a.npz").read_bytes()
    at = data.rfind(b"PK\1\2")
    assert "version 25.5" in refused(written(tmp_path / "b.npz", data[: at + 6] + b"\xff" + data[at + 7 :]))


def test_members_that_expand_together_are_refused(tmp_path: Path) -> None:
    """Four arrays of 32 MiB of zeros, each in 32 KiB: none is a bomb by itself."""
    header = io.BytesIO()
    npy.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (2**20, 8)})
    data = header.getvalue() + b"\0" * 2**25
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(4):
            archive.writestr(f"{i}.npy", data)
    assert "times its size, expected at most 100" in refused(tmp_path / "a.npz")


# -- Parquet -------------------------------------------------------------------------------------------------


def test_a_footer_that_counts_otherwise_than_the_pages_is_refused(tmp_path: Path) -> None:
    """More values, fewer, a negative number; more rows, fewer, a negative number; and no allocation."""
    path = tmp_path / "a.parquet"
    for number, instead in (
        *((3_333, values) for values in (30, 4_000, 8_000, -1)),
        *((1_111, rows) for rows in (2_000, 8_000, 0, -1)),
    ):
        write_parquet(path, random_floats(1_111, 3))
        assert 1 <= write_footer_with(path, number, instead)
        refused(path)


def test_numbers_of_rows_that_differ_are_no_number_of_rows(tmp_path: Path) -> None:
    """The footer's own, and those of the row groups."""
    write_parquet(tmp_path / "a.parquet", random_floats(1_111, 3), row_group_size=600)
    assert 1_111 == parquet_rows(tmp_path / "a.parquet")
    assert 1 == write_footer_with(tmp_path / "a.parquet", 1_111, 1_112)
    with pytest.raises(
        InputError, match="found 1,111 rows in row groups and 1,112 in the file, expected as many"
    ):
        parquet_rows(tmp_path / "a.parquet")


def test_one_long_row_is_a_bomb_whatever_its_column_is_called(tmp_path: Path) -> None:
    """Full stops in a name are no way around the limit; nor is a footer that hides the length."""
    path = tmp_path / "a.parquet"
    write_one_long_row(path, 20_000_000)
    assert "times its size, expected at most 100" in refused(path)
    assert 1 <= write_footer_with(path, 20_000_000, 10)
    assert "found 20,000,000 values in its pages and 10 in the footer" in refused(path)
    write_one_long_row(path, 20_000_000, "a.b")
    assert "times its size, expected at most 100" in refused(path, "a.b")


COUNT, LENGTH = 200, 900_000  # of texts or bytes, 180 MB together


def repeated(values: pa.Array) -> pa.Array:
    """Return COUNT times the only value, without its bytes."""
    return pa.DictionaryArray.from_arrays(np.zeros(COUNT, np.int32), values)


def texts() -> pa.Array:
    """Return equal texts."""
    return repeated(pa.array(["[1" + "0" * LENGTH + "]"]))


BOMBS: dict[str, tuple[Callable[[], pa.Array], dict[str, Any]]] = {
    "a dictionary": (texts, {}),
    "a dictionary that Arrow shall keep": (texts, {"store_schema": True}),
    "beginnings": (texts, {"use_dictionary": False, "column_encoding": {"v": "DELTA_BYTE_ARRAY"}}),
    "a list of texts": (lambda: pa.ListArray.from_arrays([0, COUNT], texts()), {}),
    "bytes of one length": (lambda: pa.array([b"\1" * LENGTH] * COUNT, pa.binary(LENGTH)), {}),
}


@pytest.mark.parametrize(("values", "options"), BOMBS.values(), ids=BOMBS)
def test_values_that_share_their_bytes_are_counted(
    tmp_path: Path, values: Callable[[], pa.Array], options: dict[str, Any]
) -> None:
    """The same text again, by a dictionary or by what texts begin with, is refused as a bomb."""
    path = tmp_path / "a.parquet"
    as_usual = {"compression": "zstd", "store_schema": False, "dictionary_pagesize_limit": 2**22}
    parquet.write_table(pa.table({"v": values()}), path, **(as_usual | options))
    assert path.stat().st_size < 10**6
    before = peak()
    with pytest.raises(InputError, match="times its size, expected at most 100"):
        read_parquet_values(path, "v")
    assert peak() - before < MEMORY


def test_a_name_of_a_column_breaks_no_line(tmp_path: Path) -> None:
    """Neither where columns are listed, nor where one is read, nor in its type."""
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"a\nb": [1.5], "c\r\x1b[1m" * 50: [2.5]}), path)
    assert r"found the columns a\nb, c\r\x1b[1m" in refused(path)
    assert r"expected one of a\nb, c\r\x1b" in refused(path, "x\ny")
    parquet.write_table(pa.table({"embedding\n": [{"a\nb": 1}]}), path)
    assert r"column 'embedding\n': found values of type struct<a\nb: int64>" in refused(path)


def test_a_text_that_is_too_long_for_a_vector_is_refused(tmp_path: Path) -> None:
    """It is not parsed."""
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"embedding": ["[" + "1," * 2**23 + "1]"]}), path, compression="none")
    assert "row 0: found 16,777,219 characters in a line, expected at most 16,777,216" in refused(path)
