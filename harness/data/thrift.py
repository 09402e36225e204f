"""Thrift's compact protocol, as far as Parquet needs it: values are read one by one, or skipped."""

from __future__ import annotations

from collections.abc import Iterator

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
_WIDTHS = {BYTE: 1, DOUBLE: 8}  # bytes of a value; of truth values within a list as of a byte
_LONGEST = 70  # bits of the bytes of a number
_DEPTH = 16  # of structures and lists in one another


class Cursor:
    """A position in bytes. Methods raise IndexError where the bytes end, and ValueError for wrong ones."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def fields(self) -> Iterator[tuple[int, int]]:
        """Yield the number and type of each field of a structure; its value has to be read, or skipped, then.

        A field of another type than its number should have is to Thrift none of that number.
        """
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self.whole()
            yield number, head & 15

    def whole(self) -> int:
        """Return a whole number of any width."""
        number = self._varint()
        return number >> 1 ^ -(number & 1)

    def elements(self) -> tuple[int, int]:
        """Return how many elements a list has, and their type."""
        head = self._byte()
        return self._varint() if head >> 4 == 15 else head >> 4, head & 15  # noqa: PLR2004 - a long list

    def skip(self, kind: int, depth: int = _DEPTH) -> None:
        """Go on after the value of a field."""
        if kind in {I16, I32, I64}:
            self._varint()
        elif kind in _WIDTHS:
            self.at += _WIDTHS[kind]
        elif kind == BINARY:
            length = self._varint()
            self.at += length
        elif kind in {LIST, SET, STRUCT} and depth:
            self._skip_parts(kind, depth - 1)
        elif kind not in {TRUE, FALSE}:
            raise ValueError(kind)
        if self.at > len(self.data):
            raise IndexError(self.at)

    def _skip_parts(self, kind: int, depth: int) -> None:
        if kind == STRUCT:
            while head := self._byte():
                if not head >> 4:
                    self._varint()
                self.skip(head & 15, depth)
            return
        count, each = self.elements()
        for _ in range(count):
            self.skip(BYTE if each in {TRUE, FALSE} else each, depth)

    def _byte(self) -> int:
        byte = self.data[self.at]
        self.at += 1
        return byte

    def _varint(self) -> int:
        number = shift = 0
        while (byte := self.data[self.at]) > 127:  # noqa: PLR2004 - not the last one
            self.at += 1
            number |= (byte & 127) << shift
            shift += 7
            if shift == _LONGEST:
                raise ValueError(number)
        self.at += 1
        return number | byte << shift
