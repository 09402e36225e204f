"""Files of pairs of texts: read as they are, or refused with the row and what was found there."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest
from support.files import written

from harness.data.text_files import read_pairs, read_sources
from harness.data.vector_files import Rows, read_vectors
from harness.errors import InputError

RECORDS = [
    {"sentence1": "a cat", "sentence2": "the cat", "score": 4.5},
    {"sentence1": "one\u2028line", "sentence2": "\u00fcber", "score": 1, "genre": "ignored"},
    {"sentence1": "three", "sentence2": "four", "score": 0},
]


LINES = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS)


TABS = "# a comment\na cat\tthe cat\t4.5\n\none\u2028line\t\u00fcber\t1\nthree\tfour\t0"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", LINES),
        ("a.jsonl.gz", gzip.compress(LINES.encode())),
        ("a.tsv", TABS),
        ("a.txt", TABS.replace("\n", "\r\n")),
        ("bom.jsonl", "\ufeff" + LINES),
        ("bom.jsonl.gz", gzip.compress(b"\xef\xbb\xbf" + LINES.encode())),
        ("bom.tsv", "\ufeff" + TABS.partition("\n")[2]),
        ("bom.txt", "\ufeff" + TABS),
    ],
)
def test_every_format_of_pairs_reads_to_the_same_set(tmp_path: Path, name: str, data: bytes | str) -> None:
    """First sentences, then second ones, in order; neither a line separator nor a mark breaks it."""
    actual = read_pairs(written(tmp_path / name, data), "mine", {"from": "here"})
    assert ("a cat", "one\u2028line", "three", "the cat", "\u00fcber", "four") == actual.texts
    assert [[0, 3], [1, 4], [2, 5]] == actual.pairs.tolist()
    assert actual.gold is not None
    assert ([4.5, 1.0, 0.0], "float64") == (actual.gold.tolist(), str(actual.gold.dtype))
    assert ("mine", {"from": "here"}, 6, None) == (actual.name, actual.origin, actual.rows, actual.vectors)


def record(**changes: Any) -> str:
    """Return a good line and after it one with changes."""
    return json.dumps(RECORDS[0]) + "\n" + json.dumps({**RECORDS[2], **changes}) + "\n"


@pytest.mark.parametrize(
    ("name", "data", "named"),
    [
        pytest.param("a.jsonl", record(score=math.nan), "row 1, key 'score': found nan", id="NaN"),
        pytest.param("a.jsonl", record(score=-math.inf), "row 1, key 'score': found -inf", id="infinity"),
        pytest.param(
            "a.jsonl",
            record(score="5"),
            "row 1, key 'score': found 5, expected a finite number",
            id="text score",
        ),
        pytest.param("a.jsonl", record(score=None), "row 1, key 'score': found None", id="no score"),
        pytest.param("a.jsonl", record(score=True), "row 1, key 'score'", id="true as score"),
        pytest.param("a.jsonl", record(score=10**400), "row 1, key 'score'", id="huge score"),
        pytest.param(
            "a.jsonl", record(sentence2=3), "row 1, key 'sentence2': found 3, expected a text", id="number"
        ),
        pytest.param("a.jsonl", record(sentence1="\ud800"), "row 1", id="half a surrogate pair"),
        pytest.param("a.jsonl", LINES + "[1]\n", "row 3: found list, expected a JSON object", id="list"),
        pytest.param("a.jsonl", LINES + "\n", "row 3: ", id="blank line"),
        pytest.param("a.jsonl", LINES[:-20], "row 2: ", id="truncated"),
        pytest.param("a.jsonl", "[" * 100_000, "row 0", id="nested without end"),
        pytest.param("a.jsonl", "", "found 0 pairs, expected at least two", id="empty"),
        pytest.param(
            "a.jsonl", json.dumps(RECORDS[0]), "found 1 pairs, expected at least two", id="one pair"
        ),
        pytest.param(
            "a.jsonl", record(score=4.5), "every score is 4.5, expected scores that differ", id="constant"
        ),
        pytest.param(
            "a.jsonl", LINES.encode("latin-1", "replace"), "expected readable UTF-8 text", id="Latin-1"
        ),
        pytest.param("a.jsonl.gz", LINES, "Not a gzipped file", id="not compressed"),
        pytest.param(
            "a.jsonl.gz", gzip.compress(LINES.encode())[:30], "ended before", id="truncated archive"
        ),
        pytest.param(
            "a.jsonl.gz",
            b"%b\xff\xff%b" % (gzip.compress(b"a" * 99)[:10], b"a" * 99),
            "a.jsonl.gz",
            id="corrupt archive",
        ),
        pytest.param(
            "a.tsv", "a\tb\t1\nc\td\n", "row 1: found 2 fields, expected text, text, score", id="two fields"
        ),
        pytest.param("a.tsv", "a\tb\t1\nc\td\te\t2\n", "row 1: found 4 fields", id="four fields"),
        pytest.param(
            "a.tsv",
            "a\tb\t1\nc\td\tgood\n",
            "row 1: found the score 'good', expected a finite number",
            id="word",
        ),
        pytest.param(
            "a.tsv",
            "a\tb\t1\nc\td\tnan\n",
            "row 1: found the score 'nan', expected a finite",
            id="NaN in tabs",
        ),
        pytest.param("a.tsv", "# two\n# lines\na\tb\t1\nc\td\tinf\n", "row 3", id="infinity below a comment"),
        pytest.param(
            "a.csv",
            "a,b,1\nc,d,2\n",
            "found the ending '.csv', expected texts in .jsonl",
            id="unknown ending",
        ),
    ],
)
def test_bad_pairs_are_refused_with_the_row(tmp_path: Path, name: str, data: bytes | str, named: str) -> None:
    """One error that names the file, the row, what was found and what is right."""
    path = written(tmp_path / name, data)
    with pytest.raises(InputError) as caught:
        read_pairs(path, "mine", {})
    assert str(caught.value).startswith(str(path))
    assert named in str(caught.value)


def test_a_sentence_may_begin_with_a_number_sign(tmp_path: Path) -> None:
    """Three fields and a score are a pair: no row of data is left out without a word."""
    path = written(tmp_path / "a.tsv", "#1 is best\tthe best is first\t4\nc\td\t2\ne\tf\t1\n")
    assert 3 == len(read_pairs(path, "mine", {}).pairs)


def test_sources_are_one_a_pair(tmp_path: Path) -> None:
    """Row by row, as the pairs."""
    records = [{**each, "file": f"source {i}"} for i, each in enumerate(RECORDS)]
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records)
    path = written(tmp_path / "a.jsonl", lines)
    assert ["source 0", "source 1", "source 2"] == read_sources(path)


def test_sources_of_a_row_that_is_no_json_are_refused_as_its_pair_is(tmp_path: Path) -> None:
    """The same line of error from both readers."""
    path = written(tmp_path / "a.jsonl", LINES + "\n")
    with pytest.raises(InputError) as of_pairs:
        read_pairs(path, "mine", {})
    records = [{**each, "file": "x"} for each in RECORDS]
    written(path, "".join(json.dumps(each) + "\n" for each in records) + "\n")
    with pytest.raises(InputError) as of_sources:
        read_sources(path)
    assert str(of_pairs.value) == str(of_sources.value)


def test_a_missing_file_is_refused_with_its_path(tmp_path: Path) -> None:
    """No traceback for a path that is not there."""
    with pytest.raises(InputError, match=r"nothing\.tsv"):
        read_pairs(tmp_path / "nothing.tsv", "mine", {})
    with pytest.raises(InputError, match=r"nothing\.npy"):
        read_vectors(tmp_path / "nothing.npy", "mine", {}, Rows())
