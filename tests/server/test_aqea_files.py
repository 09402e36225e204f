"""The formats .aqwt and .aqed: what is written is read, in the documented bytes, and nothing else is."""

from __future__ import annotations

import struct
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from harness.codecs.affine import Affine
from harness.codecs.aqea_rotation import KINDS, Weights, affine_of, rotate, to_weights, unrotate
from harness.errors import InputError
from harness.server.aqea_files import aqed_bytes, read_aqed, read_aqwt, write_aqed, write_aqwt
from harness.server.aqed_sections import Vectors
from harness.types import Floats

FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)
FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def _floats(*shape: int) -> Floats:
    return np.random.default_rng(len(shape)).standard_normal(shape).astype(np.float32)


def _same(one: Vectors, other: Vectors) -> None:
    for field in fields(Vectors):
        ours, others = getattr(one, field.name), getattr(other, field.name)
        assert (ours is None) == (others is None), field.name
        if ours is not None:
            assert (ours.dtype, ours.shape, ours.tobytes()) == (others.dtype, others.shape, others.tobytes())


# -- The rotation --------------------------------------------------------------------------------------------


def _hamilton(p: list[float], q: list[float]) -> list[float]:
    """Return the product p q by the rule i² = j² = k² = ijk = -1, term by term."""
    table = {(0, n): (1, n) for n in range(4)} | {(n, 0): (1, n) for n in range(4)}
    table |= {(n, n): (-1, 0) for n in (1, 2, 3)}
    table |= {
        (1, 2): (1, 3),
        (2, 3): (1, 1),
        (3, 1): (1, 2),
        (2, 1): (-1, 3),
        (3, 2): (-1, 1),
        (1, 3): (-1, 2),
    }
    product = [0.0] * 4
    for (a, b), (sign, n) in table.items():
        product[n] += sign * p[a] * q[b]
    return product


def test_the_rotation_is_the_hamilton_product_with_the_spirals_quaternion() -> None:
    """Three blocks, each worked out from the formulas for axis and angle; the last two of 14 stay."""
    row, scale, angle = [float(n) for n in range(1, 15)], 1.75, 2.399963229728653
    expected = []
    for i in range(3):
        theta, phi = i * angle, min(np.pi * i / 3, np.pi - 0.01)
        axis = [np.sin(phi) * np.cos(theta), np.sin(phi) * np.sin(theta), np.cos(phi)]
        half = angle * scale / 2
        expected += _hamilton([np.cos(half), *(np.sin(half) * a for a in axis)], row[4 * i : 4 * i + 4])
    np.testing.assert_allclose(rotate(np.array([row]), scale)[0], [*expected, 13, 14], atol=1e-12)


def test_the_first_block_turns_about_the_third_axis() -> None:
    """Its q is cos h + k sin h, so that (1, 0, 0, 0) becomes (cos h, 0, 0, sin h), with h = 1.2 · scale."""
    half = 2.399963229728653 * 2.0 / 2
    expected = [np.cos(half), 0, 0, np.sin(half)]
    np.testing.assert_allclose(rotate(np.eye(1, 4), 2.0)[0], expected, atol=1e-15)


@pytest.mark.parametrize("dimension", [1, 3, 4, 5, 8, 384, 385])
def test_rotating_keeps_scalar_products_and_can_be_undone(dimension: int) -> None:
    """For any dimension, a multiple of four or not."""
    x = _floats(7, dimension)
    turned = rotate(x, 1.75)
    np.testing.assert_allclose(turned @ turned.T, x @ x.astype(float).T, atol=1e-4)
    np.testing.assert_allclose(unrotate(turned, 1.75), x, atol=1e-12)
    assert (dimension < 4) == np.array_equal(turned, x)


def test_no_rotation_is_the_scale_zero() -> None:
    """The angle is 0, and q is 1."""
    np.testing.assert_array_equal(rotate(_floats(3, 12), 0.0), _floats(3, 12))


# -- Weights and codecs --------------------------------------------------------------------------------------


def test_the_codec_of_weights_rotates_and_then_maps() -> None:
    """It is the matrix times the rotated vectors, and comes back as the same weights."""
    weights = Weights(_floats(3, 10), 1.5, "protein", 0.5)
    x = _floats(20, 10)
    codec = affine_of(weights)
    np.testing.assert_allclose(
        codec.decode(codec.encode(x)), rotate(x, 1.5) @ weights.matrix.T.astype(float), atol=1e-5
    )
    again = to_weights(codec, 1.5, "protein", 0.5)
    np.testing.assert_allclose(again.matrix, weights.matrix, atol=1e-6)
    assert (10, 3, 1.5, "protein", 0.5) == (
        again.original_dim,
        again.compressed_dim,
        again.rotation_scale,
        again.kind,
        again.spearman,
    )


def test_any_map_without_bias_can_be_exported(tmp_path: Path) -> None:
    """A codec that never rotated is written, read and folded back into itself."""
    codec = Affine(_floats(384, 13), np.zeros(13, np.float32))
    write_aqwt(tmp_path / "a.aqwt", to_weights(codec, 1.75, "text", 0.875))
    np.testing.assert_allclose(affine_of(read_aqwt(tmp_path / "a.aqwt")).weights, codec.weights, atol=1e-6)


def test_a_bias_cannot_be_exported() -> None:
    """The weights have no place for it."""
    with pytest.raises(InputError, match="found a map with a bias, expected one without"):
        to_weights(Affine(_floats(4, 2), np.ones(2, np.float32)), 1.0, "text", 0.0)


# -- .aqwt ---------------------------------------------------------------------------------------------------


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
    matrix=hnp.arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(1, 9)), elements=FINITE),
    kind=st.sampled_from(KINDS),
    spearman=st.floats(-1, 1, width=32),
    scale=FINITE,
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
    header |= {"scale": 1.75, "body": _floats(2, 3).tobytes()}
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
        (Weights(_floats(2, 3), 1.0, "image", 0.0), "found the kind 'image', expected one of unknown, text"),
        (Weights(_floats(2, 3), 1.0, "text", float("nan")), "spearman: found nan"),
        (Weights(_floats(2, 3), 1e39, "text", 0.0), "rotation scale: found 1e+39"),
        (
            Weights(_floats(1, 65536), 1.0, "text", 0.0),
            "original dimension: found 65536, expected 1 to 65535",
        ),
        (Weights(_floats(0, 3), 1.0, "text", 0.0), "compressed dimension: found 0"),
        (Weights(_floats(2, 3) * np.float32(np.inf), 1.0, "text", 0.0), "weights: row 0 has NaN or infinity"),
        (Weights(_floats(2, 3).astype(float), 1.0, "text", 0.0), "found float64 (2, 3), expected float32"),
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


# -- .aqed ---------------------------------------------------------------------------------------------------


def _full() -> Vectors:
    """Return two vectors in every section: 5 dimensions, 3 by AQEA, in 2 parts of width 2 of 4 centroids."""
    return Vectors(
        original=_floats(2, 5),
        aqea=_floats(2, 3),
        int8=np.array([[-128, 127, 0, 1, -1], [5, 4, 3, 2, 1]], np.int8),
        pq_codes=np.array([[0, 3], [1, 2]], np.uint8),
        pq_codebooks=_floats(2, 4, 2),
        tsne=_floats(2, 2),
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
        return draw(hnp.arrays(np.float32, shape, elements=FINITE))

    width = -(-aqea // m) if has[1] else draw(st.integers(1, 3))
    return Vectors(
        original=floats(n, original) if has[0] else None,
        aqea=floats(n, aqea) if has[1] else None,
        int8=draw(hnp.arrays(np.int8, (n, original))) if has[2] else None,
        pq_codes=draw(hnp.arrays(np.uint8, (n, m), elements=st.integers(0, centroids - 1)))
        if has[3]
        else None,
        pq_codebooks=_floats(m, centroids, width) if has[3] else None,
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
    (tmp_path / "long.aqed").write_bytes(aqed_bytes(Vectors(original=_floats(2, 2)), header=60) + bytes(4))
    with pytest.raises(InputError, match=r"header of 64 bytes: found b'.*' after 60, expected zeros"):
        read_aqed(tmp_path / "long.aqed")


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
    *, magic: bytes = b"AQED", version: int = 1, body: bytes = _floats(2, 3).tobytes(), **named: int
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
        (Vectors(original=_floats(0, 3)), "original: found the shape (0, 3), expected no zero in it"),
        (Vectors(original=_floats(3)), "original: found the shape (3,), expected rows and columns"),
        (
            Vectors(original=_floats(2, 3), aqea=_floats(3, 2)),
            "aqea: found float32 (3, 2), expected float32 (2, 2)",
        ),
        (Vectors(original=_floats(2, 3) * np.float32(np.nan)), "original: row 0 has NaN or infinity"),
        (
            Vectors(original=_floats(2, 3).astype(float)),
            "original: found float64 (2, 3), expected float32 (2, 3)",
        ),
        (
            Vectors(original=_floats(2, 3), int8=np.zeros((2, 4), np.int8)),
            "int8: found int8 (2, 4), expected int8",
        ),
        (Vectors(int8=np.zeros((2, 4), np.uint8)), "int8: found uint8 (2, 4), expected int8 (2, 4)"),
        (Vectors(pq_codes=np.zeros((2, 2), np.uint8)), "found PQ codes or codebooks alone"),
        (Vectors(original=_floats(2, 3), pq_codebooks=_floats(2, 4, 2)), "found PQ codes or codebooks alone"),
        (
            Vectors(pq_codes=np.full((2, 2), 4, np.uint8), pq_codebooks=_floats(2, 4, 2)),
            "pq_codes: found code 4, expected less than 4",
        ),
        (
            Vectors(aqea=_floats(2, 5), pq_codes=np.zeros((2, 2), np.uint8), pq_codebooks=_floats(2, 4, 2)),
            "pq_codebooks: found float32 (2, 4, 2), expected float32 (2, 4, 3)",
        ),
        (
            Vectors(pq_codes=np.zeros((2, 1), np.uint8), pq_codebooks=_floats(1, 257, 1)),
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
        aqed_bytes(_full(), header=32)


@pytest.mark.parametrize("read", [read_aqed, read_aqwt])
def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, read: Any) -> None:
    """So is a folder in its place."""
    with pytest.raises(InputError, match=r"a: .*, expected a file that can be read"):
        read(tmp_path / "a")
    with pytest.raises(InputError, match="expected a file that can be read"):
        read(tmp_path)
