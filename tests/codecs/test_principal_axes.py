"""Principal axes, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from harness.codecs.principal_axes import principal_axes
from harness.errors import InputError


def test_principal_axes_of_a_line() -> None:
    """Rows on a line through (1, 1) in the direction (3, 4) have that direction as their first axis."""
    t = np.array([-2.0, -1, 0, 1, 2])[:, None]
    mean, axes = principal_axes((np.array([1.0, 1.0]) + t * [3, 4]).astype(np.float32), 1)
    np.testing.assert_allclose(mean, [1, 1], atol=1e-6)
    np.testing.assert_allclose(axes[:, 0], [0.6, 0.8], atol=1e-6)


def test_principal_axes_go_by_variance() -> None:
    """Of independent dimensions the widest comes first, with its largest component positive."""
    x = np.random.default_rng(0).standard_normal((5000, 3)) * [1, 9, 3]
    _, axes = principal_axes(x.astype(np.float32), 3)
    np.testing.assert_allclose(axes, [[0, 0, 1], [1, 0, 0], [0, 1, 0]], atol=0.05)
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-12)


def test_principal_axes_of_one_dimension() -> None:
    """A single dimension is its own axis."""
    mean, axes = principal_axes(np.array([[1], [2], [6]], np.float32), 1)
    assert [3.0] == mean.tolist()
    assert [[1.0]] == axes.tolist()


@pytest.mark.parametrize(("rows", "dimension"), [(3, 8), (8, 3)])
def test_more_axes_than_rows_or_dimensions_are_refused(rows: int, dimension: int) -> None:
    """Four axes need four rows and four dimensions."""
    with pytest.raises(
        InputError, match=rf"found dims = 4, expected at most 3 \({rows} rows . {dimension}\)"
    ):
        principal_axes(np.eye(rows, dimension, dtype=np.float32), 4)


def test_axes_of_rows_seen_before_are_the_same() -> None:
    """Also of fewer axes, and with other rows in between; rows that changed have others."""
    x = np.random.default_rng(0).standard_normal((50, 6)).astype(np.float32)
    first = [array.tobytes() for array in principal_axes(x, 6)]
    for seed in (1, 2, 3):
        principal_axes(np.random.default_rng(seed).standard_normal((50, 6)).astype(np.float32), 6)
    assert first == [array.tobytes() for array in principal_axes(x, 6)]
    mean, axes = principal_axes(x, 2)
    assert first[0] == mean.tobytes()
    assert first[1] == np.hstack([axes, principal_axes(x, 6)[1][:, 2:]]).tobytes()
    x[0, 0] += 1
    assert first[0] != principal_axes(x, 6)[0].tobytes()
