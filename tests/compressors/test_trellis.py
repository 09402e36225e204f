"""Trellis-coded quantization: paths against all paths, and distortion against its bounds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from harness.compressors.trellis import Params, Trellis, fit, normal_levels, restore
from harness.compressors.variance_bits import normal_errors
from harness.errors import InputError
from harness.types import Floats, Training


def _training(vectors: Floats) -> Training:
    return Training(vectors, np.empty((0, 2), np.int64), None)


def _normal(rows: int, dimension: int) -> Floats:
    return np.random.default_rng(1).standard_normal((rows, dimension)).astype(np.float32)


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_the_distortion_of_normal_numbers_lies_between_its_bounds(bits: int) -> None:
    """Above the rate-distortion function, 6.02 decibels a bit; at least 0.5 decibels below scalar levels."""
    x = _normal(600, 64)
    codec = fit(_training(x), Params(bytes=8 * bits), 0)
    error = float(np.square(codec.decode(codec.encode(x)) - x).mean())
    assert 0.25**bits < error < normal_errors()[bits] * 10**-0.05


def test_the_path_is_the_best_of_all_paths() -> None:
    """Eight dimensions of one bit have 256 codes: each is decoded and compared."""
    x = _normal(50, 8)
    codec = fit(_training(x), Params(bytes=1), 0)
    assert [1] * 8 == codec.bits.tolist()
    codes = np.arange(256, dtype=np.uint8)[:, None]
    errors = np.square(x[:, None] - codec.decode(codes)[None]).sum(axis=2)
    taken = np.square(x - codec.decode(codec.encode(x))).sum(axis=1)
    np.testing.assert_allclose(taken, errors.min(axis=1), rtol=1e-5)


def test_bits_have_the_least_error_by_the_rule_of_four() -> None:
    """Six bits among three dimensions, a bit divides an error by four: every way is tried."""
    spread = np.array([4.0, 2.0, 0.9, 0.5, 0.1, 0.1, 0.1, 0.1], np.float32)
    codec = fit(_training(_normal(400, 8) * spread), Params(bytes=1), 0)
    variances = codec.spread.astype(np.float64) ** 2

    def error(way: tuple[int, ...]) -> float:
        return float((variances / 4.0 ** np.array(way)).sum())

    ways = [way for way in itertools.product(range(6), repeat=4) if sum(way) == 8]
    assert min(error((*way, 0, 0, 0, 0)) for way in ways) == pytest.approx(error(tuple(codec.bits.tolist())))


def test_a_dimension_without_bits_is_its_mean() -> None:
    """Its spread is too small for a bit."""
    x = _normal(300, 10) * np.array([1] * 8 + [1e-3, 0], np.float32) + np.float32(2)
    codec = fit(_training(x), Params(bytes=1), 0)
    assert [0, 0] == codec.bits[8:].tolist()
    decoded = codec.decode(codec.encode(x))
    np.testing.assert_array_equal(decoded[:, 8:], np.broadcast_to(codec.mean[8:], (300, 2)))


def test_more_bits_than_dimensions_hold_are_refused() -> None:
    """Eight dimensions have at most forty bits."""
    with pytest.raises(InputError, match=r"found 6 bytes for 8 dimensions, expected at most 5: a dimension"):
        fit(_training(_normal(300, 8)), Params(bytes=6), 0)


def test_levels_are_the_same_in_every_process() -> None:
    """They are drawn by a seed of their own; the newest bits choose the part of the normal variable."""
    levels = normal_levels(2, 8)
    assert (256,) == levels.shape
    parts = [levels[states::4].mean() for states in range(4)]
    assert sorted(parts) == parts


@pytest.mark.parametrize("bits", [np.full(8, 6, np.uint8), np.full(8, 2, np.uint8), np.full(8, 3, np.int64)])
def test_wrong_bits_in_a_file_are_refused(bits: np.ndarray) -> None:
    """More than five, another sum, another type."""
    state = {"bits": bits, "mean": np.zeros(8, np.float32), "spread": np.ones(8, np.float32)}
    with pytest.raises(ValueError, match=r"^bits: found "):
        restore(state, Params(bytes=3))


def test_a_restored_codec_gives_the_same_codes() -> None:
    """Levels are no part of the state."""
    x = _normal(300, 16)
    codec = fit(_training(x), Params(bytes=3, memory=6), 0)
    again = restore(codec.state(), Params(bytes=3, memory=6))
    assert isinstance(again, Trellis)
    np.testing.assert_array_equal(codec.encode(x), again.encode(x))
