"""Pairs of rows or of texts, with human scores or without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.audit.records import finite_number, read_records
from harness.errors import InputError
from harness.types import Doubles, Ints

_SIDES = (("a", "b"), ("sentence1", "sentence2"), ("text1", "text2"))


@dataclass(frozen=True, slots=True)
class PairTable:
    """Pairs as the file names them: row numbers ``rows`` (m, 2), or ``texts``; ``gold`` (m,) or None."""

    rows: Ints | None
    texts: tuple[tuple[str, str], ...]
    gold: Doubles | None


def read_pairs(location: str) -> PairTable:
    """Return the pairs of a .jsonl, .csv or .tsv file.

    A record has row numbers ``a`` and ``b`` of the audited file, counted from 0, or the texts ``sentence1``
    and ``sentence2``, and a ``score`` or none. Raises InputError, with the row, for anything else.
    """
    records = list(read_records(location))
    if not records:
        raise InputError(f"{location}: found no pairs, expected some")
    sides = next((names for names in _SIDES if set(names) <= set(records[0])), None)
    if sides is None:
        actual = ", ".join(list(records[0])[:10])
        expected = "a and b (row numbers), or sentence1 and sentence2"
        raise InputError(f"{location}: found the columns {actual}, expected {expected}")
    scored = "score" in records[0]
    where = [f"{location}: row {i}" for i in range(len(records))]
    gold = (
        [finite_number(each.get("score"), f"{at}, score") for each, at in zip(records, where, strict=True)]
        if scored
        else []
    )
    if sides == _SIDES[0]:
        numbers = [
            [_row(each.get(name), f"{at}, {name}") for name in sides]
            for each, at in zip(records, where, strict=True)
        ]
        return PairTable(np.array(numbers, np.int64), (), np.array(gold) if scored else None)
    texts = [
        tuple(_text(each.get(name), f"{at}, {name}") for name in sides)
        for each, at in zip(records, where, strict=True)
    ]
    return PairTable(None, tuple((a, b) for a, b in texts), np.array(gold) if scored else None)


def _row(value: Any, where: str) -> int:
    try:
        row = int(value)
    except (TypeError, ValueError):
        row = -1
    if isinstance(value, (bool, float)) or not 0 <= row < 2**62:
        raise InputError(f"{where}: found {str(value)[:40]!r}, expected a row number, counted from 0")
    return row


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where}: found {str(value)[:40]!r}, expected a text")
    return value
