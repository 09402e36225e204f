"""The format .aqwt: what is written is read, in the documented bytes, and nothing else is."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.hypotheses import FINITE_FLOATS, FIXTURES
from support.vectors import random_floats

from harness.codecs.aqea_rotation import KINDS, Weights
from harness.errors import InputError
from harness.server.aqea_files import read_aqwt, write_aqwt
from harness.types import Floats


def test_the_bytes_of_weights_are_the_documented_ones(tmp_path: Path) -> None:
    """Version 2 of 3 dimensions to 2, spearman 0.5, scale 1.75, kind audio: byte by byte."""
    matrix = np.array([[1, 2, 0], [-2, 0, 1]], np.float32)
    write_aqwt(tmp_path / "a.aqwt", Weights(matrix, 1.75, "audio", 0.5))
    head = b"AQWT" + b"\x02" + b"\x03\x00" + b"\x02\x00" + b"\x02"
    numbers = b"\x00\x00\x00\x3f" + b"\x00\x00\xe0\x3f"  # 0.5 is 0x3f000000, 1.75 is 0x3fe00000
    one, two, minus_two, zero = b"\x00\x00\x80\x3f", b"\x00\x00\x00\x40", b"\x00\x00\x00\xc0", b"\0\0\0\0"
    body = one + two + zero + minus_two + zero + one
    assert head + numbers + body == (tmp_path / "a.aqwt").read_bytes()


@FIXTURES
@given(
    matrix=hnp.arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(1, 9)), elements=FINITE_FLOATS),
    kind=st.sampled_from(KINDS),
    spearman=st.floats(-1, 1, width=32),
    scale=FINITE_FLOATS,
)
def test_weights_come_back_bit_for_bit(
    tmp_path: Path, matrix: Floats, kind: str, spearman: float, scale: float
) -> None:
    """Whatever finite numbers they are."""
    path = tmp_path / "a.aqwt"
    write_aqwt(path, Weights(matrix, scale, kind, spearman))
    read = read_aqwt(path)
    assert (matrix.tobytes(), scale, kind, spearman) == (
        read.matrix.tobytes(),
        read.rotation_scale,
        read.kind,
        read.spearman,
    )
    assert matrix.shape == (read.compressed_dim, read.original_dim)
    assert [path] == list(tmp_path.iterdir())


def _aqwt(**changed: Any) -> bytes:
    """Return a file of 2 × 3 weights in which some fields are ``changed``."""
    header = {"magic": b"AQWT", "version": 2, "original": 3, "compressed": 2, "kind": 1, "spearman": 0.5}
    header |= {"scale": 1.75, "body": random_floats(2, 3).tobytes()}
    *numbers, body = (header | changed).values()
    return struct.pack("<4sBHHBff", *numbers) + body


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "found the magic bytes b'', expected b'AQWT'"),
        (_aqwt(magic=b"AQED"), "found the magic bytes b'AQED', expected b'AQWT'"),
        (_aqwt(version=1), "found version 1, expected 2"),
        (_aqwt(version=3), "found version 3, expected 2"),
        (_aqwt(kind=5), "model type: found 5, expected at most 4"),
        (_aqwt(original=0), "original dimension: found 0, expected 1 to 65535"),
        (_aqwt(compressed=0), "compressed dimension: found 0, expected 1 to 65535"),
        (_aqwt(original=4), "found 42 bytes, expected 50 with 2 × 4 weights"),
        (_aqwt(original=65535, compressed=65535), "found 42 bytes, expected 17179344918 with"),
        (_aqwt() + b"\0", "found 43 bytes, expected 42"),
        (_aqwt(spearman=float("nan")), "spearman: found nan, expected a correlation within -1 and 1"),
        (_aqwt(spearman=1.5), "spearman: found 1.5, expected"),
        (_aqwt(scale=float("inf")), "rotation scale: found inf, expected a finite float32"),
        (_aqwt(scale=float("nan")), "rotation scale: found nan, expected"),
        (
            _aqwt(body=np.array([0, 0, 0, 0, np.nan, 0], np.float32).tobytes()),
            "weights: row 1 has NaN or infinity, expected finite numbers",
        ),
    ],
)
def test_wrong_weights_are_one_line(tmp_path: Path, data: bytes, message: str) -> None:
    """The line names the file, what was found and what would be right."""
    (tmp_path / "a.aqwt").write_bytes(data)
    with pytest.raises(InputError) as raised:
        read_aqwt(tmp_path / "a.aqwt")
    assert str(raised.value).startswith(f"{tmp_path / 'a.aqwt'}: ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_weights_cut_anywhere_are_refused(tmp_path: Path) -> None:
    """No prefix of a file is a file."""
    for size in range(len(_aqwt())):
        (tmp_path / "a.aqwt").write_bytes(_aqwt()[:size])
        with pytest.raises(InputError, match="expected"):
            read_aqwt(tmp_path / "a.aqwt")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (
            Weights(random_floats(2, 3), 1.0, "image", 0.0),
            "found the kind 'image', expected one of unknown, text",
        ),
        (Weights(random_floats(2, 3), 1.0, "text", float("nan")), "spearman: found nan"),
        (Weights(random_floats(2, 3), 1e39, "text", 0.0), "rotation scale: found 1e+39"),
        (
            Weights(random_floats(1, 65536), 1.0, "text", 0.0),
            "original dimension: found 65536, expected 1 to 65535",
        ),
        (Weights(random_floats(0, 3), 1.0, "text", 0.0), "compressed dimension: found 0"),
        (
            Weights(random_floats(2, 3) * np.float32(np.inf), 1.0, "text", 0.0),
            "weights: row 0 has NaN or infinity",
        ),
        (
            Weights(random_floats(2, 3).astype(float), 1.0, "text", 0.0),
            "found float64 (2, 3), expected float32",
        ),
    ],
)
def test_weights_the_format_cannot_hold_are_not_written(
    tmp_path: Path, weights: Weights, message: str
) -> None:
    """And nothing is left in the folder."""
    with pytest.raises(InputError) as raised:
        write_aqwt(tmp_path / "a.aqwt", weights)
    assert message in str(raised.value)
    assert [] == list(tmp_path.iterdir())
