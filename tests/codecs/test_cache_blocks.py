"""Codecs that work block by block give the bytes of their formulas over all rows at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from harness.codecs.cache_blocks import VALUES, block_rows, in_blocks, repeated
from harness.compressors import normalize, scalar, scalar_per_vector, sign
from harness.types import Bytes, Codec, Floats, Training

ROWS = (0, 1, 2_000)  # none, one, and several blocks of which the last is short
DIMENSIONS = (384, 13)


def _vectors(rows: int, dimension: int) -> Floats:
    """Return vectors of which one component is always the same, and some lie far out."""
    x = np.random.default_rng([rows, dimension]).standard_normal((rows, dimension), np.float32)
    x[:, 3] = 0.25
    x[::7] *= 100
    x[::5, 0] = 0.0
    x[::10, 0] = -0.0
    return x


def _sign(x: Floats) -> tuple[Bytes, Floats]:
    codes = np.packbits(x >= 0, axis=1)
    return codes, np.unpackbits(codes, axis=1, count=x.shape[1]).astype(np.float32) * 2 - 1


def _scalar(bits: int) -> Callable[[Floats], tuple[Bytes, Floats]]:
    def both(x: Floats) -> tuple[Bytes, Floats]:
        low, width = np.split(_codec_scalar(bits, x.shape[1]).ranges, 2)
        cells = (1 << bits) - (bits >= scalar.AS_FAISS)
        position = np.divide(x - low, width, out=np.zeros(x.shape, np.float32), where=width > 0)
        cell = (position.clip(0, 1) * np.float32(cells)).astype(np.uint8).clip(max=(1 << bits) - 1)
        each = np.unpackbits(cell[:, :, None], axis=2, count=bits, bitorder="little")
        codes = np.packbits(each.reshape(len(x), x.shape[1] * bits), axis=1, bitorder="little")
        return codes, low + (cell + np.float32(0.5)) / np.float32(cells) * width

    return both


def _per_vector(x: Floats) -> tuple[Bytes, Floats]:
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    levels = np.rint((x - low) / np.where(high > low, high - low, 1) * 255).astype(np.uint8)
    ends = np.concatenate([low, high], axis=1).view(np.uint8)
    decoded = low + levels.astype(np.float32) / np.float32(255) * (high - low)
    return np.concatenate([ends, levels], axis=1), decoded


def _normalize(x: Floats) -> tuple[Bytes, Floats]:
    moved = x.astype(np.float64) - _codec_normalize(x.shape[1]).mean
    unit = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12)
    return unit.astype(np.float32).view(np.uint8), unit.astype(np.float32)


def _training(dimension: int) -> Training:
    return Training(_vectors(300, dimension), np.empty((0, 2), np.int64), None)


def _codec_scalar(bits: int, dimension: int) -> scalar.Scalar:
    return scalar.fit(_training(dimension), scalar.Params(bits=bits, clip=0.02), 0)


def _codec_normalize(dimension: int) -> normalize.Normalize:
    return normalize.fit(_training(dimension), normalize.Params(), 0)


CASES: dict[str, tuple[Callable[[int], Codec], Callable[[Floats], tuple[Bytes, Floats]]]] = {
    "sign": (sign.Sign, _sign),
    "normalize": (_codec_normalize, _normalize),
    "scalar-per-vector": (lambda _: scalar_per_vector.PerVector(), _per_vector),
    **{
        f"scalar-{bits}": (lambda d, bits=bits: _codec_scalar(bits, d), _scalar(bits)) for bits in range(1, 9)
    },
}


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("name", CASES)
def test_codes_and_vectors_are_those_of_the_formula(name: str, rows: int, dimension: int) -> None:
    """Bit for bit, also where a component never varies, lies outside the range or is a zero with a sign."""
    make, formula = CASES[name]
    x = _vectors(rows, dimension)
    codec, (codes, decoded) = make(dimension), formula(x)
    encoded = codec.encode(x)
    assert codes.tobytes() == encoded.tobytes()
    assert codes.shape == encoded.shape
    assert decoded.astype(np.float32).tobytes() == codec.decode(encoded).tobytes()
    assert decoded.shape == codec.decode(encoded).shape
    assert codec.encode(x).flags["C_CONTIGUOUS"]
    assert codec.decode(encoded).flags["C_CONTIGUOUS"]


def test_every_row_is_in_one_block() -> None:
    """Blocks follow one another, each as large as it may be."""
    x, sizes = np.arange(2 * VALUES + 6).reshape(-1, 2), list[int]()

    def doubled(rows: np.ndarray, into: np.ndarray) -> None:  # type: ignore[type-arg]
        sizes.append(len(rows))
        into[...] = rows * 2

    np.testing.assert_array_equal(x * 2, in_blocks(x, np.empty_like(x), doubled))
    assert [VALUES // 2, VALUES // 2, 3] == sizes


def test_a_block_has_at_least_one_row() -> None:
    """However wide a row is; and a row is repeated no further than a block has rows."""
    assert 1 == block_rows(10 * VALUES)
    assert (3, 4) == repeated(np.ones(4, np.float32), 3).shape
    assert (VALUES // 4, 4) == repeated(np.ones(4, np.float32), VALUES).shape
