"""Limits of fitting and of batches."""

from __future__ import annotations

FIT_BYTES = 2**27  # of float32 that a codec is fitted on; fitting holds seven times as much, in float64 too
BATCH_NUMBERS = 2**23  # in the vectors of a batch, which is 32 MiB of float32
BATCH_ROWS = 8_192


def batch_rows(dimension: int) -> int:
    """Return how many vectors of ``dimension`` are encoded or decoded at once.

    The last bits of a matrix product may depend on the rows beside a row: equal batches give equal bytes.
    """
    return max(1, min(BATCH_ROWS, BATCH_NUMBERS // dimension))


def fit_rows(dimension: int) -> int:
    """Return how many vectors of ``dimension`` a codec is fitted on at most."""
    return max(2, FIT_BYTES // (4 * dimension))
