"""Retrieval sets: documents, queries and graded judgements, in BEIR's layout (Thakur et al. 2021) or as rows.

A document's text is its title and its text, joined by a space. Rows are counted from 0, without the header of
a table of judgements. ``data.irregularities`` says what is irregular in published sets.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness.data.irregularities import irregularities
from harness.data.pair_sets import corpus
from harness.data.text_files import read_text_bytes
from harness.errors import InputError, one_line
from harness.types import Json, PairSet

_BLOCK = 1 << 26  # bytes that the reader takes at a time; no document is larger
_HIGHEST = 1000  # trec_eval keeps a counter for each grade up to the highest


@dataclass(frozen=True, slots=True)
class Table:
    """Records, and where they came from, for messages."""

    rows: Iterable[Mapping[str, Any]]
    where: str


def read_json_lines(path: Path) -> Table:
    """Return ``_id``, ``title`` and ``text`` of each line of a ``.jsonl`` or ``.jsonl.gz`` file.

    A missing field is None. Raises InputError for a file of another format and for a field that is no text.
    """
    from pyarrow import BufferReader, json, schema, string

    fields = schema([(name, string()) for name in ("_id", "title", "text")])
    try:
        table = json.read_json(
            BufferReader(read_text_bytes(path)),
            json.ReadOptions(use_threads=False, block_size=_BLOCK),
            json.ParseOptions(explicit_schema=fields, unexpected_field_behavior="ignore"),
        )
        return Table(table.to_pylist(), str(path))
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise InputError(f"{path}: {one_line(error)}, expected one JSON object a line") from error


def read_tab_lines(path: Path) -> Table:
    """Return the columns query-id, corpus-id and score, as texts, of a tab-separated file with a header."""
    from pyarrow import BufferReader, csv, string

    names = ["query-id", "corpus-id", "score"]
    try:
        table = csv.read_csv(
            BufferReader(read_text_bytes(path)),
            csv.ReadOptions(use_threads=False),
            csv.ParseOptions(delimiter="\t", quote_char=False),
            csv.ConvertOptions(column_types=dict.fromkeys(names, string()), include_columns=names),
        )
        return Table(table.to_pylist(), str(path))
    except (OSError, EOFError, ValueError, KeyError, zlib.error) as error:
        raise InputError(f"{path}: {one_line(error)}, expected a header and {', '.join(names)}") from error


def document_set(name: str, documents: Table, origin: Json) -> PairSet:
    """Return the documents alone, in the order given, as a training corpus without pairs."""
    return corpus(name, (_joined(record) for _, record in _records(documents)), origin, documents.where)


def judged_set(name: str, documents: Table, queries: Table, judgements: Table, origin: Json) -> PairSet:
    """Return all documents, then the queries that were judged, each in the order given.

    ``pairs`` (m, 2) are the judgements, row of the query and row of the document; ``gold`` (m,) their grades.
    Raises InputError, with the row, for a query's id that is unknown, an id that is there twice, two
    judgements of one document for one query, and a grade that is no whole number.
    """
    records = dict(_records(documents))
    texts = {key: _joined(record) for key, record in records.items()}
    titled_and_not = {key: (texts[key], record["text"]) for key, record in records.items()}
    rows = list(judgements.rows)
    named = {record.get("query-id") for record in rows}
    judged_queries = {key: text for key, text in _queries(queries).items() if key in named}
    row_of_query = {key: len(texts) + i for i, key in enumerate(judged_queries)}
    graded = _graded(rows, row_of_query, judgements.where, queries.where)
    row_of_document = {key: i for i, key in enumerate(texts)}
    there = {key: grade for key, grade in graded.items() if key[1] in row_of_document}
    if not there:
        what = f"no judgements of documents of {documents.where}" if graded else "no judgements"
        raise InputError(f"{judgements.where}: found {what}, expected at least one")
    pairs = [(row_of_query[query], row_of_document[document]) for query, document in there]
    return PairSet(
        name,
        (*texts.values(), *judged_queries.values()),
        None,
        np.array(pairs, np.int64),
        np.array(list(there.values()), np.float64),
        origin,
        queries=np.array(list(row_of_query.values()), np.int64),
        irregularities=irregularities(titled_and_not, judged_queries, graded, row_of_document, row_of_query),
    )


def _graded(
    rows: Iterable[Mapping[str, Any]], queries: Mapping[str, int], where: str, listed: str
) -> dict[tuple[str, str], int]:
    """Return the grade of each judged query and document, also where the collection lacks the document."""
    graded: dict[tuple[str, str], int] = {}
    for i, record in enumerate(rows):
        query, document = record.get("query-id"), record.get("corpus-id")
        if not isinstance(query, str) or query not in queries:
            raise InputError(f"{where}: row {i}, query-id: found {query!r}, expected an id of {listed}")
        if not isinstance(document, str) or not document:
            raise InputError(f"{where}: row {i}, corpus-id: found {document!r}, expected an id")
        if (query, document) in graded:
            pair = f"{query!r} and {document!r}"
            raise InputError(f"{where}: row {i}: found {pair} a second time, expected one judgement of them")
        graded[query, document] = _grade(record.get("score"), f"{where}: row {i}, score")
    return graded


def _queries(table: Table) -> dict[str, str]:
    """Return the text of each query."""
    texts = {}
    for i, (key, record) in enumerate(_records(table)):
        texts[key] = record["text"].strip()
        if not texts[key]:
            raise InputError(f"{table.where}: row {i}: found {key!r} without a word, expected a text")
    return texts


def _joined(record: Mapping[str, Any]) -> str:
    """Return the text of a document, which may be empty."""
    title: str = record.get("title") or ""
    text: str = record["text"]
    return (title + " " + text).strip()


def _records(table: Table) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the id of each record and the record; raise InputError, with the row, for what is no text."""
    ids: set[str] = set()
    for i, record in enumerate(table.rows):
        name, text, title = record.get("_id"), record.get("text"), record.get("title") or ""
        where = f"{table.where}: row {i}"
        if not isinstance(name, str) or not name:
            raise InputError(f"{where}, _id: found {name!r}, expected an id")
        if name in ids:
            raise InputError(f"{where}, _id: found {name!r} a second time, expected different ids")
        if not isinstance(text, str) or not isinstance(title, str):
            raise InputError(f"{where}: found the text {str(text)[:40]!r}, expected a text")
        ids.add(name)
        yield name, record


def _grade(value: Any, where: str) -> int:
    """Return a grade, written as text or number; only those above 0 are relevant, as in trec_eval."""
    try:
        number = float(value)
        if not isinstance(value, bool) and abs(number) <= _HIGHEST and number.is_integer():
            return int(number)
    except (TypeError, ValueError):
        pass
    text = str(value)[:40]
    raise InputError(f"{where}: found {text!r}, expected a whole number from -{_HIGHEST} to {_HIGHEST}")
