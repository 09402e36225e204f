"""What an audit reads: vectors or texts, and pairs, queries, judgements and another file where given."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from harness import limits
from harness.audit.judgements import read_qrels, row_ids
from harness.audit.pairs_file import PairTable, read_pairs
from harness.errors import InputError
from harness.evidence.files import sha256_file
from harness.evidence.schema.audit import BrokenRows, Source
from harness.types import Doubles, Floats, Ints
from harness.vectors.opening import open_vectors
from harness.vectors.reading import CleanVectors, read_vectors, sample_rows
from harness.vectors.source import VectorSource
from harness.vectors.texts import open_texts

Progress = Callable[[str, int, int], None]
_MOST_BYTES = 2**29  # of float32 vectors; a sweep holds a few times as much
_MOST_ROWS = 130_000
_MOST_QUERIES = 1_000
_FIRST = 10  # row numbers of each reason


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


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything read.

    ``vectors`` (n, D) float32 and their ``rows`` (n,) in the file of ``total`` rows; rows from ``total`` on
    are texts of pairs. ``pairs`` (m, 2) are positions in ``vectors``, ``gold`` (m,) their scores. ``queries``
    (q, D). ``judgements`` (j, 3): query, position in ``vectors``, grade. ``against`` (n', D).
    """

    vectors: Floats
    rows: Ints
    total: int
    sources: tuple[Source, ...]
    pairs: Ints | None = None
    gold: Doubles | None = None
    queries: Floats | None = None
    judgements: Ints | None = None
    against: Floats | None = None


def read_inputs(options: Options, on_progress: Progress) -> Inputs:
    """Return what ``options`` name; raise InputError, in one line, for the first thing that is wrong."""
    if options.qrels is not None and options.queries is None:
        raise InputError("--qrels: found no --queries, expected the queries that were judged")
    location = options.location
    clean, source = _vectors(location, "vectors", options, "document", on_progress)
    if source.dimension < 2:  # noqa: PLR2004 - a cosine is then 1 or -1
        raise InputError(f"{location}: found 1 dimension, expected at least 2: cosines are then 1 or -1")
    limits.DIMENSIONS.check(source.dimension, location)
    inputs = Inputs(clean.vectors, clean.rows, source.rows, (_source("vectors", source, clean, options),))
    if options.pairs is not None:
        inputs = _with_pairs(inputs, options.pairs, options, on_progress)
    if options.queries is not None:
        inputs = _with_queries(inputs, options.queries, options, on_progress)
    if options.against is not None:
        other, opened = _vectors(options.against, "vectors of --against", options, "document", on_progress)
        _check_dimension(opened, source)
        sources = (*inputs.sources, _source("against", opened, other, options))
        inputs = replace(inputs, against=other.vectors, sources=sources)
    return inputs


def _vectors(
    location: str,
    step: str,
    options: Options,
    role: Literal["document", "query"],
    on_progress: Progress,
    most: int = _MOST_ROWS,
) -> tuple[CleanVectors, VectorSource]:
    """Return the clean rows of a file, or a random sample where there are more than fit, and the file."""

    def on_rows(done: int, of: int) -> None:
        on_progress(step, done, of)

    if options.encoder is None:
        source = open_vectors(location, column=options.column)
    else:
        source = open_texts(location, options.encoder, column=options.column, role=role, on_rows=on_rows)
    most = min(most, max(2, _MOST_BYTES // (4 * source.dimension)))
    drop = options.drop_broken
    if source.rows <= most:
        return read_vectors(source, drop_broken=drop, on_rows=on_rows), source
    return sample_rows(source, most, 0, drop_broken=drop, on_rows=on_rows), source


def _source(role: str, source: VectorSource, clean: CleanVectors, options: Options) -> Source:
    return Source(
        role=role,
        name=Path(source.name).name,
        sha256=source.digest(),
        rows=source.rows,
        dimension=source.dimension,
        dtype=source.dtype,
        encoder=options.encoder or "",
        broken=[
            BrokenRows(reason=reason, count=len(numbers), first=list(numbers[:_FIRST]))
            for reason, numbers in sorted(clean.broken.items())
        ],
    )


def _labels(role: str, location: str, rows: int) -> Source:
    path = Path(location)
    return Source(
        role=role,
        name=path.name,
        sha256=sha256_file(path),
        rows=rows,
        dimension=0,
        dtype="",
        encoder="",
        broken=[],
    )


def _check_dimension(other: VectorSource, source: VectorSource) -> None:
    if other.dimension != source.dimension:
        actual, expected = other.dimension, source.dimension
        raise InputError(f"{other.name}: found {actual} dimensions, expected {expected} as in {source.name}")


def _with_pairs(inputs: Inputs, location: str, options: Options, on_progress: Progress) -> Inputs:
    table = read_pairs(location)
    count = len(table.texts) if table.rows is None else len(table.rows)
    sources = (*inputs.sources, _labels("pairs", location, count))
    if table.rows is None:
        return replace(_with_texts(inputs, location, table, options, on_progress), sources=sources)
    if table.rows.max() >= inputs.total:
        at = int((table.rows >= inputs.total).any(axis=1).argmax())
        raise InputError(
            f"{location}: row {at}: found row {table.rows[at].max()}, expected under {inputs.total}"
        )
    places = np.searchsorted(inputs.rows, table.rows).clip(max=len(inputs.rows) - 1)
    there = (inputs.rows[places] == table.rows).all(axis=1) & (places[:, 0] != places[:, 1])
    if not there.any():
        raise InputError(f"{location}: found no pair of two different rows at hand, expected some")
    gold = None if table.gold is None else table.gold[there]
    return replace(inputs, pairs=places[there].astype(np.int64), gold=gold, sources=sources)


def _with_texts(
    inputs: Inputs, location: str, table: PairTable, options: Options, on_progress: Progress
) -> Inputs:
    """Return the inputs with the texts of pairs as further rows, numbered from the file's rows on."""
    if options.encoder is None:
        raise InputError(f"{location}: found pairs of texts, expected an --encoder, or row numbers a and b")
    texts = list(dict.fromkeys(text for pair in table.texts for text in pair))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.jsonl"
        path.write_text("".join(json.dumps(text) + "\n" for text in texts), "utf-8")
        alone = replace(options, column=None)
        clean, _ = _vectors(str(path), "texts of pairs", alone, "document", on_progress, len(texts))
    place = {text: len(inputs.rows) + i for i, text in enumerate(texts)}
    return replace(
        inputs,
        vectors=np.concatenate([inputs.vectors, clean.vectors]),
        rows=np.concatenate([inputs.rows, inputs.total + np.arange(len(texts))]),
        pairs=np.array([[place[a], place[b]] for a, b in table.texts], np.int64),
        gold=table.gold,
    )


def _with_queries(inputs: Inputs, location: str, options: Options, on_progress: Progress) -> Inputs:
    clean, source = _vectors(location, "queries", options, "query", on_progress, _MOST_QUERIES)
    if source.dimension != inputs.vectors.shape[1]:
        actual, expected = source.dimension, inputs.vectors.shape[1]
        raise InputError(
            f"{location}: found {actual} dimensions, expected {expected} as in {options.location}"
        )
    sources = (*inputs.sources, _source("queries", source, clean, options))
    judgements = None
    if options.qrels is not None:
        judgements = _judgements(inputs, clean.rows, source.rows, options)
        sources = (*sources, _labels("qrels", options.qrels, len(judgements)))
    return replace(inputs, queries=clean.vectors, judgements=judgements, sources=sources)


def _judgements(inputs: Inputs, query_rows: Ints, queries: int, options: Options) -> Ints:
    """Return the judgements (j, 3) of queries and rows that are at hand."""
    location = str(options.qrels)
    graded = read_qrels(location)
    by_query, by_row = row_ids(str(options.queries), queries), row_ids(options.location, inputs.total)
    place_of_query = {int(row): i for i, row in enumerate(query_rows)}
    place_of_row = {int(row): i for i, row in enumerate(inputs.rows)}
    listed = []
    for (query, document), grade in graded.items():
        if query not in by_query:
            continue  # BEIR lists the queries of every split in one file of judgements or in none
        if document in by_row:
            places = place_of_query.get(by_query[query]), place_of_row.get(by_row[document])
            if None not in places:
                listed.append((*places, grade))
    if not listed:
        query, document = next(iter(graded))
        problem = f"found no judgement of both a query and a row at hand ({query!r}, {document!r} …)"
        raise InputError(f"{location}: {problem}, expected their ids: _id in .jsonl, else row numbers")
    return np.array(listed, np.int64)
