"""Files of pairs and of judgements: every form is read alike, and each wrong row is one line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from harness.audit.inputs import Inputs, read_inputs
from harness.audit.judgements import read_qrels, row_ids
from harness.audit.pairs_file import read_pairs
from harness.audit.rows import Options
from harness.errors import InputError


def _write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.csv", "a,b,score\n0,3,1.5\n2,1,4\n"),
        ("p.tsv", "score\tb\ta\n1.5\t3\t0\n4\t1\t2\n"),
        ("p.jsonl", '{"a": 0, "b": 3, "score": 1.5, "other": "x"}\n{"a": 2, "b": 1, "score": 4}\n'),
    ],
)
def test_pairs_of_row_numbers_are_read(name: str, text: str, tmp_path: Path) -> None:
    """Whatever the format and the order of its columns."""
    table = read_pairs(_write(tmp_path / name, text))
    assert table.rows is not None
    assert table.gold is not None
    assert ([[0, 3], [2, 1]], [1.5, 4.0]) == (table.rows.tolist(), table.gold.tolist())


def test_pairs_of_texts_may_have_no_scores(tmp_path: Path) -> None:
    """They need an encoder, which the audit asks for."""
    path = _write(tmp_path / "p.csv", 'sentence1,sentence2\n"one, two",three\n')
    table = read_pairs(path)
    assert (None, None, (("one, two", "three"),)) == (table.rows, table.gold, table.texts)
    np.save(tmp_path / "x.npy", np.eye(100, dtype=np.float32))
    with pytest.raises(
        InputError, match="found pairs of texts, expected an --encoder, or row numbers a and b"
    ):
        _read(Options(str(tmp_path / "x.npy"), pairs=path))


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("p.csv", "a,b,score\n0,1,high\n", "row 0, score: found 'high', expected a number in every row"),
        ("p.csv", "a,b,score\n0,1,nan\n", "row 0, score: found 'nan'"),
        ("p.csv", "a,b\n0,-1\n", "row 0, b: found '-1', expected a row number, counted from 0"),
        ("p.jsonl", '{"a": 0, "b": 1.0}\n', "row 0, b: found '1.0', expected a row number"),
        ("p.jsonl", '{"a": 0, "b": 1}\n[]\n', "row 1: found no JSON object, expected one a line"),
        ("p.csv", "left,right\n0,1\n", "found the columns left, right, expected a and b"),
        ("p.csv", "a,b\n", "found no pairs, expected some"),
        ("p.npy", "", "found the ending '.npy', expected pairs in .jsonl, .csv or .tsv"),
        ("p.csv", "a,b\n0,100\n", "row 0: found row 100, expected under 100"),
        ("p.csv", "a,b\n5,5\n", "found no pair of two different rows at hand"),
    ],
)
def test_wrong_pairs_are_one_line(name: str, text: str, line: str, tmp_path: Path) -> None:
    """The line names the file, the row and what is right."""
    np.save(tmp_path / "x.npy", np.eye(100, dtype=np.float32))
    path = _write(tmp_path / name, text)
    with pytest.raises(InputError) as refused:
        _read(Options(str(tmp_path / "x.npy"), pairs=path))
    assert f"{path}: {line}" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.tsv", "query-id\tcorpus-id\tscore\n0\t7\t2\n0\t8\t0\n1\t7\t1\n"),
        ("q.txt", "0 0 7 2\n0 0 8 0\n1\tQ0\t7\t1\n"),
        ("q.json", '{"0": {"7": 2, "8": 0}, "1": {"7": 1}}'),
    ],
)
def test_judgements_are_read_in_every_form(name: str, text: str, tmp_path: Path) -> None:
    """BEIR's table, TREC's columns and JSON; the query is a row of its file, the document of the audited."""
    np.save(tmp_path / "x.npy", np.eye(100, dtype=np.float32))
    np.save(tmp_path / "q.npy", np.eye(100, dtype=np.float32)[:3])
    path = _write(tmp_path / name, text)
    assert {("0", "7"): 2, ("0", "8"): 0, ("1", "7"): 1} == read_qrels(path)
    inputs = _read(Options(str(tmp_path / "x.npy"), queries=str(tmp_path / "q.npy"), qrels=path))
    assert inputs.judgements is not None
    assert [[0, 7, 2], [0, 8, 0], [1, 7, 1]] == inputs.judgements.tolist()
    assert ["vectors", "queries", "qrels"] == [source.role for source in inputs.sources]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("0 0 7 2\n0 0 7 1\n", "row 1: found '0' and '7' a second time, expected one grade"),
        ("0 0 7 half\n", "row 0: found 'half'"),
        ("0 0 7 1.5\n", "row 0: found '1.5', expected a whole number, at most 1000"),
        ("0 7 2\n", "row 0: found '0 7 2', expected query-id, corpus-id, score below such a header"),
        ("", "found no judgements, expected some"),
    ],
)
def test_wrong_judgements_are_one_line(text: str, line: str, tmp_path: Path) -> None:
    """The line names the file and the row."""
    path = _write(tmp_path / "q.txt", text)
    with pytest.raises(InputError) as refused:
        read_qrels(path)
    assert f"{path}: {line}" in str(refused.value)


def test_judgements_of_nothing_at_hand_say_how_rows_are_named(tmp_path: Path) -> None:
    """Ids of another collection match no row."""
    np.save(tmp_path / "x.npy", np.eye(100, dtype=np.float32))
    path = _write(tmp_path / "q.txt", "PLAIN-1 0 MED-7 1\n")
    queries = str(tmp_path / "x.npy")
    with pytest.raises(InputError, match=r"expected their ids: _id in \.jsonl, else row numbers"):
        _read(Options(str(tmp_path / "x.npy"), queries=queries, qrels=path))


def test_rows_of_json_lines_are_named_by_their_ids(tmp_path: Path) -> None:
    """Other files, and lines without ids, are named by row number."""
    named = _write(tmp_path / "x.jsonl", '{"_id": "MED-7", "text": "a"}\n{"_id": "MED-9", "text": "b"}\n')
    assert {"MED-7": 0, "MED-9": 1} == row_ids(named)
    (tmp_path / "x.jsonl.gz").write_bytes(gzip.compress((tmp_path / "x.jsonl").read_bytes()))
    assert {"MED-7": 0, "MED-9": 1} == row_ids(str(tmp_path / "x.jsonl.gz"))
    assert row_ids(_write(tmp_path / "y.jsonl", "[1]\n[2]\n")) is None
    twice = _write(tmp_path / "z.jsonl", '{"_id": 1}\n{"_id": 1}\n')
    with pytest.raises(InputError, match="row 1: found the id 1 twice"):
        row_ids(twice)


def test_judged_queries_alone_are_read(tmp_path: Path) -> None:
    """Of four queries two have a judgement of a row at hand; names are row numbers in files of vectors."""
    np.save(tmp_path / "x.npy", np.eye(5, dtype=np.float32))
    np.save(tmp_path / "q.npy", np.eye(5, dtype=np.float32)[[4, 3, 2, 1]])
    qrels = _write(tmp_path / "q.tsv", "query-id\tcorpus-id\tscore\n3\t1\t2\n1\t0\t1\n2\t99\t1\n")
    queries = str(tmp_path / "q.npy")
    inputs = _read(Options(str(tmp_path / "x.npy"), queries=queries, qrels=qrels))
    assert inputs.judgements is not None
    assert inputs.queries is not None
    assert [[1, 1, 2], [0, 0, 1]] == inputs.judgements.tolist()
    assert [3, 1] == inputs.queries.argmax(axis=1).tolist()


def test_texts_of_judged_queries_alone_are_encoded(tmp_path: Path) -> None:
    """BEIR's files, packed: ids lead to rows, and a query without a judgement is not encoded."""
    documents = [{"_id": f"d{i}", "text": text} for i, text in enumerate(("a cat", "a dog", "an atom"))]
    asked = [{"_id": "q0", "text": "pets"}, {"_id": "q1", "text": "physics"}, {"_id": "q2", "text": "tea"}]
    for name, records in (("d", documents), ("q", asked)):
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (tmp_path / f"{name}.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    qrels = _write(tmp_path / "r.tsv", "query-id\tcorpus-id\tscore\nq1\td2\t1\nq9\td0\t1\n")
    places = (str(tmp_path / f"{name}.jsonl.gz") for name in "dq")
    location, queries = places
    inputs = _read(Options(location, queries=queries, qrels=qrels, encoder="minilm"))
    assert inputs.judgements is not None
    assert inputs.queries is not None
    assert [[0, 2, 1]] == inputs.judgements.tolist()
    assert 1 == len(inputs.queries)
    assert 2 == int((inputs.vectors @ inputs.queries[0]).argmax())
    assert "q.jsonl.gz" == inputs.sources[1].name


def _read(options: Options) -> Inputs:
    return read_inputs(options, lambda _step, _done, _of: None)
