"""Splits without the pairs of some sources."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InputError
from harness.sources.mirror_but_source import Params, read
from harness.types import Place

LINES = [
    {"sentence1": f"a {i}", "sentence2": f"b {i}", "score": float(i), "file": source}
    for i, source in enumerate(["images", "MSRpar", "images", "headlines"])
]


def _lines(*changed: dict[str, Any]) -> str:
    """Return the lines of the file, with changed lines after them."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in [*LINES, *changed])


def _read(
    folder: Path, *left_out: str, name: str = "pairs.jsonl", data: bytes | None = None
) -> tuple[tuple[str, ...] | None, list[float]]:
    data = _lines().encode() if data is None else data
    (folder / name).write_bytes(data)
    params = Params(path=name, sha256=hashlib.sha256(data).hexdigest(), left_out=left_out)
    pairs = read(params, "some", Place(folder, folder, offline=True))
    assert pairs.gold is not None
    return pairs.texts, pairs.gold.tolist()


def test_pairs_of_other_sources_stay_in_their_order(tmp_path: Path) -> None:
    """Two of four pairs are left: their first sentences, their second ones, and scores."""
    assert (("a 1", "a 3", "b 1", "b 3"), [1.0, 3.0]) == _read(tmp_path, "images")


def test_a_source_that_the_file_lacks_is_refused(tmp_path: Path) -> None:
    """A misspelt name would leave nothing out."""
    with pytest.raises(InputError, match=r"found no pair of msrpar, expected some to leave out"):
        _read(tmp_path, "msrpar", "images")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("mark.jsonl", b"\xef\xbb\xbf" + _lines().encode()),
        ("packed.jsonl.gz", gzip.compress(_lines().encode())),
        ("ends.jsonl", _lines().replace("\n", "\r\n").encode()),
        ("open.JSONL", _lines().removesuffix("\n").encode()),
    ],
)
def test_sources_are_read_as_pairs_are(tmp_path: Path, name: str, data: bytes) -> None:
    """A mark before the first line, a packed file, and other ends of lines change nothing."""
    actual = _read(tmp_path, "images", name=name, data=data)
    assert (("a 1", "a 3", "b 1", "b 3"), [1.0, 3.0]) == actual


def test_a_line_separator_inside_a_sentence_ends_no_row(tmp_path: Path) -> None:
    """The pair behind it keeps its own source."""
    changed = {"sentence1": "one\u2028line", "sentence2": "b 4", "score": 4.0, "file": "MSRpar"}
    actual = _read(tmp_path, "images", data=_lines(changed, {**LINES[0], "score": 5.0}).encode())
    assert (("a 1", "a 3", "one\u2028line", "b 1", "b 3", "b 4"), [1.0, 3.0, 4.0]) == actual


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.jsonl", _lines({**LINES[0], "file": ["x"]}), r"row 4, key 'file': found \['x'\], expected a"),
        ("a.jsonl", _lines({**LINES[0], "file": 3}), r"row 4, key 'file': found 3, expected a text"),
        ("a.jsonl", _lines({**LINES[0], "file": ""}), r"row 4, key 'file': found '', expected a text"),
        (
            "a.jsonl",
            _lines({key: LINES[0][key] for key in ("sentence1", "sentence2", "score")}),
            r"row 4, key 'file': found None, expected a text",
        ),
        ("a.tsv", "a\tb\t1\nc\td\t2\n", r"found the ending '\.tsv', expected \.jsonl or \.jsonl\.gz"),
        ("a.csv", "a,b,1\n", r"found the ending '\.csv', expected texts in \.jsonl"),
    ],
    ids=["list", "number", "empty", "missing", "tabs", "commas"],
)
def test_a_file_without_sources_is_one_line(tmp_path: Path, name: str, data: str, message: str) -> None:
    """It names the file and the row."""
    with pytest.raises(InputError, match=rf"{name}: {message}") as raised:
        _read(tmp_path, "images", name=name, data=data.encode())
    assert 1 == len(str(raised.value).splitlines())
