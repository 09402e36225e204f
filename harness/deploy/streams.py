"""Rows of files in equal batches, whatever the blocks that a file is read in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from harness.deploy.card import Card
from harness.deploy.limits import batch_rows
from harness.errors import InputError
from harness.types import Bytes, Floats
from harness.vectors.opening import open_vectors
from harness.vectors.reading import check_broken
from harness.vectors.source import Block, VectorSource


class VectorBatch(NamedTuple):
    """Clean ``vectors`` (n, D) float32 among the rows up to ``stop``, and why the others are ``broken``."""

    vectors: Floats
    stop: int
    broken: Mapping[int, str]


def vector_batches(source: VectorSource, start: int, *, drop_broken: bool) -> Iterator[VectorBatch]:
    """Yield the vectors of a source from row ``start`` on, where a batch begins.

    Raises InputError for broken rows unless ``drop_broken``, with their number in the rest of the source.
    """
    size = batch_rows(source.dimension)
    blocks = source.blocks(size, start)
    gathered: list[Block] = []
    for block in blocks:
        if block.broken and not drop_broken:
            _refuse_broken(source, start)
        for part in _parts(block, size):
            gathered.append(part)
            stop = part.start + len(part.vectors)
            if stop % size == 0 or stop == source.rows:
                yield _batch(gathered, stop)
                gathered = []


def open_codes(location: str, card: Card) -> VectorSource:
    """Return the codes of a ``.npy`` file; raise InputError where they are not those of the card's codec."""
    if Path(location).suffix != ".npy":
        raise InputError(f"{location}: found another ending, expected codes in a .npy file")
    source = open_vectors(location)
    expected = f"expected uint8 (rows, {card.bytes_per_vector}), the codes of this codec"
    if (source.dtype, source.dimension) != ("uint8", card.bytes_per_vector):
        actual = f"{source.dtype} ({source.rows}, {source.dimension})"
        raise InputError(f"{location}: found {actual}, {expected}")
    return source


def code_batches(source: VectorSource, start: int, size: int) -> Iterator[tuple[Bytes, int]]:
    """Yield codes (n, B) uint8, ``size`` rows at a time from row ``start`` on, and the row after them."""
    for piece in source.pieces(start, size):
        yield np.asarray(piece.numbers, np.uint8), piece.start + len(piece.numbers)


def _parts(block: Block, size: int) -> Iterator[Block]:
    """Yield a block cut where batches end."""
    stop = block.start + len(block.vectors)
    cuts = [block.start, *range(block.start - block.start % size + size, stop, size), stop]
    for first, last in itertools.pairwise(cuts):
        rows = block.vectors[first - block.start : last - block.start]
        broken = {row: reason for row, reason in block.broken.items() if first <= row < last}
        yield Block(first, rows, broken)


def _batch(parts: list[Block], stop: int) -> VectorBatch:
    vectors = np.concatenate([part.vectors for part in parts])
    broken = {row: reason for part in parts for row, reason in part.broken.items()}
    clean = np.ones(len(vectors), bool)
    clean[[row - parts[0].start for row in broken]] = False
    return VectorBatch(np.ascontiguousarray(vectors[clean]), stop, broken)


def _refuse_broken(source: VectorSource, start: int) -> None:
    broken: dict[str, list[int]] = {}
    for block in source.blocks(start=start):
        for row, reason in sorted(block.broken.items()):
            broken.setdefault(reason, []).append(row)
    check_broken(source, broken, drop_broken=False)
