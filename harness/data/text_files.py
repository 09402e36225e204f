"""Files of pairs of texts, read strictly: JSON lines, packed or not, and tab-separated lines.

Every reader raises InputError with the file, the row, what was found and what would be right.
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness import limits
from harness.data.pair_sets import nonempty_text, pair_set
from harness.errors import InputError
from harness.types import Json, PairSet

_JSON_LINES = (".jsonl", ".jsonl.gz")
_FIELDS = 3  # of a line of tab-separated pairs
_CONVERSIONS = {
    ".csv": "; write texts with tabs as .tsv, vectors with numpy.save(…, numpy.loadtxt(…, delimiter=','))",
    ".fvecs": "; write rows = numpy.fromfile(…, 'int32') as numpy.save(…, rows.reshape(-1, rows[0] + 1)"
    "[:, 1:].copy().view('float32'))",
}


def read_pairs(path: Path, name: str, origin: Json) -> PairSet:
    """Return the pairs of a ``.jsonl``, ``.jsonl.gz`` or ``.tsv`` (sentence, sentence, score) file."""
    where, file_name = str(path), path.name.lower()
    if file_name.endswith(_JSON_LINES):
        return pair_set(name, _json_lines(path), origin, where)
    if file_name.endswith((".tsv", ".txt")):
        return pair_set(name, _tab_lines(path), origin, where)
    raise InputError(
        f"{where}: found the ending {path.suffix!r}, expected texts in .jsonl, .jsonl.gz, .tsv or .txt, or "
        f"vectors in .npy, .npz or .parquet{_CONVERSIONS.get(path.suffix.lower(), '')}"
    )


def read_sources(path: Path) -> list[str]:
    """Return the text under ``file`` of each pair that ``read_pairs`` returns, in order.

    Raises InputError for a file that is neither ``.jsonl`` nor ``.jsonl.gz``, and for a row without one.
    """
    if not path.name.lower().endswith(_JSON_LINES):
        expected = "expected .jsonl or .jsonl.gz, whose rows name their sources"
        raise InputError(f"{path}: found the ending {path.suffix!r}, {expected}")
    return [
        nonempty_text(record.get("file"), f"{path}: row {i}, key 'file'")
        for i, record in enumerate(_json_lines(path))
    ]


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
