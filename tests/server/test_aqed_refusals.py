"""What is no .aqed file is refused in one line, and what the format cannot hold is not written."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hypotheses import FIXTURES
from support.vectors import random_floats

from harness.errors import InputError
from harness.server.aqea_files import aqed_bytes, read_aqed, read_aqwt, write_aqed
from harness.server.aqed_sections import Vectors


def _refusal(read: Any, path: Path) -> str | None:
    try:
        read(path)
    except InputError as error:
        return str(error)
    return None


@FIXTURES
@given(data=st.binary(max_size=200), prefix=st.sampled_from([b"", b"AQED", b"AQED\x01\0\0\0", b"AQWT\x02"]))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes, prefix: bytes) -> None:
    """Neither reader ever ends in another error, or asks for the memory a header promises."""
    path = tmp_path / "a"
    path.write_bytes(prefix + data)
    for read in (read_aqed, read_aqwt):
        assert (_refusal(read, path) or f"{path}: ").startswith(f"{path}: ")
        assert "\n" not in (_refusal(read, path) or "")


def _aqed(
    *, magic: bytes = b"AQED", version: int = 1, body: bytes = random_floats(2, 3).tobytes(), **named: int
) -> bytes:
    """Return a file of 2 originals of 3 dimensions in which some fields are changed."""
    numbers = {"n": 2, "original": 3, "aqea": 0, "flags": 1, "subvectors": 0, "centroids": 0} | named
    return struct.pack("<4s7I", magic, version, *numbers.values()).ljust(64, b"\0") + body


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"AQ", "found the magic bytes b'AQ', expected b'AQED'"),
        (b"AQED" + bytes(20), "found 24 bytes, expected a header of at least 32"),
        (_aqed(magic=b"AQWT"), "found the magic bytes b'AQWT', expected b'AQED'"),
        (_aqed(version=2), "found version 2, expected 1"),
        (_aqed(flags=0), "flags: found 0, expected 1 to 31"),
        (_aqed(flags=33), "flags: found 33, expected 1 to 31"),
        (_aqed(n=0), "original: found the shape (0, 3), expected no zero in it"),
        (_aqed(original=0), "original: found the shape (2, 0), expected no zero in it"),
        (_aqed(flags=2), "aqea: found the shape (2, 0), expected no zero in it"),
        (_aqed(flags=8), "pq_codes: found the shape (2, 0), expected no zero in it"),
        (_aqed(flags=8, subvectors=1), "pq_codebooks: found the shape (1, 0, 3), expected no zero in it"),
        (_aqed(flags=8, subvectors=1, centroids=257), "found 257 centroids, expected at most 256"),
        (_aqed(n=3), "found 88 bytes, expected 100, or 96 with the shorter header"),
        (_aqed() + b"\0", "found 89 bytes, expected 88, or 84 with the shorter header"),
        (
            _aqed(n=2**32 - 1, original=2**32 - 1),
            "found 88 bytes, expected 73786976260478468164, or 73786976260478468160 with the shorter header",
        ),
        (
            _aqed(body=np.array([0, 0, 0, 0, np.inf, 0], np.float32).tobytes()),
            "original: row 1 has NaN or infinity, expected finite numbers",
        ),
        (
            _aqed(flags=8, subvectors=3, centroids=1, body=bytes([0, 0, 0, 0, 1, 0]) + bytes(12)),
            "pq_codes: found code 1, expected less than 1",
        ),
    ],
)
def test_wrong_vectors_are_one_line(tmp_path: Path, data: bytes, message: str) -> None:
    """The line names the file, what was found and what would be right."""
    (tmp_path / "a.aqed").write_bytes(data)
    with pytest.raises(InputError) as raised:
        read_aqed(tmp_path / "a.aqed")
    assert str(raised.value).startswith(f"{tmp_path / 'a.aqed'}: ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (Vectors(), "flags: found 0, expected 1 to 31"),
        (Vectors(original=random_floats(0, 3)), "original: found the shape (0, 3), expected no zero in it"),
        (Vectors(original=random_floats(3)), "original: found the shape (3,), expected rows and columns"),
        (
            Vectors(original=random_floats(2, 3), aqea=random_floats(3, 2)),
            "aqea: found float32 (3, 2), expected float32 (2, 2)",
        ),
        (Vectors(original=random_floats(2, 3) * np.float32(np.nan)), "original: row 0 has NaN or infinity"),
        (
            Vectors(original=random_floats(2, 3).astype(float)),
            "original: found float64 (2, 3), expected float32 (2, 3)",
        ),
        (
            Vectors(original=random_floats(2, 3), int8=np.zeros((2, 4), np.int8)),
            "int8: found int8 (2, 4), expected int8",
        ),
        (Vectors(int8=np.zeros((2, 4), np.uint8)), "int8: found uint8 (2, 4), expected int8 (2, 4)"),
        (Vectors(pq_codes=np.zeros((2, 2), np.uint8)), "found PQ codes or codebooks alone"),
        (
            Vectors(original=random_floats(2, 3), pq_codebooks=random_floats(2, 4, 2)),
            "found PQ codes or codebooks alone",
        ),
        (
            Vectors(pq_codes=np.full((2, 2), 4, np.uint8), pq_codebooks=random_floats(2, 4, 2)),
            "pq_codes: found code 4, expected less than 4",
        ),
        (
            Vectors(
                aqea=random_floats(2, 5),
                pq_codes=np.zeros((2, 2), np.uint8),
                pq_codebooks=random_floats(2, 4, 2),
            ),
            "pq_codebooks: found float32 (2, 4, 2), expected float32 (2, 4, 3)",
        ),
        (
            Vectors(pq_codes=np.zeros((2, 1), np.uint8), pq_codebooks=random_floats(1, 257, 1)),
            "found 257 centroids, expected at most 256",
        ),
    ],
)
def test_vectors_that_do_not_fit_together_are_not_written(
    tmp_path: Path, vectors: Vectors, message: str
) -> None:
    """The line names the section, and nothing is left in the folder."""
    with pytest.raises(InputError) as raised:
        write_aqed(tmp_path / "a.aqed", vectors)
    assert message in str(raised.value)
    assert [] == list(tmp_path.iterdir())


def test_other_headers_are_refused() -> None:
    """There are two, and a third would not be told from them."""
    with pytest.raises(InputError, match="found a header of 32 bytes, expected 64 or 60"):
        aqed_bytes(Vectors(original=random_floats(2, 2)), header=32)


@pytest.mark.parametrize("read", [read_aqed, read_aqwt])
def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, read: Any) -> None:
    """So is a folder in its place."""
    with pytest.raises(InputError, match=r"a: .*, expected a file that can be read"):
        read(tmp_path / "a")
    with pytest.raises(InputError, match="expected a file that can be read"):
        read(tmp_path)
