"""What an audit reads: vectors or texts, and pairs, queries, judgements and another file where given."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from harness import limits
from harness.audit.judgements import JSON_LINES, judged_rows, unmatched
from harness.audit.pairs_file import PairTable, read_pairs
from harness.audit.rows import Options, Progress, read_rows
from harness.errors import InputError
from harness.evidence.files import sha256_file
from harness.evidence.schema.audit import Source
from harness.numerics.seeding import seeded_generator
from harness.types import Doubles, Floats, Ints
from harness.vectors.lines import Lines
from harness.vectors.reading import CleanVectors

_MOST_QUERIES = 1_000


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
    judged = None
    if options.qrels is not None:
        judged = judged_rows(options.qrels, str(options.queries), location)
    clean, source = read_rows(location, "vectors", options, "document", on_progress)
    if source.dimension < 2:  # noqa: PLR2004 - a cosine is then 1 or -1
        raise InputError(f"{location}: found 1 dimension, expected at least 2: cosines are then 1 or -1")
    limits.DIMENSIONS.check(source.dimension, location)
    inputs = Inputs(clean.vectors, clean.rows, source.rows, (source,))
    if options.pairs is not None:
        inputs = _with_pairs(inputs, options.pairs, options, on_progress)
    if options.queries is not None:
        inputs = _with_queries(inputs, options.queries, judged, options, on_progress)
    if options.against is not None:
        other, opened = read_rows(options.against, "against", options, "document", on_progress)
        if opened.dimension != source.dimension:
            expected = f"expected {source.dimension} as in {location}"
            raise InputError(f"{options.against}: found {opened.dimension} dimensions, {expected}")
        inputs = replace(inputs, against=other.vectors, sources=(*inputs.sources, opened))
    return inputs


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
        clean, _ = read_rows(str(path), "texts of pairs", alone, "document", on_progress, len(texts))
    place = {text: len(inputs.rows) + i for i, text in enumerate(texts)}
    return replace(
        inputs,
        vectors=np.concatenate([inputs.vectors, clean.vectors]),
        rows=np.concatenate([inputs.rows, inputs.total + np.arange(len(texts))]),
        pairs=np.array([[place[a], place[b]] for a, b in table.texts], np.int64),
        gold=table.gold,
    )


def _with_queries(
    inputs: Inputs, location: str, judged: Ints | None, options: Options, on_progress: Progress
) -> Inputs:
    """Return the inputs with queries: of judged ones those alone that have a judgement of a row at hand."""
    if judged is None:
        clean, source = read_rows(location, "queries", options, "query", on_progress, _MOST_QUERIES)
        _check_queries(source.dimension, inputs, options)
        return replace(inputs, queries=clean.vectors, sources=(*inputs.sources, source))
    there = judged[np.isin(judged[:, 1], inputs.rows)]
    if not len(there):
        raise unmatched(str(options.qrels), *map(str, judged[0, :2]))
    clean, described = judged_queries(location, np.unique(there[:, 0]), options, on_progress)
    _check_queries(described.dimension, inputs, options)
    there = there[np.isin(there[:, 0], clean.rows)]
    if not len(there):
        raise unmatched(str(options.qrels), *map(str, judged[0, :2]))
    places = np.searchsorted(clean.rows, there[:, 0]), np.searchsorted(inputs.rows, there[:, 1])
    sources = (*inputs.sources, described, _labels("qrels", str(options.qrels), len(there)))
    judgements = np.stack([*places, there[:, 2]], axis=1)
    return replace(inputs, queries=clean.vectors, judgements=judgements, sources=sources)


def judged_queries(
    location: str, rows: Ints, options: Options, on_progress: Progress
) -> tuple[CleanVectors, Source]:
    """Return the queries in the ``rows`` of a file, at most _MOST_QUERIES of them, and the file.

    Of texts no other line is encoded.
    """
    if len(rows) > _MOST_QUERIES:
        chosen = seeded_generator("judged queries").choice(rows, _MOST_QUERIES, replace=False)
        rows = np.sort(chosen)
    if options.encoder is None or not location.lower().endswith(JSON_LINES):
        clean, described = read_rows(location, "queries", options, "query", on_progress)
        wanted = np.isin(clean.rows, rows)
        return replace(clean, vectors=clean.vectors[wanted], rows=clean.rows[wanted]), described
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "queries.jsonl"
        wanted_rows = set(rows.tolist())
        with Lines(Path(location), location) as lines, path.open("wb") as file:
            file.writelines(line + b"\n" for i, line in enumerate(lines) if i in wanted_rows)
        clean, described = read_rows(str(path), "queries", options, "query", on_progress)
    file_of_all = {"name": Path(location).name, "sha256": sha256_file(Path(location))}
    return replace(clean, rows=rows[clean.rows]), described.model_copy(update=file_of_all)


def _check_queries(dimension: int, inputs: Inputs, options: Options) -> None:
    expected = inputs.vectors.shape[1]
    if dimension != expected:
        actual = f"found {dimension} dimensions, expected {expected} as in {options.location}"
        raise InputError(f"{options.queries}: {actual}")
