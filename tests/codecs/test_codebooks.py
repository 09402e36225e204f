"""What quantizers share, on sums worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from harness.codecs.codebooks import check_training_rows, nearest_codewords, padded, summed_codewords
from harness.errors import InputError
from harness.types import Training

BOOKS = np.array([[[1, 0], [0, 10]], [[2, 2], [-5, 0]]], np.float32)


def test_codewords_of_all_books_are_summed() -> None:
    """Each column of codes names a row of its own book."""
    codes = np.array([[0, 0], [1, 1]], np.uint8)
    assert [[3, 2], [-5, 10]] == summed_codewords(BOOKS, codes).tolist()


def test_the_nearest_codeword_is_that_of_least_distance() -> None:
    """Distances decide, not inner products: (0.4, 0.4) is nearer to (1, 0) than to (0, 10)."""
    x = np.array([[0.4, 0.4], [0, 6]], np.float32)
    assert [0, 1] == nearest_codewords(x, BOOKS[0]).tolist()


def test_rows_are_padded_to_a_multiple_of_the_parts() -> None:
    """Five dimensions in three parts get one zero; six get none."""
    x = np.ones((1, 6), np.float32)
    assert [[1, 1, 1, 1, 1, 0]] == padded(x[:, :5], 3).tolist()
    assert [[1] * 6] == padded(x, 3).tolist()


def test_too_few_training_rows_are_refused() -> None:
    """The error names the compressor, the number of rows and the least one."""
    train = Training(np.ones((3, 2), np.float32), np.empty((0, 2), np.int64), None)
    check_training_rows("pq", train, 3)
    with pytest.raises(InputError, match=r"^pq: found 3 training vectors, expected at least 4$"):
        check_training_rows("pq", train, 4)
