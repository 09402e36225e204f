"""Bits by variance: how they are shared, and the levels of a normal variable, against published ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from harness.codecs.bit_allocation import shared_bits
from harness.compressors.variance_bits import Params, fit, normal_errors, normal_levels, restore
from harness.errors import InputError
from harness.types import Floats, Training

# Max (1960), table I: the outputs of the quantizer of least squared error, and that error.
MAX_LEVELS = {1: [0.7980], 2: [0.4528, 1.510], 3: [0.2451, 0.7560, 1.344, 2.152]}
MAX_ERRORS = [0.3634, 0.1175, 0.03454, 0.009497]


def _vectors(rows: int = 500) -> Floats:
    spread = np.array([8, 4, 2, 1, 0.5, 0.25, 0.1, 0.0], np.float32)
    normal = np.random.default_rng(0).standard_normal((rows, 8)).astype(np.float32)
    return normal * spread + np.float32(3)


def _training(vectors: Floats) -> Training:
    return Training(vectors, np.empty((0, 2), np.int64), None)


def test_levels_and_errors_are_those_of_max() -> None:
    """Printed to four digits in 1960."""
    for bits, levels in MAX_LEVELS.items():
        np.testing.assert_allclose(normal_levels(bits)[1 << bits - 1 :], levels, atol=1e-3)
        np.testing.assert_allclose(normal_levels(bits), -normal_levels(bits)[::-1], atol=1e-9)
    np.testing.assert_allclose(normal_errors()[1:5], MAX_ERRORS, rtol=2e-3)


def test_the_bits_have_the_least_expected_error_of_all_ways_to_share_them() -> None:
    """Six bits among three dimensions: every way is tried."""
    variances, errors = np.array([5.0, 1.0, 0.3]), normal_errors()
    ways = [way for way in itertools.product(range(7), repeat=3) if sum(way) == 6]

    def error(way: tuple[int, ...]) -> float:
        return sum(v * errors[bits] for v, bits in zip(variances, way, strict=True))

    assert min(ways, key=error) == tuple(shared_bits(variances, errors, 6).tolist())


def test_codes_are_nearest_levels_and_take_the_bytes_asked_for() -> None:
    """Checked dimension by dimension against all levels; a dimension without bits is its mean."""
    x = _vectors()
    codec = fit(_training(x), Params(bytes=3), 0)
    assert (500, 3) == codec.encode(x).shape
    decoded = codec.decode(codec.encode(x))
    mean, spread = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)
    for i, bits in enumerate(codec.bits.tolist()):
        levels = normal_levels(bits) * spread[i] + mean[i] if bits else mean[i : i + 1]
        nearest = levels[np.abs(x[:, i : i + 1] - levels).argmin(axis=1)]
        np.testing.assert_allclose(decoded[:, i], nearest, atol=1e-4)
    assert codec.bits.tolist() == sorted(codec.bits.tolist(), reverse=True)
    assert 24 == codec.bits.sum()


def test_more_bytes_than_dimensions_are_refused() -> None:
    """A dimension has eight bits at most; with so many each error is small."""
    x = _vectors()
    with pytest.raises(InputError, match=r"found 9 bytes for 8 dimensions, expected at most 8: a dimension"):
        fit(_training(x), Params(bytes=9), 0)
    codec = fit(_training(x), Params(bytes=8), 0)
    assert [8] * 8 == codec.bits.tolist()
    assert 0.05 > np.abs(codec.decode(codec.encode(x)) - x).mean()


@pytest.mark.parametrize("bits", [np.full(8, 9, np.uint8), np.full(8, 2, np.uint8), np.full(8, 3, np.int64)])
def test_wrong_bits_in_a_file_are_refused(bits: np.ndarray) -> None:
    """More than eight, another sum, another type."""
    state = {"bits": bits, "mean": np.zeros(8, np.float32), "spread": np.ones(8, np.float32)}
    with pytest.raises(ValueError, match=r"^bits: found "):
        restore(state, Params(bytes=3))
