"""Judgements of queries and rows (qrels), and the ids that they name rows by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from harness.audit.records import finite_number, json_lines
from harness.data.text_files import read_text_bytes
from harness.errors import InputError
from harness.types import Ints

_QRELS = ("query-id", "corpus-id", "score")
JSON_LINES = (".jsonl", ".jsonl.gz")
_DIGITS = 10  # of a row number
_HIGHEST = 1000  # trec_eval keeps a counter for each grade up to the highest


def read_qrels(location: str) -> dict[tuple[str, str], int]:
    """Return the grade of each judged query and document, by their ids.

    The file is JSON, {query: {document: grade}}; a table with the header query-id, corpus-id, score, as in
    BEIR; or four columns without header, query, iteration, document and grade, as in TREC.
    """
    graded: dict[tuple[str, str], int] = {}
    for where, query, document, grade in _judgements(location):
        if (query, document) in graded:
            raise InputError(f"{where}: found {query!r} and {document!r} a second time, expected one grade")
        graded[query, document] = _grade(grade, where)
    if not graded:
        raise InputError(f"{location}: found no judgements, expected some")
    return graded


def judged_rows(qrels: str, queries: str, documents: str) -> Ints:
    """Return the judgements (j, 3) int64: row of the query and of the document in their files, and the grade.

    Reads no vectors and encodes no text, so that names that match nothing are refused at once.
    """
    by_query, by_document = row_ids(queries), row_ids(documents)
    graded = read_qrels(qrels)
    rows = [
        (_row(query, by_query), _row(document, by_document), grade)
        for (query, document), grade in graded.items()
    ]
    listed = [each for each in rows if min(each[:2]) >= 0]
    if not listed:
        raise unmatched(qrels, *next(iter(graded)))
    return np.array(listed, np.int64)


def unmatched(qrels: str, query: str, document: str) -> InputError:
    """Return the error of judgements that name no query and row at hand; the two named stand for all."""
    problem = f"found no judgement of both a query and a row at hand ({query!r}, {document!r} …)"
    return InputError(f"{qrels}: {problem}, expected their ids: _id in .jsonl, else row numbers")


def row_ids(location: str) -> dict[str, int] | None:
    """Return the row of each id, ``_id`` or ``id`` of each line of .jsonl; None where rows have no ids."""
    if not location.lower().endswith(JSON_LINES):
        return None
    ids: dict[str, int] = {}
    for i, record in enumerate(json_lines(location)):
        name = record.get("_id", record.get("id")) if isinstance(record, dict) else None
        if name is None:
            return None
        if str(name) in ids:
            raise InputError(f"{location}: row {i}: found the id {name!r} twice, expected different ids")
        ids[str(name)] = i
    return ids


def _row(name: str, ids: dict[str, int] | None) -> int:
    """Return the row that a name means, or -1."""
    if ids is not None:
        return ids.get(name, -1)
    return int(name) if name.isdecimal() and len(name) < _DIGITS else -1


def _judgements(location: str) -> Iterator[tuple[str, str, str, Any]]:
    """Yield place, query, document and grade of each judgement."""
    if Path(location).suffix.lower() == ".json":
        yield from _nested(location)
        return
    lines = _text_of(location).splitlines()
    tabbed = bool(lines) and lines[0].split("\t") == list(_QRELS)
    for i, line in enumerate(lines[1:] if tabbed else lines):
        where, fields = f"{location}: row {i}", line.split("\t") if tabbed else line.split()
        if tabbed and len(fields) == len(_QRELS):
            yield where, fields[0], fields[1], fields[2]
        elif not tabbed and len(fields) == len(_QRELS) + 1:
            yield where, fields[0], fields[2], fields[3]
        elif line.strip():
            expected = f"{', '.join(_QRELS)} below such a header, or TREC's four columns"
            raise InputError(f"{where}: found {line[:60]!r}, expected {expected}")


def _nested(location: str) -> Iterator[tuple[str, str, str, Any]]:
    expected = "{query: {document: grade}}"
    try:
        document = json.loads(_text_of(location))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{location}: {error}, expected JSON, {expected}") from error
    if not isinstance(document, dict) or not all(isinstance(each, dict) for each in document.values()):
        raise InputError(f"{location}: found JSON of another form, expected {expected}")
    for query, grades in document.items():
        for name, grade in grades.items():
            yield f"{location}: {query[:40]}, {name[:40]}", query, name, grade


def _text_of(location: str) -> str:
    try:
        return read_text_bytes(Path(location)).decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{location}: {error}, expected UTF-8") from error
    except OSError as error:
        raise InputError(f"{location}: {error.strerror}, expected a file of judgements") from error


def _grade(value: Any, where: str) -> int:
    number = finite_number(value, where)
    if not number.is_integer() or abs(number) > _HIGHEST:
        raise InputError(f"{where}: found {str(value)[:40]!r}, expected a whole number, at most {_HIGHEST}")
    return int(number)
