"""Numbers of 1 to 8 bits, packed densely as one stream a row, lowest bit first, as faiss does.

Eight numbers are eight bytes: each two neighbours are moved together, then each two pairs, then the two
fours, so that their bits fill as many bytes as a number has bits.
"""

from __future__ import annotations

import numpy as np

from harness.types import Bytes

_TOGETHER = 8  # numbers that fill whole bytes, whatever their bits
_SIZES = (1, 2, 4)  # bytes that hold a number, two of them, and four


def pack(numbers: Bytes, bits: int) -> Bytes:
    """Return codes (n, ceil(d bits / 8)) uint8 of ``numbers`` (n, d) uint8, each below 2**bits.

    >>> pack(np.array([[1, 2, 3]], np.uint8), 4).tolist()
    [[33, 3]]
    """
    rows, dimension = numbers.shape
    groups = -(-dimension // _TOGETHER)
    octets = np.zeros((rows * groups, _TOGETHER), np.uint8)
    octets.reshape(rows, groups * _TOGETHER)[:, :dimension] = numbers
    for size in _SIZES:
        words, low = octets.view(f"<u{2 * size}"), (1 << size * bits) - 1
        high = (words >> (8 - bits) * size) & (low << size * bits)
        words &= low
        words |= high
    codes = np.empty((rows * groups, bits), np.uint8)
    for i in range(bits):  # NumPy copies a column in a tenth of the time that it takes for short rows
        codes[:, i] = octets[:, i]
    return codes.reshape(rows, groups * bits)[:, : -(-dimension * bits // 8)]


def unpack(codes: Bytes, bits: int, dimension: int) -> Bytes:
    """Return the numbers (n, ``dimension``) uint8 behind ``codes``; the inverse of ``pack``.

    >>> unpack(np.array([[33, 3]], np.uint8), 4, 3).tolist()
    [[1, 2, 3]]
    """
    rows, groups = len(codes), -(-dimension // _TOGETHER)
    filled = np.zeros((rows, groups * bits), np.uint8)
    filled[:, : codes.shape[1]] = codes
    octets = np.zeros((rows * groups, _TOGETHER), np.uint8)
    for i in range(bits):
        octets[:, i] = filled.reshape(-1, bits)[:, i]
    for size in reversed(_SIZES):
        words, low = octets.view(f"<u{2 * size}"), (1 << size * bits) - 1
        high = (words << (8 - bits) * size) & (low << 8 * size)
        words &= low
        words |= high
    return octets.reshape(rows, groups * _TOGETHER)[:, :dimension]
