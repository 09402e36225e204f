"""Symbols packed into whole bytes: a code of several positions, each with a number of levels of its own.

Neighbouring positions are counted as one number in mixed radix, as many as 62 bits hold, and the numbers
stand one after the other in as many bits as their largest value needs. Levels 8, 8, 8, 5 are 2,560 values:
12 bits, hence 2 bytes a vector.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from harness.types import Bytes, Ints

WORD = 2**62  # values of one number at most: a signed integer of 64 bits holds them


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
    place = 0
    for start, stop, width in _words(levels):
        padded = np.zeros((len(codes), 64), np.uint8)
        padded[:, 64 - width :] = flat[:, place : place + width]
        number = np.packbits(padded, axis=1).view(">i8").astype(np.int64).ravel()
        for position in reversed(range(start, stop)):
            number, symbols[:, position] = np.divmod(number, levels[position])
        place += width
    return symbols


def _words(levels: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield the positions, first and one past the last, that share a number, and the bits it takes."""
    start, values = 0, 1
    for position, size in enumerate(levels):
        if values * size > WORD:
            yield start, position, (values - 1).bit_length()
            start, values = position, 1
        values *= size
    yield start, len(levels), (values - 1).bit_length()
