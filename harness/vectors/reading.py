"""Vectors of a source in memory, all or a random sample; broken rows are refused, or dropped and listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness import limits
from harness.embedding.units import OnRows
from harness.errors import InputError
from harness.numerics.seeding import seeded_generator
from harness.types import Doubles, Floats, Ints
from harness.vectors.source import Block, VectorSource

Broken = dict[str, list[int]]  # the reason, and the numbers of the rows in the file
_REASONS, _NUMBERS = 5, 3  # in an error


@dataclass(frozen=True, slots=True)
class CleanVectors:
    """``vectors`` (n, D) float32, their ``rows`` (n,) in the file, and the ``broken`` rows left out."""

    vectors: Floats
    rows: Ints
    broken: Mapping[str, Sequence[int]]


def _ignore(_done: int, _of: int) -> None:
    pass


def read_vectors(
    source: VectorSource, *, drop_broken: bool = False, on_rows: OnRows = _ignore
) -> CleanVectors:
    """Return all vectors of a source; ``on_rows`` is called with the rows read and their number.

    Raises InputError, in one line with counts and first row numbers, for broken rows unless ``drop_broken``.
    """
    limits.VECTOR_BYTES.check(4 * source.rows * source.dimension, source.name)
    vectors = np.empty((source.rows, source.dimension), np.float32)
    rows = np.empty(source.rows, np.int64)
    broken: Broken = {}
    count = 0
    for block in source.blocks():
        clean = _clean_rows(block, broken)
        vectors[count : count + len(clean)] = block.vectors[clean]
        rows[count : count + len(clean)] = block.start + clean
        count += len(clean)
        on_rows(block.start + len(block.vectors), source.rows)
    check_broken(source, broken, drop_broken=drop_broken)
    return CleanVectors(vectors[:count], rows[:count], broken)


def sample_rows(
    source: VectorSource,
    count: int,
    seed: int,
    *,
    drop_broken: bool = False,
    on_rows: OnRows = _ignore,
    on_block: Callable[[Block], None] = lambda _: None,
) -> CleanVectors:
    """Return ``count`` rows, or all if there are fewer, without replacement, in the order of the file.

    Every row has a random key, and those of the smallest keys are taken (Efraimidis and Spirakis 2006, with
    equal weights): one pass, in which all rows are checked, and memory for twice the sample. ``broken`` are
    the broken rows of the whole source; refused as by ``read_vectors``. ``on_block`` is called with every
    block that is read.
    """
    random = seeded_generator(f"sample of rows, seed {seed}")
    broken: Broken = {}
    sampled = _Smallest(min(count, source.rows), source.dimension)
    for block in source.blocks():
        keys = random.random(len(block.vectors))  # the same keys whatever the blocks
        on_block(block)
        clean = _clean_rows(block, broken)
        sampled.add(keys[clean], block.start + clean, block.vectors[clean])
        on_rows(block.start + len(block.vectors), source.rows)
    check_broken(source, broken, drop_broken=drop_broken)
    return CleanVectors(*sampled.in_order(), broken)


class _Smallest:
    """The rows of the ``count`` smallest keys so far: a row takes the place of one that goes."""

    def __init__(self, count: int, dimension: int) -> None:
        self._size = 0
        self._keys: Doubles = np.empty(count)
        self._rows = np.empty(count, np.int64)
        self._vectors = np.empty((count, dimension), np.float32)

    def add(self, keys: Doubles, rows: Ints, vectors: Floats) -> None:
        """Take in rows (n,) with their keys and vectors (n, D)."""
        room = min(len(self._keys) - self._size, len(keys))
        self._put(np.arange(self._size, self._size + room), keys[:room], rows[:room], vectors[:room])
        self._size += room
        below = room + np.flatnonzero(keys[room:] < self._keys[: self._size].max(initial=0))
        if not len(below):
            return
        together = np.concatenate([self._keys, keys[below]])
        stays = np.zeros(len(together), bool)
        stays[np.argpartition(together, len(self._keys) - 1)[: len(self._keys)]] = True
        enter = below[stays[len(self._keys) :]]
        self._put(np.flatnonzero(~stays[: len(self._keys)]), keys[enter], rows[enter], vectors[enter])

    def _put(self, places: NDArray[np.intp], keys: Doubles, rows: Ints, vectors: Floats) -> None:
        self._keys[places], self._rows[places], self._vectors[places] = keys, rows, vectors

    def in_order(self) -> tuple[Floats, Ints]:
        """Return vectors and row numbers in the order of the source."""
        order = np.argsort(self._rows[: self._size])
        return self._vectors[order], self._rows[order]


def check_broken(source: VectorSource, broken: Mapping[str, Sequence[int]], *, drop_broken: bool) -> None:
    """Raise InputError where rows are broken and not to be dropped, and where all of them are broken."""
    count = sum(map(len, broken.values()))
    if count and (not drop_broken or count == source.rows):
        remedy = "" if count == source.rows else ": mend them, or drop them with --drop-broken"
        problem = f"found {count:,} broken rows of {source.rows:,} ({listed(broken)})"
        raise InputError(f"{source.name}: {problem}, expected numbers with a direction in each{remedy}")


def listed(broken: Mapping[str, Sequence[int]]) -> str:
    """Return the most frequent reasons with counts and first row numbers, as an error can hold them."""
    reasons = sorted(broken, key=lambda reason: -len(broken[reason]))
    parts = [
        f"{len(broken[reason]):,} {reason}: row {', '.join(map(str, broken[reason][:_NUMBERS]))}"
        + (" …" if len(broken[reason]) > _NUMBERS else "")
        for reason in reasons[:_REASONS]
    ]
    return "; ".join(parts) + ("; …" if len(reasons) > _REASONS else "")


def _clean_rows(block: Block, broken: Broken) -> Ints:
    """Return the positions in a block of its clean rows, and add the others to ``broken``."""
    clean = np.ones(len(block.vectors), bool)
    for row, reason in sorted(block.broken.items()):
        broken.setdefault(reason, []).append(row)
        clean[row - block.start] = False
    return np.flatnonzero(clean).astype(np.int64)
