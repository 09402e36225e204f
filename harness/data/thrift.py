"""Structures of Thrift's compact protocol, as far as the header of a page needs them."""

from __future__ import annotations

from typing import Any


def structure(data: bytes, at: int, depth: int) -> tuple[dict[int, Any], int]:
    """Return the fields by number of the structure at byte ``at``, and where it ends.

    Numbers of 32 bits, truth values and structures are kept, to ``depth`` levels; the last one counts where
    there are several, as in Thrift itself. Other numbers and texts are skipped. Raises ValueError for what is
    no structure, or has other fields, and IndexError where the data end within it.
    """
    fields: dict[int, Any] = {}
    field = 0
    while (head := data[at]) != 0:
        at += 1
        delta, kind = head >> 4, head & 15
        if delta:
            field += delta
        else:
            field, at = _whole(data, at)
        if kind in {1, 2}:  # true, false
            fields[field] = kind == 1
        elif kind == 5:  # noqa: PLR2004 - a number of 32 bits
            fields[field], at = _whole(data, at)
        elif kind in {4, 6}:  # of 16, of 64
            _, at = _whole(data, at)
        elif kind == 8:  # noqa: PLR2004 - bytes
            length, at = _varint(data, at)
            at += length
        elif kind == 12 and depth > 1:  # noqa: PLR2004 - a structure
            fields[field], at = structure(data, at, depth - 1)
        else:
            raise ValueError(kind)
    return fields, at + 1


def _whole(data: bytes, at: int) -> tuple[int, int]:
    number, at = _varint(data, at)
    return number >> 1 ^ -(number & 1), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        number |= (data[at] & 127) << shift
        at += 1
        if data[at - 1] < 128:  # noqa: PLR2004 - the last byte
            return number, at
    raise ValueError(number)
