"""Which column, key, array or tensor of a file holds the vectors: the one rule for every format."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from harness.errors import InputError

HEAD_ROWS = 1_000  # rows that decide what a file without types holds
_LISTED, _LETTERS = 20, 40  # names in an error, and letters of each


_NUMBERED = re.compile(r"(.*?)([0-9]{1,6})")


def chosen(column: str | None, vectors: Collection[str], names: Sequence[str], where: str) -> str:
    """Return the name that holds vectors: ``column``, or else the only one that can be meant.

    ``names`` are all those in the file, ``vectors`` those that can hold vectors. Without ``column`` it is
    'embeddings', else the single one with 'embedding' in its name, else the single one that holds vectors.
    Raises InputError with the names that are there.
    """
    if column is not None:
        if column in names:
            return column
        raise InputError(f"{where}: found no column {column!r}, expected one of {listed(names)}")
    called = [name for name in vectors if "embedding" in name.lower()]
    for candidates in ([name for name in called if name == "embeddings"], called, list(vectors)):
        if len(candidates) == 1:
            return candidates[0]
    several = f"vectors in {listed(vectors)}" if vectors else f"no vectors in {listed(names)}"
    raise InputError(f"{where}: found {several}, expected one column of vectors: name it with --column")


def usual_length(lengths: Iterable[int], where: str) -> int:
    """Return the most frequent length of lists, the first of equals; raise InputError where there is none."""
    counts = Counter(length for length in lengths if length > 0)
    if not counts:
        raise InputError(f"{where}: found no list of numbers in its first rows, expected vectors")
    return counts.most_common(1)[0][0]


def numbered_columns(names: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the places of columns that are numbered from 0 or 1 on, in the order of their numbers."""
    stems: dict[str, dict[int, int]] = {}
    for i, name in enumerate(names):
        match = _NUMBERED.fullmatch(name.strip())
        if match:
            stems.setdefault(match[1], {})[int(match[2])] = i
    groups = [[places[number] for number in sorted(places)] for places in stems.values()]
    starts = [min(places) for places in stems.values()]
    ends = [max(places) for places in stems.values()]
    return [
        tuple(group)
        for group, start, end in zip(groups, starts, ends, strict=True)
        if start in {0, 1} and end - start + 1 == len(group)
    ]


def listed(names: Collection[str]) -> str:
    """Return the first names, as an error can hold them."""
    first = [" ".join(name.split())[:_LETTERS] for name in list(names)[:_LISTED]]
    return (", ".join(first) or "nothing") + (" …" if len(names) > _LISTED else "")
