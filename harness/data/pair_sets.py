"""Sets of pairs and training corpora, from rows that are read already."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from harness.errors import InputError
from harness.types import Doubles, Floats, Ints, Json, Mask, PairSet


def pair_set(name: str, records: Iterable[Mapping[str, Any]], origin: Json, where: str) -> PairSet:
    """Return the set of records with keys ``sentence1``, ``sentence2`` and ``score`` (a finite number).

    Row i holds the first sentence of pair i, row m + i the second, in the order given.
    """
    left, right, gold = [], [], []
    for i, record in enumerate(records):
        left.append(nonempty_text(record.get("sentence1"), f"{where}: row {i}, key 'sentence1'"))
        right.append(nonempty_text(record.get("sentence2"), f"{where}: row {i}, key 'sentence2'"))
        gold.append(finite_number(record.get("score"), f"{where}: row {i}, key 'score'"))
    return rated(name, (*left, *right), None, paired(len(gold)), np.array(gold), origin, where)


def rated(
    name: str,
    texts: tuple[str, ...] | None,
    vectors: Floats | None,
    pairs: Ints,
    gold: Doubles | None,
    origin: Json,
    where: str,
) -> PairSet:
    """Return a set of pairs; raise InputError for none, for a single one, and for a constant score."""
    if len(pairs) < 2:  # noqa: PLR2004 - a rank needs two
        raise InputError(f"{where}: found {len(pairs)} pairs, expected at least two")
    if gold is not None and gold.min() == gold.max():
        raise InputError(f"{where}: every score is {gold[0]:g}, expected scores that differ")
    return PairSet(name, texts, vectors, pairs, gold, origin)


def some_pairs(whole: PairSet, mask: Mask, where: str) -> PairSet:
    """Return the pairs of a set where ``mask`` (m,) is true, in order, and their rows alone.

    Raises InputError as ``rated`` does.
    """
    pairs, texts = whole.pairs[mask], whole.texts or ()
    taken = tuple(texts[row] for row in pairs.T.ravel().tolist())
    gold = None if whole.gold is None else whole.gold[mask]
    return rated(whole.name, taken, None, paired(len(pairs)), gold, whole.origin, where)


def paired(m: int) -> Ints:
    """Return the pairs (i, m + i) of rows laid out first sentences, then second ones."""
    return np.stack([np.arange(m), np.arange(m, 2 * m)], axis=1).astype(np.int64)


def corpus(name: str, texts: Iterable[str], origin: Json, where: str) -> PairSet:
    """Return a training corpus, a row a text, without pairs; raise InputError under two rows."""
    rows = tuple(text for text in texts if text.strip())
    if len(rows) < 2:  # noqa: PLR2004 - nothing can be trained on one
        raise InputError(f"{where}: found {len(rows)} texts, expected at least two")
    return PairSet(name, rows, None, np.empty((0, 2), np.int64), None, origin)


def nonempty_text(value: Any, where: str) -> str:
    """Return a text as it is; raise InputError where ``value`` is none, is empty, or cannot be UTF-8."""
    try:
        if isinstance(value, str) and value.encode():
            return value
    except UnicodeEncodeError:
        pass
    raise InputError(f"{where}: found {value!r}, expected a text")


def finite_number(value: Any, where: str) -> float:
    """Return a number as a float; raise InputError unless it is finite."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    except OverflowError:
        pass
    raise InputError(f"{where}: found {str(value)[:60]}, expected a finite number")
