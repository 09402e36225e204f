"""Lines of a text file, packed or not, one at a time, with the byte that each begins at."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from harness import limits
from harness.errors import InputError, one_line

_MARK = b"\xef\xbb\xbf"  # a byte-order mark is no part of the first line


class Lines:
    """An iterator of lines without their ends; ``offset`` is the byte at which the next one begins.

    Of a ``.gz`` it is the byte of what is unpacked.
    """

    def __init__(self, path: Path, name: str, offset: int = 0) -> None:
        self._packed = path.suffix.lower() == ".gz"
        self._file = gzip.open(path) if self._packed else path.open("rb")  # noqa: SIM115 - closed by __exit__
        self._name, self._size, self.offset = name, path.stat().st_size, offset

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[bytes]:
        """Yield lines; raise InputError for one above the limit, and for packed ones that are none."""
        try:
            yield from self._lines()
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{self._name}: {one_line(error)}, expected lines that can be read") from error

    def _lines(self) -> Iterator[bytes]:
        if not self.offset and self._file.read(len(_MARK)) == _MARK:
            self.offset = len(_MARK)
        self._file.seek(self.offset)
        while line := self._file.readline(limits.LINE.most + 1):
            limits.LINE.check(len(line), f"{self._name}: a line after byte {self.offset}")
            self.offset += len(line)
            if self._packed:
                limits.check_expansion(self._size, self.offset, self._name)
            yield line.removesuffix(b"\n").removesuffix(b"\r")
