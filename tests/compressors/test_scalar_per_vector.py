"""8 bits between a vector's own smallest and largest component: values by hand, and the error's bound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from harness.compressors.scalar_per_vector import Params, PerVector, fit, restore
from harness.types import Floats, Training


def floats(*row: float) -> Floats:
    """Return one vector."""
    return np.array([row], np.float32)


@pytest.mark.parametrize(
    ("row", "levels"),
    [
        ((0.0, 255.0, 1.0, 254.0), [0, 255, 1, 254]),  # a step is 1
        ((-1.0, 1.0, 0.0, 0.5), [0, 255, 128, 191]),  # a step is 2/255; 127.5 is rounded to even, 191.25 down
        ((10.0, 20.0, 12.0, 10.01), [0, 255, 51, 0]),  # (12 - 10) / 10 × 255 = 51
    ],
)
def test_codes_are_the_ends_and_the_nearest_of_256_levels(row: tuple[float, ...], levels: list[int]) -> None:
    """Eight bytes hold the smallest and the largest component, then every component has a byte."""
    codes = PerVector().encode(floats(*row))
    assert (1, 8 + len(row)) == codes.shape
    assert [min(row), max(row)] == codes[0, :8].view("<f4").tolist()
    assert levels == codes[0, 8:].tolist()


def test_decoded_values_are_the_levels() -> None:
    """A step is 0.5 from -10 to 117.5: levels 0, 1, 20 and 255."""
    x = floats(-10, -9.5, 0, 117.5)
    assert x.tolist() == PerVector().decode(PerVector().encode(x)).tolist()
    nearly = floats(-10, -9.6, 0.2, 117.5)
    assert x.tolist() == PerVector().decode(PerVector().encode(nearly)).tolist()


def test_a_constant_vector_comes_back() -> None:
    """It has no width to divide; its value is its smallest component."""
    x = np.array([[0.1, 0.1, 0.1], [-7, -7, -7]], np.float32)
    assert x.tolist() == PerVector().decode(PerVector().encode(x)).tolist()


@given(arrays(np.float32, (3, 9), elements=st.floats(-1e6, 1e6, width=32)))
def test_no_component_is_off_by_more_than_half_a_step(x: Floats) -> None:
    """A step is the vector's own width / 255, and float32 adds a few units of its last place."""
    decoded = PerVector().decode(PerVector().encode(x)).astype(np.float64)
    wide = x.astype(np.float64)
    half = (wide.max(axis=1) - wide.min(axis=1)) / 510
    allowed = half * (1 + 1e-4) + 4 * np.spacing(np.abs(x).max(axis=1)).astype(np.float64)
    assert (np.abs(decoded - wide).max(axis=1) <= allowed).all()


def test_each_vector_has_a_scale_of_its_own() -> None:
    """A vector is coded alone as it is beside one a thousand times as long."""
    x = np.random.default_rng(0).standard_normal((2, 16)).astype(np.float32)
    both = np.concatenate([x, 1000 * x])
    assert PerVector().encode(x[:1]).tobytes() == PerVector().encode(both)[:1].tobytes()


def test_nothing_is_learned() -> None:
    """Any training split gives the codec that no state restores; eight bytes are side information."""
    train = Training(floats(1, 2), np.empty((0, 2), np.int64), None)
    assert fit(train, Params(), 0) == fit(train, Params(), 1) == restore({}, Params())
    assert ({}, 8, True) == (PerVector().state(), PerVector.side_bytes, PerVector.reconstructs)
