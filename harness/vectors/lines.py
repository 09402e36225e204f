"""Lines of a text file, one at a time, with the byte that each begins at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from harness import limits

_MARK = b"\xef\xbb\xbf"  # a byte-order mark is no part of the first line


class Lines:
    """An iterator of lines without their ends; ``offset`` is the byte at which the next one begins."""

    def __init__(self, path: Path, name: str, offset: int = 0) -> None:
        self._file, self._name = path.open("rb"), name
        self._number = 0
        self.offset = offset or (len(_MARK) if self._file.read(len(_MARK)) == _MARK else 0)
        self._file.seek(self.offset)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[bytes]:
        """Yield lines; raise InputError for one above the limit."""
        while line := self._file.readline(limits.LINE.most + 1):
            limits.LINE.check(len(line), f"{self._name}: a line after byte {self.offset}")
            self.offset += len(line)
            yield line.removesuffix(b"\n").removesuffix(b"\r")
