"""Retrieval sets: documents, queries and judgements, of a mirror in BEIR's layout and of mteb on the hub."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub.constants
import numpy as np
import pytest
from pydantic import ValidationError

from harness.data.beir import Table, document_set, judged_set, read_json_lines, read_tab_lines
from harness.errors import BlockedError, InputError
from harness.sources import hub_judged, mirror_judged
from harness.types import PairSet, Place

SHA = "0123456789abcdef0123456789abcdef01234567"
OFFLINE = Place(Path(), None, offline=True)
DOCUMENTS = (
    {"_id": "d1", "title": "Tea", "text": "Green tea — and black.", "metadata": {"url": "x"}},
    {"_id": "d2", "title": "", "text": "No title. "},
    {"_id": "d3", "text": "No key 'title'\u2028one line."},
)
QUERIES = (
    {"_id": "q1", "text": "never judged"},
    {"_id": "q2", "text": "tea?"},
    {"_id": "q3", "text": "title"},
)
JUDGEMENTS = (("q3", "d3", 2), ("q2", "d1", 1), ("q3", "d2", 0))
TEXTS = ("Tea Green tea — and black.", "No title.", "No key 'title'\u2028one line.", "tea?", "title")

Write = Callable[..., dict[str, Any]]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a place whose mirror is an empty folder."""
    return Place(tmp_path, tmp_path, offline=True)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a set's three files and returns the source's parameters."""

    def files(
        judgements: Any = JUDGEMENTS, documents: Any = DOCUMENTS, queries: Any = QUERIES
    ) -> dict[str, Any]:
        table = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in judgements)]
        contents = {
            "corpus": ("corpus.jsonl.gz", gzip.compress(_lines(documents))),
            "queries": ("queries.jsonl", _lines(queries)),
            "qrels": ("test.tsv", ("\n".join(table) + "\n").encode()),
        }
        for name, data in contents.values():
            (tmp_path / name).write_bytes(data)
        return {
            key: {"path": name, "sha256": hashlib.sha256(data).hexdigest()}
            for key, (name, data) in contents.items()
        }

    return files


def _lines(rows: Any) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _read(params: dict[str, Any], place: Place) -> PairSet:
    return mirror_judged.read(mirror_judged.Params.model_validate(params, strict=True), "mine", place)


def _check(actual: PairSet) -> None:
    assert actual.texts == TEXTS
    assert actual.queries is not None
    assert [3, 4] == actual.queries.tolist()
    assert [[4, 2], [3, 0], [4, 1]] == actual.pairs.tolist()
    assert actual.gold is not None
    assert [2.0, 1.0, 0.0] == actual.gold.tolist()
    assert (np.int64, np.int64, np.float64) == (actual.queries.dtype, actual.pairs.dtype, actual.gold.dtype)


# -- A mirror in BEIR's layout


def test_a_judged_set_has_all_documents_and_then_the_queries_that_were_judged(
    write: Write, place: Place
) -> None:
    """In the order of the files; a judgement is a query's row and a document's row, its grade kept, 0 too."""
    params = write()
    actual = _read(params, place)
    _check(actual)
    assert {"use": "mirror-judged", "part": "judged", **params} == actual.origin


def test_the_documents_alone_are_a_corpus_to_train_on(write: Write, place: Place) -> None:
    """No pairs, no grades, no queries, and neither of their files in what identifies it."""
    corpus = write()["corpus"]
    actual = _read({"corpus": corpus, "part": "documents"}, place)
    assert actual.texts == TEXTS[:3]
    assert ((0, 2), None, None) == (actual.pairs.shape, actual.gold, actual.queries)
    assert {"use": "mirror-judged", "part": "documents", "corpus": corpus} == actual.origin


@pytest.mark.parametrize("changes", [{"queries": None}, {"qrels": None}, {"part": "documents"}])
def test_queries_and_judgements_belong_to_a_judged_set(write: Write, changes: dict[str, Any]) -> None:
    """Both of them, and to no other part."""
    with pytest.raises(ValidationError, match="expected both of a judged set, and neither of documents"):
        mirror_judged.Params.model_validate({**write(), **changes})


@pytest.mark.parametrize("kind", ["corpus", "queries", "qrels"])
def test_each_file_has_to_be_there_and_the_pinned_one(write: Write, place: Place, kind: str) -> None:
    """Missing it is blocked, altered it is refused."""
    params = write()
    path = place.folder / params[kind]["path"]
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(
        InputError, match=f"{path.name}: found sha256 .*, expected {params[kind]['sha256'][:12]}"
    ):
        _read(params, place)
    path.unlink()
    with pytest.raises(BlockedError, match=f"{path.name} is not in the mirror; put it at {path.name}"):
        _read(params, place)


def test_without_a_mirror_a_judged_set_is_blocked(write: Write, place: Place) -> None:
    """And a path cannot leave it."""
    params = write()
    with pytest.raises(BlockedError, match="no mirror is given; set HARNESS_MIRROR"):
        _read(params, OFFLINE)
    params["qrels"]["path"] = "../test.tsv"
    with pytest.raises(InputError, match="leaves"):
        _read(params, place)


@pytest.mark.parametrize(
    ("judgements", "message"),
    [
        (
            [("q2", "d1", 1), ("q9", "d1", 1)],
            r"test\.tsv: row 1, query-id: found 'q9', expected .*queries\.jsonl",
        ),
        (
            [("q2", "d9", 1)],
            r"test\.tsv: found no judgements of documents of .*corpus\.jsonl\.gz, expected at least one",
        ),
        ([("q2", "", 1)], r"test\.tsv: row 0, corpus-id: found '', expected an id"),
        ([("q2", "d1", 1), ("q2", "d1", 2)], r"test\.tsv: row 1: found 'q2' and 'd1' a second time"),
        ([("q2", "d1", 1001)], r"row 0, score: found '1001', expected a whole number from -1000 to 1000"),
        ([("q2", "d1", "inf")], r"row 0, score: found 'inf'"),
        ([("q2", "d1", 0.5)], r"row 0, score: found '0\.5'"),
        ([("q2", "d1", "nan")], r"row 0, score: found 'nan'"),
        ([("q2", "d1", "")], r"row 0, score: found ''"),
        (
            [("q2", "d1")],
            r"test\.tsv: .*Expected 3 columns, got 2.*expected a header and query-id, corpus-id",
        ),
        ([], r"test\.tsv: found no judgements, expected at least one"),
    ],
)
def test_a_wrong_judgement_names_file_and_row(
    write: Write, place: Place, judgements: Any, message: str
) -> None:
    """An id that is unknown, a pair judged twice, a grade that is no count, a line that is too short."""
    with pytest.raises(InputError, match=message):
        _read(write(judgements), place)


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([*DOCUMENTS, DOCUMENTS[0]], r"corpus\.jsonl\.gz: row 3, _id: found 'd1' a second time"),
        ([{"text": "x"}], r"row 0, _id: found None, expected an id"),
        ([{"_id": "", "text": "x"}], r"row 0, _id: found '', expected an id"),
        ([{"_id": "d1", "title": "x"}], r"row 0: found the text 'None', expected a text"),
        (
            [{"_id": 1, "text": "x"}],
            r"corpus\.jsonl\.gz: .*string to number in row 0, expected one JSON object",
        ),
        ([["d1", "x"]], r"corpus\.jsonl\.gz: .*object to array in row 0, expected one JSON object a line"),
        ([], r"corpus\.jsonl\.gz: Empty JSON file, expected one JSON object a line"),
    ],
)
def test_a_wrong_document_names_file_and_row(
    write: Write, place: Place, documents: Any, message: str
) -> None:
    """Ids have to be texts and to differ, and a document has a text, be it empty."""
    with pytest.raises(InputError, match=message):
        _read(write(documents=documents), place)


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    """A file in another layout, as TREC's without a header, is not taken for judgements."""
    (tmp_path / "qrels").write_text("q1 0 d1 1\n")
    with pytest.raises(InputError, match=r"expected a header and query-id, corpus-id, score"):
        read_tab_lines(tmp_path / "qrels")


def test_broken_text_and_missing_files_are_input_errors(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are not passed on, and what is not there is said."""
    (tmp_path / "a.jsonl").write_bytes(b'{"_id": "a", "text": "\xff"}\n')
    with pytest.raises(InputError, match=r"a\.jsonl: .*utf-8.*, expected one JSON object a line"):
        read_json_lines(tmp_path / "a.jsonl")
    with pytest.raises(InputError, match=r"b\.jsonl: .*expected one JSON object a line"):
        read_json_lines(tmp_path / "b.jsonl")


def test_quotes_in_a_table_are_letters(tmp_path: Path) -> None:
    """An id may begin with a quote, and what looks like a missing value is an id, too."""
    (tmp_path / "a.tsv").write_text('query-id\tcorpus-id\tscore\n"q\tNA\t1\n')
    assert [{"query-id": '"q', "corpus-id": "NA", "score": "1"}] == list(
        read_tab_lines(tmp_path / "a.tsv").rows
    )


# -- What is irregular in published sets


def _irregular(actual: PairSet) -> dict[str, int]:
    """Return the irregularities that were counted at all."""
    assert actual.irregularities is not None
    return {key: count for key, count in actual.irregularities.counts.items() if count}


def test_a_regular_set_has_no_irregularity_but_says_so(write: Write, place: Place) -> None:
    """All counts are 0, and there."""
    actual = _read(write(), place)
    assert actual.irregularities is not None
    assert {0} == set(actual.irregularities.counts.values())
    assert ((0, 2), (0, 2)) == (actual.irregularities.own.shape, actual.irregularities.missing.shape)


def test_grades_below_0_are_read_and_counted(write: Write, place: Place) -> None:
    """TREC-COVID has two of them."""
    actual = _read(write([("q2", "d1", -1), ("q2", "d2", 1), ("q3", "d3", "-1.0")]), place)
    assert actual.gold is not None
    assert [-1.0, 1.0, -1.0] == actual.gold.tolist()
    assert {"negative_grades": 2, "queries_without_a_relevant_document": 1} == _irregular(actual)


def test_an_empty_document_is_ranked_and_not_trained_on(write: Write, place: Place) -> None:
    """FiQA has such: a row like any other among what is searched, none of a corpus."""
    documents = [*DOCUMENTS, {"_id": "d4", "title": " ", "text": ""}]
    params = write(documents=documents)
    actual = _read(params, place)
    assert (*TEXTS[:3], "", *TEXTS[3:]) == actual.texts
    assert {"empty_documents": 1} == _irregular(actual)
    assert TEXTS[:3] == _read({"corpus": params["corpus"], "part": "documents"}, place).texts


def test_an_empty_query_is_refused(write: Write, place: Place) -> None:
    """It asks nothing."""
    with pytest.raises(
        InputError, match=r"queries\.jsonl: row 0: found 'q1' without a word, expected a text"
    ):
        _read(write(queries=[{"_id": "q1", "text": " "}, *QUERIES[1:]]), place)


def test_a_judged_document_that_is_missing_stays_in_the_judgements(write: Write, place: Place) -> None:
    """ArguAna has one: no row, but its grade counts in the best ranking of its query."""
    actual = _read(write([*JUDGEMENTS, ("q2", "d9", 2)]), place)
    assert actual.irregularities is not None
    assert [[4, 2], [3, 0], [4, 1]] == actual.pairs.tolist()
    assert [[3, 2]] == actual.irregularities.missing.tolist()
    assert {"judgements_of_missing_documents": 1} == _irregular(actual)


def test_a_query_whose_document_is_missing_is_asked_all_the_same(write: Write, place: Place) -> None:
    """It scores 0, and leaving it out would flatter."""
    actual = _read(write([("q2", "d9", 1), ("q3", "d3", 1)]), place)
    assert actual.queries is not None
    assert [3, 4] == actual.queries.tolist()
    assert [[4, 2]] == actual.pairs.tolist()


def test_a_query_that_is_a_document_has_that_as_its_own(write: Write, place: Place) -> None:
    """By its id, even where that is judged, as in BEIR; by its text in normal form, titled or not."""
    documents = [
        {"_id": "q2", "title": "", "text": "another text"},
        {"_id": "d1", "title": "TITLE", "text": ""},
        {"_id": "d2", "title": "Of a title", "text": " Ti\u200btle "},
        {"_id": "d3", "title": "", "text": "title"},
        {"_id": "d4", "title": "", "text": "title"},
    ]
    judgements = [("q2", "q2", 1), ("q3", "d3", 1), ("q3", "d4", 0)]
    actual = _read(write(judgements, documents), place)
    assert actual.irregularities is not None
    assert [[5, 0], [6, 1], [6, 2], [6, 4]] == actual.irregularities.own.tolist()
    assert {"own_documents_by_id": 1, "own_documents_by_text": 3} == _irregular(actual)


def test_a_byte_order_mark_is_no_part_of_the_first_line(write: Write, place: Place) -> None:
    """In none of the three files, packed or not."""
    params = write()
    for pinned in params.values():
        path = place.folder / pinned["path"]
        data, packed = path.read_bytes(), path.suffix == ".gz"
        marked = b"\xef\xbb\xbf" + (gzip.decompress(data) if packed else data)
        path.write_bytes(gzip.compress(marked) if packed else marked)
        pinned["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    _check(_read(params, place))


def test_one_document_is_no_corpus() -> None:
    """Nothing can be trained on it."""
    with pytest.raises(InputError, match="here: found 1 texts, expected at least two"):
        document_set("mine", Table([{"_id": "a", "text": "x"}], "here"), {})


def test_a_truth_value_is_no_grade() -> None:
    """Although Python would take it for 1."""
    tables = Table(DOCUMENTS, "d"), Table(QUERIES, "q")
    row = {"query-id": "q2", "corpus-id": "d1", "score": True}
    with pytest.raises(InputError, match="j: row 0, score: found 'True'"):
        judged_set("mine", *tables, Table([row], "j"), {})


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("dataset", "documents", "document_characters", "queries", "query_characters", "judgements"),
    [("nfcorpus", 3633, 5_779_318, 323, 7030, 12_334), ("scifact", 5183, 7_771_451, 300, 27_104, 339)],
)
def test_the_mirrored_sets_have_the_statistics_that_mteb_publishes(
    mirror: Path,
    dataset: str,
    documents: int,
    document_characters: int,
    queries: int,
    query_characters: int,
    judgements: int,
) -> None:
    """Counts and characters, which tell that a document is its title, a space and its text, stripped."""
    names = {"corpus": "corpus.jsonl.gz", "queries": "queries.jsonl.gz", "qrels": "qrels/test.tsv"}
    pinned = {
        key: {
            "path": dataset + "/" + name,
            "sha256": hashlib.sha256((mirror / dataset / name).read_bytes()).hexdigest(),
        }
        for key, name in names.items()
    }
    actual = _read(pinned, Place(Path(), mirror, offline=True))
    assert actual.texts is not None
    assert actual.queries is not None
    assert (documents, queries, judgements) == (actual.rows - queries, len(actual.queries), len(actual.pairs))
    assert query_characters == sum(map(len, actual.texts[documents:]))
    assert document_characters == sum(map(len, actual.texts[:documents]))


# -- The hub, as mteb keeps a set


@pytest.fixture
def snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a commit in the hub's cache, with the three configurations of a set."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "datasets"))
    folder = tmp_path / "hub" / "datasets--mteb--small" / "snapshots" / SHA
    (folder / "qrels").mkdir(parents=True)
    keys = ("query-id", "corpus-id", "score")
    rows = [{**dict(zip(keys, row, strict=True)), "score": float(row[2])} for row in JUDGEMENTS]
    (folder / "qrels" / "test.jsonl").write_bytes(_lines(rows))
    (folder / "qrels" / "dev.jsonl").write_bytes(_lines([{**rows[0], "query-id": "q1"}]))
    (folder / "corpus.jsonl").write_bytes(_lines([{"title": "", **row, "metadata": {}} for row in DOCUMENTS]))
    (folder / "queries.jsonl").write_bytes(_lines(QUERIES))
    (folder / "README.md").write_text(
        "---\nconfigs:\n"
        "- config_name: default\n  data_files:\n"
        "  - {split: dev, path: qrels/dev.jsonl}\n  - {split: test, path: qrels/test.jsonl}\n"
        "- config_name: corpus\n  data_files:\n  - {split: corpus, path: corpus.jsonl}\n"
        "- config_name: queries\n  data_files:\n  - {split: queries, path: queries.jsonl}\n"
        "---\n"
    )
    return folder


def _hub_params(**changed: Any) -> hub_judged.Params:
    return hub_judged.Params(**{"repo": "mteb/small", "revision": SHA, **changed})


@pytest.mark.usefixtures("snapshot")
def test_the_hubs_set_is_the_mirrors(write: Write, place: Place) -> None:
    """The same documents, queries and judgements, of the test split alone, and the commit identifies them."""
    actual = hub_judged.read(_hub_params(), "mine", OFFLINE)
    _check(actual)
    assert _read(write(), place).texts == actual.texts
    expected = {"use": "hub-judged", "repo": "mteb/small", "split": "test", "revision": SHA, "part": "judged"}
    assert expected == actual.origin


@pytest.mark.usefixtures("snapshot")
def test_another_split_has_other_queries_over_the_same_documents() -> None:
    """The dev split judges the first query alone."""
    actual = hub_judged.read(_hub_params(split="dev"), "mine", OFFLINE)
    assert (*TEXTS[:3], "never judged") == actual.texts
    assert [[3, 2]] == actual.pairs.tolist()


@pytest.mark.usefixtures("snapshot")
def test_the_hubs_documents_alone_are_a_corpus() -> None:
    """As of a mirror."""
    actual = hub_judged.read(_hub_params(part="documents"), "mine", OFFLINE)
    assert (TEXTS[:3], None) == (actual.texts, actual.queries)


def test_a_wrong_judgement_of_the_hub_names_the_repository_and_the_row(snapshot: Path) -> None:
    """As a mirror's file would be named."""
    row = {"query-id": "q9", "corpus-id": "d1", "score": 1.0}
    (snapshot / "qrels" / "test.jsonl").write_bytes(_lines([row]))
    with pytest.raises(InputError, match=r"mteb/small \(default\): row 0, query-id: found 'q9', expected"):
        hub_judged.read(_hub_params(), "mine", OFFLINE)


@pytest.mark.usefixtures("snapshot")
def test_what_the_hubs_set_does_not_have_is_blocked() -> None:
    """A split that is not there, and a repository that was never downloaded."""
    with pytest.raises(BlockedError, match="dataset mteb/small could not be fetched"):
        hub_judged.read(_hub_params(split="train"), "mine", OFFLINE)
    with pytest.raises(BlockedError, match="dataset mteb/other is not in the cache and the run is offline"):
        hub_judged.locate(_hub_params(repo="mteb/other"), OFFLINE)
