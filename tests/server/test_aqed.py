"""The format .aqed: what is written is read, in the documented bytes."""

from __future__ import annotations

import struct
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.hypotheses import FINITE_FLOATS, FIXTURES
from support.vectors import random_floats

from harness.errors import InputError
from harness.server.aqea_files import aqed_bytes, read_aqed, write_aqed
from harness.server.aqed_sections import Vectors
from harness.types import Floats


def _same(one: Vectors, other: Vectors) -> None:
    for field in fields(Vectors):
        ours, others = getattr(one, field.name), getattr(other, field.name)
        assert (ours is None) == (others is None), field.name
        if ours is not None:
            assert (ours.dtype, ours.shape, ours.tobytes()) == (others.dtype, others.shape, others.tobytes())


def _full() -> Vectors:
    """Return two vectors in every section: 5 dimensions, 3 by AQEA, in 2 parts of width 2 of 4 centroids."""
    return Vectors(
        original=random_floats(2, 5),
        aqea=random_floats(2, 3),
        int8=np.array([[-128, 127, 0, 1, -1], [5, 4, 3, 2, 1]], np.int8),
        pq_codes=np.array([[0, 3], [1, 2]], np.uint8),
        pq_codebooks=random_floats(2, 4, 2),
        tsne=random_floats(2, 2),
    )


def test_the_bytes_of_vectors_are_the_documented_ones() -> None:
    """One vector (1, -2) in two dimensions, and its AQEA in one, byte by byte after a header of 64."""
    vectors = Vectors(original=np.array([[1, -2]], np.float32), aqea=np.array([[2]], np.float32))
    words = [1, 1, 2, 1, 0b11, 0, 0]  # version, n, both dimensions, flags, sub-vectors, centroids
    head = b"AQED" + b"".join(word.to_bytes(4, "little") for word in words)
    body = b"\x00\x00\x80\x3f" + b"\x00\x00\x00\xc0" + b"\x00\x00\x00\x40"
    assert head + bytes(32) + body == aqed_bytes(vectors)
    assert head + bytes(28) + body == aqed_bytes(vectors, header=60)


def test_sections_stand_in_the_order_of_their_flags() -> None:
    """Original, AQEA, int8, codes, codebooks, t-SNE; the header says 2 vectors, 5 and 3, 2 parts of 4."""
    full, data = _full(), aqed_bytes(_full())
    assert (b"AQED", 1, 2, 5, 3, 0b11111, 2, 4) == struct.unpack_from("<4s7I", data)
    sections = [full.original, full.aqea, full.int8, full.pq_codes, full.pq_codebooks, full.tsne]
    assert b"".join(section.tobytes() for section in sections if section is not None) == data[64:]


@pytest.mark.parametrize("header", [60, 64])
def test_both_headers_are_read_alike(tmp_path: Path, header: int) -> None:
    """The documents' 64 bytes and the writer's 60 hold the same vectors; the file's size tells which."""
    path = tmp_path / "a.aqed"
    write_aqed(path, _full(), header=header)
    assert header + 2 * 5 * 4 + 2 * 3 * 4 + 2 * 5 + 2 * 2 + 2 * 4 * 2 * 4 + 2 * 2 * 4 == path.stat().st_size
    _same(_full(), read_aqed(path))
    assert [path] == list(tmp_path.iterdir())


def test_what_is_read_can_be_written_to(tmp_path: Path) -> None:
    """The arrays are the reader's own, in the machine's byte order."""
    write_aqed(tmp_path / "a.aqed", _full())
    read = read_aqed(tmp_path / "a.aqed")
    for field in fields(Vectors):
        array = getattr(read, field.name)
        assert array.flags.writeable
        assert array.dtype.isnative


@st.composite
def _vectors(draw: st.DrawFn) -> Vectors:
    """Return sections of the same vectors, at least one of them."""
    n, original, aqea = draw(st.integers(1, 4)), draw(st.integers(1, 6)), draw(st.integers(1, 6))
    m, centroids = draw(st.integers(1, 4)), draw(st.integers(1, 256))
    has = draw(st.tuples(*[st.booleans()] * 5).filter(any))

    def floats(*shape: int) -> Floats:
        return draw(hnp.arrays(np.float32, shape, elements=FINITE_FLOATS))

    width = -(-aqea // m) if has[1] else draw(st.integers(1, 3))
    return Vectors(
        original=floats(n, original) if has[0] else None,
        aqea=floats(n, aqea) if has[1] else None,
        int8=draw(hnp.arrays(np.int8, (n, original))) if has[2] else None,
        pq_codes=draw(hnp.arrays(np.uint8, (n, m), elements=st.integers(0, centroids - 1)))
        if has[3]
        else None,
        pq_codebooks=random_floats(m, centroids, width) if has[3] else None,
        tsne=floats(n, 2) if has[4] else None,
    )


def _begins_with_something(vectors: Vectors) -> bool:
    """Return whether a file of them may have the shorter header."""
    return any(aqed_bytes(vectors)[64:68])


@FIXTURES
@given(vectors=_vectors(), header=st.sampled_from([60, 64]))
def test_vectors_come_back_bit_for_bit(tmp_path: Path, vectors: Vectors, header: int) -> None:
    """Whatever sections there are."""
    assume(header == 64 or _begins_with_something(vectors))
    path = tmp_path / "a.aqed"
    path.write_bytes(aqed_bytes(vectors, header=header))
    _same(vectors, read_aqed(path))


@FIXTURES
@given(vectors=_vectors(), header=st.sampled_from([60, 64]), data=st.data())
def test_vectors_cut_or_continued_are_refused(
    tmp_path: Path, vectors: Vectors, header: int, data: st.DataObject
) -> None:
    """Any other length is an error, also the one that the other header would have."""
    assume(header == 64 or _begins_with_something(vectors))
    whole = aqed_bytes(vectors, header=header)
    size = data.draw(st.integers(0, len(whole) + 70).filter(lambda size: size != len(whole)))
    (tmp_path / "a.aqed").write_bytes((whole + b"more" * 20)[:size])
    with pytest.raises(InputError, match="expected"):
        read_aqed(tmp_path / "a.aqed")


@pytest.mark.parametrize("header", [60, 64])
def test_vectors_cut_at_every_byte_are_refused(tmp_path: Path, header: int) -> None:
    """No prefix of a file is a file, not even the one that a shorter header would explain."""
    whole = aqed_bytes(_full(), header=header)
    for size in range(len(whole)):
        (tmp_path / "a.aqed").write_bytes(whole[:size])
        with pytest.raises(InputError, match="expected"):
            read_aqed(tmp_path / "a.aqed")


def test_a_header_that_could_be_either_is_refused(tmp_path: Path) -> None:
    """A zero first component behind 60 bytes could be the end of a header of 64 of a file that was cut."""
    vectors = Vectors(original=np.array([[0, 1], [2, 3]], np.float32))
    with pytest.raises(
        InputError, match=r"header of 60 bytes: found b'.*' after 60, expected other than zeros"
    ):
        aqed_bytes(vectors, header=60)
    (tmp_path / "cut.aqed").write_bytes(aqed_bytes(vectors)[:-4])
    with pytest.raises(InputError, match="expected other than zeros, for the file could be a cut one of 64"):
        read_aqed(tmp_path / "cut.aqed")
    (tmp_path / "long.aqed").write_bytes(
        aqed_bytes(Vectors(original=random_floats(2, 2)), header=60) + bytes(4)
    )
    with pytest.raises(InputError, match=r"header of 64 bytes: found b'.*' after 60, expected zeros"):
        read_aqed(tmp_path / "long.aqed")
