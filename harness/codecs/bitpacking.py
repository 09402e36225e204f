"""Symbols packed into whole bytes: a code has several positions, each with its own number of levels.

Neighbouring positions, as many as fit 62 bits, form one number in mixed radix. The numbers follow one another
in as many bits as their largest values need. Levels 8, 8, 8, 5 are 2,560 values: 12 bits, hence 2 bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from harness.types import Bytes, Ints

WORD = 2**62  # the most values of one number, which fits a signed integer of 64 bits


def bits(levels: Sequence[int]) -> float:
    """Return the information of a code whose values are all equally likely, the sum of log2(levels)."""
    return math.fsum(math.log2(size) for size in levels)


def size(levels: Sequence[int]) -> int:
    """Return the bytes that a code takes.

    >>> size([8, 8, 8, 5])
    2
    """
    return -(-sum(width for _, _, width in _words(levels)) // 8)


def pack(symbols: Ints, levels: Sequence[int]) -> Bytes:
    """Return codes (n, bytes) uint8 of ``symbols`` (n, positions) int64, each below its position's level.

    >>> pack(np.array([[1, 0, 1, 1, 0, 0, 0, 1]]), [2] * 8).tolist() == [[0b10110001]]
    True
    """
    parts = []
    for start, stop, width in _words(levels):
        number = np.zeros(len(symbols), np.int64)
        for position in range(start, stop):
            number = number * levels[position] + symbols[:, position]
        octets = number.astype(">i8").view(np.uint8).reshape(-1, 8)
        parts.append(np.unpackbits(octets, axis=1)[:, 64 - width :])
    return np.packbits(np.concatenate(parts, axis=1), axis=1)


def unpack(codes: Bytes, levels: Sequence[int]) -> Ints:
    """Return the symbols (n, positions) int64 behind ``codes``; the inverse of ``pack``.

    >>> unpack(pack(np.array([[7, 0, 3, 4]]), [8, 8, 8, 5]), [8, 8, 8, 5]).tolist()
    [[7, 0, 3, 4]]
    """
    flat = np.unpackbits(codes, axis=1)
    symbols = np.empty((len(codes), len(levels)), np.int64)
    offset = 0
    for start, stop, width in _words(levels):
        padded = np.zeros((len(codes), 64), np.uint8)
        padded[:, 64 - width :] = flat[:, offset : offset + width]
        number = np.packbits(padded, axis=1).view(">i8").astype(np.int64).ravel()
        for position in reversed(range(start, stop)):
            number, symbols[:, position] = np.divmod(number, levels[position])
        offset += width
    return symbols


def _words(levels: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield the range of positions that share a number, and the number's bits."""
    start, values = 0, 1
    for position, size in enumerate(levels):
        if values * size > WORD:
            yield start, position, (values - 1).bit_length()
            start, values = position, 1
        values *= size
    yield start, len(levels), (values - 1).bit_length()
