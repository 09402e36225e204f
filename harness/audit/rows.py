"""Rows of a file that an audit reads: all, or a random sample of a large one, with what is wrong in all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from harness.audit.duplicates import RowDigests
from harness.evidence.schema.audit import BrokenRows, Source
from harness.vectors.opening import open_vectors
from harness.vectors.reading import CleanVectors, read_vectors, sample_rows
from harness.vectors.source import Block, VectorSource
from harness.vectors.texts import open_texts

Progress = Callable[[str, int, int], None]
_MOST_BYTES = 2**29  # of float32 vectors; a sweep holds a few times as much
_MOST_ROWS = 130_000
_FIRST = 10  # row numbers of each reason
_STEPS = {"against": "vectors of --against"}  # what reading a role is called, if not as the role


@dataclass(frozen=True, slots=True)
class Options:
    """What the user gave: files by their role, and how the first is to be read."""

    location: str
    pairs: str | None = None
    queries: str | None = None
    qrels: str | None = None
    against: str | None = None
    encoder: str | None = None
    column: str | None = None
    drop_broken: bool = False


def read_rows(
    location: str,
    role: str,
    options: Options,
    prefix: Literal["document", "query"],
    on_progress: Progress,
    most: int = _MOST_ROWS,
) -> tuple[CleanVectors, Source]:
    """Return the clean rows of a file, or a random sample where there are more than fit, and its record.

    The whole file is read, whose broken and equal rows are counted; memory is for twice the sample, and for
    8 bytes a row. ``role`` is the file's in the audit, ``prefix`` that of texts under an encoder.
    """

    def on_rows(done: int, of: int) -> None:
        on_progress(_STEPS.get(role, role), done, of)

    if options.encoder is None:
        source = open_vectors(location, column=options.column)
    else:
        source = open_texts(location, options.encoder, column=options.column, role=prefix, on_rows=on_rows)
    most = min(most, max(2, _MOST_BYTES // (4 * source.dimension)))
    drop = options.drop_broken
    digests = RowDigests(source.rows)

    def on_block(block: Block) -> None:
        digests.add(np.delete(block.vectors, [row - block.start for row in block.broken], axis=0))

    if source.rows <= most:
        clean = read_vectors(source, drop_broken=drop, on_rows=on_rows)
        digests.add(clean.vectors)
    else:
        clean = sample_rows(source, most, 0, drop_broken=drop, on_rows=on_rows, on_block=on_block)
    return clean, _source(role, source, clean, options, digests.duplicates())


def _source(
    role: str, source: VectorSource, clean: CleanVectors, options: Options, duplicates: int
) -> Source:
    return Source(
        role=role,
        name=Path(source.name).name,
        sha256=source.digest(),
        rows=source.rows,
        dimension=source.dimension,
        dtype=source.dtype,
        encoder=options.encoder or "",
        exact_duplicates=duplicates,
        broken=[
            BrokenRows(reason=reason, count=len(numbers), first=list(numbers[:_FIRST]))
            for reason, numbers in sorted(clean.broken.items())
        ],
    )
