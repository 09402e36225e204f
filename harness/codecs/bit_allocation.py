"""Bits by variance: the dimensions that vary more get more of a code's bits, others none.

The greedy form of reverse water-filling (Gersho and Gray 1992, section 8.3).
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.types import Bytes, Doubles


def shared_bits(variances: Doubles, errors: Sequence[float], total: int) -> Bytes:
    """Return the bits (D,) uint8 of dimensions with these ``variances`` (D,), ``total`` in all.

    ``errors``: the mean squared error of 0 bits, of 1 and so on, up to the most that a dimension may have,
    as a share of its variance. Each bit goes where it lowers the error most.

    >>> shared_bits(np.array([16.0, 4.0, 1.0, 0.1]), [1, 1 / 4, 1 / 16, 1 / 64], 6).tolist()
    [3, 2, 1, 0]
    """
    bits = np.zeros(len(variances), np.uint8)
    gains = [(-float(v) * (errors[0] - errors[1]), i) for i, v in enumerate(variances)]
    heapq.heapify(gains)
    for _ in range(total):
        _, i = heapq.heappop(gains)
        bits[i] += 1
        if bits[i] < len(errors) - 1:
            gain = float(variances[i]) * (errors[bits[i]] - errors[bits[i] + 1])
            heapq.heappush(gains, (-gain, i))
    return bits


def stored_bits(state: Mapping[str, NDArray[Any]], most: int, total: int) -> Bytes:
    """Return the bits (D,) uint8 of a codec's state; raise ValueError for others than ``total`` in all.

    ``most``: of a dimension.
    """
    bits = np.asarray(state["bits"])
    if bits.dtype != np.uint8 or bits.ndim != 1 or bits.max(initial=0) > most:
        raise ValueError(f"bits: found {bits.dtype} {bits.shape}, expected numbers from 0 to {most}")
    if int(bits.sum()) != total:
        raise ValueError(f"bits: found {int(bits.sum())}, expected {total} in all")
    return bits
