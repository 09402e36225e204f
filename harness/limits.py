"""Every limit on what a suite or a file may ask for, each with its reason: the one place for all of them.

A limit lies far above what measuring needs, and bounds what a stranger's suite or file costs: it is refused
in one line, before memory or time goes into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import InputError


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` of ``unit``, because of ``reason``."""

    most: int
    unit: str
    reason: str

    def check(self, count: int, where: str) -> None:
        """Raise InputError where ``count`` is above the limit; the line names place, limit and reason."""
        if count > self.most:
            # Of a number of thousands of digits Python makes no text, and nobody reads one.
            amount = f"{count:,}" if count < 10**18 else "more than 10^18"
            expected = f"expected at most {self.most:,}: {self.reason}"
            raise InputError(f"{where}: found {amount} {self.unit}, {expected}")


# -- A suite -------------------------------------------------------------------------------------------------

SUITE_BYTES = Limit(2**18, "bytes", "a suite is written by hand, and the longest here has 14,000")
DEPTH = Limit(16, "levels of tables and lists", "a suite needs five, and readers of TOML recurse")
ENTRIES = Limit(10_000, "entries", "more are no longer written by hand")
TEXT = Limit(10_000, "characters", "a suite holds names and sentences, no data")
NUMBER = 2**63 - 1  # TOML has numbers of 64 bits
SEEDS = Limit(1_000, "seeds", "each is a run of its own")
CELLS = Limit(20_000, "cells", "each takes seconds and leaves four files; the largest suite here has 532")
NAME = Limit(200, "bytes in the name of a cell's file", "file systems end at 255, endings included")
PARAMETER = Limit(100_000, "as a parameter", "memory or time grows with it")
DIMENSIONS = Limit(2**14, "dimensions", "a matrix of that width and height has 2 GiB, and is worked with")
PAIRS_A_ROW = Limit(1_000, "pairs a row", "they are drawn by rank, and few ranks say as much")
PAIRS = Limit(2_000_000, "pairs", "each takes a kilobyte of memory while it is measured")
PLANTED = Limit(2**27, "planted numbers", "they are held in memory several times, 8 bytes each")
PLANTED_ROWS = Limit(10**8, "planted rows", "each takes 4 bytes a dimension on the disk")

# -- A file --------------------------------------------------------------------------------------------------

PATH = Limit(4_096, "bytes in a path", "file systems end there")
COMPONENT = Limit(255, "bytes in a name of a path", "file systems end there")
TEXT_BYTES = Limit(2**31, "bytes of text", "a file of texts is read as a whole")
LINE = Limit(
    2**24, "characters in a line", "a line is one pair, and an encoder reads a few thousand words of it"
)
VECTOR_BYTES = Limit(
    2**33, "bytes of numbers", "they are held in memory, unless they are the float32 rows of a .npy file"
)
SEARCHED_BYTES = Limit(
    2**31, "bytes of vectors", "a search index and timings hold them in memory several times"
)
MEMBERS = Limit(64, "members of an archive", "a file of vectors needs one to three")
FOOTER = Limit(2**26, "bytes", "a footer has a few hundred a row group and column, and is parsed as a whole")
EXPANSION = Limit(100, "times its size", "what expands so far is no data; the first 64 MiB are free")
EXPANDED_FREE = 2**26  # bytes
CODEC_BYTES = Limit(2**30, "bytes of a codec", "it is read as a whole; the largest here has 2 MB")
METADATA = Limit(2**20, "bytes of metadata", "a codec's steps and split take a few hundred")
AQEA_BYTES = Limit(2**33, "bytes", "the file is read as a whole")


def check_expansion(packed: int, unpacked: int, where: str) -> None:
    """Raise InputError where ``packed`` bytes hold so many more ``unpacked`` ones that they are a bomb."""
    if unpacked > expansion_room(packed):
        times = unpacked // max(packed, 1)
        EXPANSION.check(max(times, EXPANSION.most + 1), f"{where}: unpacked")


def expansion_room(packed: int) -> int:
    """Return how many bytes ``packed`` ones may hold.

    >>> expansion_room(10**9)
    100000000000
    """
    return max(EXPANDED_FREE, EXPANSION.most * packed)


def check_parameters(parameters: Mapping[str, Any], where: str) -> None:
    """Raise InputError for a whole number above PARAMETER, and for ``dims`` above DIMENSIONS."""
    for key, value in parameters.items():
        for number in value if isinstance(value, list) else [value]:
            if isinstance(number, Mapping):
                check_parameters(number, f"{where}.{key}")
            elif isinstance(number, int):
                limit = DIMENSIONS if key in {"dims", "dimension", "subvectors"} else PARAMETER
                limit.check(abs(number), f"{where}.{key}")


def check_document(document: Mapping[str, Any], where: str) -> None:
    """Raise InputError where a parsed document is too deep or too wide, or holds what no suite may.

    That is a text that is too long or has a control character in it, such as NUL in a path, and a number
    that 64 bits or a float64 cannot hold. Goes through it without recursion.
    """
    pending: list[tuple[str, int, Any]] = [("", 1, document)]
    while pending:
        key, depth, value = pending.pop()
        table, _, last = key[1:].rpartition(".")
        at = f"{where}: [{table}] {last}" if table else f"{where}: {last}" if last else where
        if isinstance(value, (Mapping, list)):
            DEPTH.check(depth, at)
            ENTRIES.check(len(value), at)
            inner = value.items() if isinstance(value, Mapping) else enumerate(value)
            pending += [(f"{key}.{name}", depth + 1, entry) for name, entry in inner]
            for name in value if isinstance(value, Mapping) else ():
                _check_text(name, f"{where}: a key")
        elif isinstance(value, str):
            _check_text(value, at)
        elif isinstance(value, int) and abs(value) > NUMBER:
            raise InputError(f"{at}: found a number beyond 64 bits, expected none")
        elif isinstance(value, float) and value - value != 0:
            raise InputError(f"{at}: found {value}, expected a finite number")


def _check_text(text: str, where: str) -> None:
    TEXT.check(len(text), where)
    control = next((character for character in text if character < " " and character not in "\n\t"), None)
    if control is not None:
        raise InputError(f"{where}: found the control character {control!r}, expected text without")
