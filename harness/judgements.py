"""Retrieval sets: documents, queries and graded judgements, in BEIR's layout (Thakur et al. 2021) or as rows.

A document's text is its title and its text, joined by a space. Rows are counted from 0, without the header of
a table of judgements.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness.core import InputError, Json, PairSet
from harness.records import corpus, read_text_bytes

_BLOCK = 1 << 26  # bytes that the reader takes at a time; no document is larger


@dataclass(frozen=True, slots=True)
class Table:
    """Records, and where they came from, for messages."""

    rows: Iterable[Mapping[str, Any]]
    where: str


def read_json_lines(path: Path) -> Table:
    """Return ``_id``, ``title`` and ``text`` of each line of a ``.jsonl`` or ``.jsonl.gz`` file.

    What a line lacks is None. Raises InputError where the file is none, or one of the three is no text.
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
        raise InputError(f"{path}: {_line(error)}, expected one JSON object a line") from error


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
        raise InputError(f"{path}: {_line(error)}, expected a header and {', '.join(names)}") from error


def document_set(name: str, documents: Table, origin: Json) -> PairSet:
    """Return the documents alone, in the order given, as a training corpus without pairs."""
    return corpus(name, _documents(documents).values(), origin, documents.where)


def judged_set(name: str, documents: Table, queries: Table, judgements: Table, origin: Json) -> PairSet:
    """Return all documents, then the queries that were judged, each in the order given.

    ``pairs`` (m, 2) are the judgements, row of the query and row of the document; ``gold`` (m,) their grades.
    Raises InputError, with the row, for an id that is unknown or there twice and a grade that is no count.
    """
    found, asking = _documents(documents), _texts(queries, "_id")
    rows = list(judgements.rows)
    named = {record.get("query-id") for record in rows}
    texts = [*found.values(), *(text for key, text in asking.items() if key in named)]
    row_of_document = {key: i for i, key in enumerate(found)}
    row_of_query = {key: len(found) + i for i, key in enumerate(key for key in asking if key in named)}
    graded: dict[tuple[int, int], int] = {}
    for i, record in enumerate(rows):
        where = f"{judgements.where}: row {i}"
        query = _known(record.get("query-id"), row_of_query, f"{where}, query-id", queries.where)
        document = _known(record.get("corpus-id"), row_of_document, f"{where}, corpus-id", documents.where)
        if (query, document) in graded:
            pair = f"{record['query-id']!r} and {record['corpus-id']!r}"
            raise InputError(f"{where}: found {pair} a second time, expected one judgement of them")
        graded[query, document] = _grade(record.get("score"), f"{where}, score")
    if not graded:
        raise InputError(f"{judgements.where}: found no judgements, expected at least one")
    pairs, asked = np.array(list(graded), np.int64), np.array(list(row_of_query.values()), np.int64)
    gold = np.array(list(graded.values()), np.float64)
    return PairSet(name, tuple(texts), None, pairs, gold, origin, queries=asked)


def _documents(table: Table) -> dict[str, str]:
    return _texts(table, "_id", titled=True)


def _texts(table: Table, key: str, *, titled: bool = False) -> dict[str, str]:
    """Return the text of each id, after its title where there are titles."""
    found: dict[str, str] = {}
    for i, record in enumerate(table.rows):
        name, text = record.get(key), record.get("text")
        title = (record.get("title") or "") if titled else ""
        where = f"{table.where}: row {i}"
        if not isinstance(name, str) or not name:
            raise InputError(f"{where}, {key}: found {name!r}, expected an id")
        if name in found:
            raise InputError(f"{where}, {key}: found {name!r} a second time, expected different ids")
        if not isinstance(text, str) or not isinstance(title, str):
            raise InputError(f"{where}: found the text {str(text)[:40]!r}, expected a text")
        found[name] = (title + " " + text).strip()
        if not found[name]:
            raise InputError(f"{where}: found {name!r} without a word, expected a text")
    return found


def _known(name: Any, rows: Mapping[str, int], where: str, listed: str) -> int:
    if name not in rows:
        raise InputError(f"{where}: found {name!r}, expected an id of {listed}")
    return rows[name]


def _grade(value: Any, where: str) -> int:
    """Return a grade, written as text or number, that has to be a count: 0, 1, 2 and so on."""
    try:
        number = float(value)
        if not isinstance(value, bool) and number >= 0 and number.is_integer():
            return int(number)
    except (TypeError, ValueError):
        pass
    raise InputError(f"{where}: found {str(value)[:40]!r}, expected a whole number from 0")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
