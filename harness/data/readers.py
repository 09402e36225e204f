"""Files of pairs, documents and vectors, read strictly: the one place for each format.

Every reader raises InputError with the file, the row, what was found and what would be right.
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from harness import limits
from harness.data.arrays import read_arrays
from harness.data.sampling import Part, graded_pairs
from harness.errors import InputError
from harness.types import Doubles, Floats, Ints, Json, PairSet, check_vectors

_FIELDS = 3  # of a line of tab-separated pairs


def pair_set(name: str, records: Iterable[Mapping[str, Any]], origin: Json, where: str) -> PairSet:
    """Return the set of records with keys ``sentence1``, ``sentence2`` and ``score`` (a finite number).

    Row i holds the first sentence of pair i, row m + i the second, in the order given.
    """
    left, right, gold = [], [], []
    for i, record in enumerate(records):
        left.append(_text(record.get("sentence1"), f"{where}: row {i}, key 'sentence1'"))
        right.append(_text(record.get("sentence2"), f"{where}: row {i}, key 'sentence2'"))
        gold.append(_number(record.get("score"), f"{where}: row {i}, key 'score'"))
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


def paired(m: int) -> Ints:
    """Return the pairs (i, m + i) of rows laid out first sentences, then second ones."""
    return np.stack([np.arange(m), np.arange(m, 2 * m)], axis=1).astype(np.int64)


def corpus(name: str, texts: Iterable[str], origin: Json, where: str) -> PairSet:
    """Return a training corpus, a row a text, without pairs; raise InputError under two rows."""
    rows = tuple(text for text in texts if text.strip())
    if len(rows) < 2:  # noqa: PLR2004 - nothing can be trained on one
        raise InputError(f"{where}: found {len(rows)} texts, expected at least two")
    return PairSet(name, rows, None, np.empty((0, 2), np.int64), None, origin)


def read_file(path: Path, name: str, origin: Json, taken: Rows) -> PairSet:
    """Return the set in a file: vectors by the endings ``.npy`` and ``.npz``, else pairs of texts.

    Endings count in upper and lower case alike.
    """
    if path.suffix.lower() in {".npy", ".npz"}:
        return read_vectors(path, name, origin, taken)
    if taken != Rows():
        raise InputError(f"{path}: found texts and the key rows, expected it for vectors alone")
    return read_pairs(path, name, origin)


def read_pairs(path: Path, name: str, origin: Json) -> PairSet:
    """Return the pairs of a ``.jsonl``, ``.jsonl.gz`` or ``.tsv`` (sentence, sentence, score) file."""
    where, file_name = str(path), path.name.lower()
    if file_name.endswith((".jsonl", ".jsonl.gz")):
        return pair_set(name, _json_lines(path), origin, where)
    if file_name.endswith((".tsv", ".txt")):
        return pair_set(name, _tab_lines(path), origin, where)
    raise InputError(
        f"{where}: found the ending {path.suffix!r}, expected texts in .jsonl, .jsonl.gz, .tsv or .txt, or "
        f"vectors in .npy, .npz or .parquet{_CONVERSIONS.get(path.suffix.lower(), '')}"
    )


_CONVERSIONS = {
    ".csv": "; write texts with tabs as .tsv, vectors with numpy.save(…, numpy.loadtxt(…, delimiter=','))",
    ".fvecs": "; write rows = numpy.fromfile(…, 'int32') as numpy.save(…, rows.reshape(-1, rows[0] + 1)"
    "[:, 1:].copy().view('float32'))",
}


class Rows(Part, extra="forbid", frozen=True):
    """Which rows of a file of vectors make a set, and how they are paired.

    ``array``: the one to take where a ``.npz`` holds several, or the column of a Parquet file. ``pairs`` a
    row are drawn (``sampling``), from its nearest neighbour to the farthest row; with 0 a set has no pairs
    and can only be trained on.
    """

    array: str | None = None
    pairs: int = Field(default=0, ge=0, le=limits.PAIRS_A_ROW.most)


def read_vectors(path: Path, name: str, origin: Json, taken: Rows) -> PairSet:
    """Return vectors as they come: rows of one array, or ``.npz`` arrays left, right and perhaps gold.

    Where ``taken`` names no array of a ``.npz``, that is the one called embeddings, or else the only one.
    """
    where = str(path)
    arrays = read_arrays(path)
    chosen, listed = taken.array or _only(arrays), sorted(arrays)[:8]
    if chosen is not None:
        if chosen not in arrays:
            raise InputError(f"{where}: found arrays {listed}, expected {chosen!r} among them")
        return vector_set(check_vectors(arrays[chosen], where), name, origin, taken, where)
    if taken != Rows():
        raise InputError(f"{where}: found arrays {listed} and the key rows, expected array in it")
    if not {"left", "right"} <= set(arrays) <= {"left", "right", "gold"}:
        raise InputError(
            f"{where}: found arrays {listed}, expected left, right and perhaps gold, or embeddings"
        )
    left = check_vectors(arrays["left"], f"{where}: left")
    right = check_vectors(arrays["right"], f"{where}: right", dimension=left.shape[1])
    gold = arrays.get("gold")
    if len(left) != len(right) or (gold is not None and gold.shape != (len(left),)):
        counts = f"{len(left)} left and {len(right)} right rows"
        raise InputError(f"{where}: found {counts}, expected as many of both, and a score each")
    if gold is not None:
        gold = np.array([_number(x, f"{where}: gold, row {i}") for i, x in enumerate(gold.tolist())])
    return rated(name, None, np.concatenate([left, right]), paired(len(left)), gold, origin, where)


def vector_set(rows: Floats, name: str, origin: Json, taken: Rows, where: str) -> PairSet:
    """Return the part of ``rows`` (n, D) that is taken, with its pairs; raise InputError under two rows."""
    numbers = taken.numbers(len(rows))
    if numbers is not None:
        rows = rows[numbers]
    if len(rows) < 2:  # noqa: PLR2004 - nothing can be trained on one
        raise InputError(f"{where}: found {len(rows)} row, expected at least two")
    limits.PAIRS.check(len(rows) * taken.pairs, where)
    pairs = graded_pairs(rows, name, taken.pairs) if taken.pairs else np.empty((0, 2), np.int64)
    return PairSet(name, None, rows, pairs, None, origin, index=numbers)


def _only(arrays: Mapping[str, NDArray[Any]]) -> str | None:
    """Return the array that needs no name: embeddings, or the only one if it is no half of pairs."""
    if "embeddings" in arrays:
        return "embeddings"
    single = set(arrays) - {"left", "right", "gold"}
    return next(iter(single)) if len(arrays) == len(single) == 1 else None


def _json_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    for i, line in enumerate(_lines(path)):
        try:
            record = json.loads(line)
        except RecursionError as error:
            raise InputError(f"{path}: row {i}: found lists in lists, expected one JSON object") from error
        except ValueError as error:  # wrong JSON, or Python's limit on the digits of a number
            reason = str(error).partition(";")[0]
            raise InputError(f"{path}: row {i}: {reason}, expected one JSON object a line") from error
        if not isinstance(record, dict):
            raise InputError(f"{path}: row {i}: found {type(record).__name__}, expected a JSON object")
        yield record


def _tab_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    for i, line in enumerate(_lines(path)):
        fields = line.split("\t")
        scored = len(fields) == _FIELDS and _is_number(fields[2])
        if not line.strip() or (line.startswith("#") and not scored):
            continue  # empty, or a comment: a line with a score is a pair, whatever it begins with
        if len(fields) != _FIELDS:
            raise InputError(f"{path}: row {i}: found {len(fields)} fields, expected text, text, score")
        if not _is_number(fields[2]) or not math.isfinite(float(fields[2])):
            raise InputError(f"{path}: row {i}: found the score {fields[2]!r}, expected a finite number")
        yield {"sentence1": fields[0], "sentence2": fields[1], "score": float(fields[2])}


def read_text_bytes(path: Path) -> bytes:
    """Return the bytes of a file of texts, unpacked where its name ends in ``.gz``, within the limits."""
    size = path.stat().st_size
    limits.TEXT_BYTES.check(size, str(path))
    if path.suffix.lower() != ".gz":
        return path.read_bytes()
    room = min(limits.expansion_room(size), limits.TEXT_BYTES.most)
    with gzip.open(path) as file:
        data = file.read(room + 1)
    limits.TEXT_BYTES.check(len(data), str(path))
    limits.check_expansion(size, len(data), str(path))
    return data


def _lines(path: Path) -> list[str]:
    try:
        # A byte-order mark is no part of the first text.
        text = read_text_bytes(path).decode("utf-8-sig")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise InputError(f"{path}: {error}, expected readable UTF-8 text") from error
    # Not splitlines(): it also breaks at characters that stand inside sentences.
    lines = text.removesuffix("\n").split("\n") if text else []
    for i, line in enumerate(lines):
        limits.LINE.check(len(line), f"{path}: row {i}")
    return lines


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _text(value: Any, where: str) -> str:
    try:
        if isinstance(value, str) and value.encode():
            return value
    except UnicodeEncodeError:
        pass
    raise InputError(f"{where}: found {value!r}, expected a text")


def _number(value: Any, where: str) -> float:
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    except OverflowError:
        pass
    raise InputError(f"{where}: found {str(value)[:60]}, expected a finite number")
