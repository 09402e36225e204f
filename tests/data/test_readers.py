"""Files of pairs and vectors: read as they are, or refused with the row and what was found there."""

from __future__ import annotations

import gc
import gzip
import itertools
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from harness.data.pair_sets import corpus, paired
from harness.data.readers import read_file
from harness.data.text_files import read_pairs
from harness.data.vector_files import Rows, read_vectors, vector_set
from harness.errors import InputError

# Known bug: an .npz that is refused stays open until the garbage is collected: here, then.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
RECORDS = [
    {"sentence1": "a cat", "sentence2": "the cat", "score": 4.5},
    {"sentence1": "one\u2028line", "sentence2": "\u00fcber", "score": 1, "genre": "ignored"},
    {"sentence1": "three", "sentence2": "four", "score": 0},
]
LINES = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS)
TABS = "# a comment\na cat\tthe cat\t4.5\n\none\u2028line\t\u00fcber\t1\nthree\tfour\t0"


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.collect()


def written(path: Path, data: bytes | str) -> Path:
    """Write text or bytes and return the path."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


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


def test_a_missing_file_is_refused_with_its_path(tmp_path: Path) -> None:
    """No traceback for a path that is not there."""
    with pytest.raises(InputError, match=r"nothing\.tsv"):
        read_pairs(tmp_path / "nothing.tsv", "mine", {})
    with pytest.raises(InputError, match=r"nothing\.npy"):
        read_vectors(tmp_path / "nothing.npy", "mine", {}, Rows())


def rows(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return random vectors."""
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def with_value(value: float, at: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return random vectors with one component replaced."""
    x = rows(5, 3)
    x[at, 1] = value
    return x


def with_zero_row(at: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return random vectors, one of which is zero."""
    x = rows(5, 3)
    x[at] = 0
    return x


def test_a_corpus_of_vectors_is_read_as_float32(tmp_path: Path) -> None:
    """Whatever the number type, the rows are those of the file."""
    x = np.asfortranarray(rows(4, 3).astype(np.float64))
    np.save(tmp_path / "a.npy", x)
    actual = read_vectors(tmp_path / "a.npy", "mine", {"from": "here"}, Rows())
    assert actual.vectors is not None
    assert ("float32", True) == (str(actual.vectors.dtype), actual.vectors.flags["C_CONTIGUOUS"])
    assert x.astype(np.float32).tolist() == actual.vectors.tolist()
    assert ((0, 2), None, None, 4) == (actual.pairs.shape, actual.gold, actual.texts, actual.rows)


@pytest.mark.parametrize("gold", [None, [1, 2, 3, 4]])
def test_pairs_of_vectors_are_read_with_or_without_scores(tmp_path: Path, gold: list[int] | None) -> None:
    """Row i of left belongs to row i of right."""
    left, right = rows(4, 3), rows(4, 3) + 1
    scores = {} if gold is None else {"gold": np.array(gold)}
    np.savez(tmp_path / "a.npz", left=left, right=right, **scores)  # type: ignore[arg-type]
    actual = read_vectors(tmp_path / "a.npz", "mine", {}, Rows())
    assert actual.vectors is not None
    assert [*left.tolist(), *right.tolist()] == actual.vectors.tolist()
    assert [[0, 4], [1, 5], [2, 6], [3, 7]] == actual.pairs.tolist()
    assert gold == (None if actual.gold is None else actual.gold.tolist())


@pytest.mark.parametrize(
    ("array", "named"),
    [
        pytest.param(with_value(math.nan, 3), "row 3 has NaN or infinity", id="NaN"),
        pytest.param(with_value(math.inf, 0), "row 0 has NaN or infinity", id="infinity"),
        pytest.param(with_zero_row(4), "row 4 is a zero vector, expected a direction", id="zero vector"),
        pytest.param(rows(1, 3), "found 1 row, expected at least two", id="one row"),
        pytest.param(rows(0, 3), "found no rows, expected at least two", id="empty"),
        pytest.param(rows(6), "found an array of shape (6,), expected rows and columns", id="flat"),
        pytest.param(rows(2, 3, 4), "found an array of shape (2, 3, 4)", id="cube"),
        pytest.param(np.array(1.0), "found an array of shape ()", id="number"),
        pytest.param(np.array([["a", "b"], ["c", "d"]]), "expected", id="text"),
        pytest.param(rows(4, 3) + 1j, "expected", id="complex"),
        pytest.param(np.full((4, 3), 1e300), "row 0", id="beyond float32"),
        pytest.param(np.array([[1, None], [2, 3]], object), "Object arrays cannot be loaded", id="pickled"),
    ],
)
def test_a_bad_corpus_of_vectors_is_refused_with_the_row(
    tmp_path: Path, array: np.ndarray[Any, Any], named: str
) -> None:
    """NaN, infinity, zero vectors, the wrong shape and the wrong type never get in; nothing is unpickled."""
    path = tmp_path / "a.npy"
    np.save(path, array, allow_pickle=True)
    with pytest.raises(InputError) as caught:
        read_vectors(path, "mine", {}, Rows())
    assert str(caught.value).startswith(str(path))
    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("arrays", "named"),
    [
        pytest.param(
            {"left": rows(5, 3), "right": rows(5, 4)}, "right: found 4 dimensions, expected 3", id="width"
        ),
        pytest.param({"left": rows(5, 3), "right": rows(4, 3)}, "found 5 left and 4 right rows", id="length"),
        pytest.param(
            {"left": rows(5, 3), "right": rows(5, 3), "gold": np.arange(4)},
            "expected as many of both, and a score each",
            id="scores",
        ),
        pytest.param(
            {"left": rows(5, 3), "right": rows(5, 3), "gold": np.ones((5, 1))},
            "a score each",
            id="score matrix",
        ),
        pytest.param(
            {"left": rows(5, 3), "right": rows(5, 3), "gold": np.array([1, 2, math.nan, 4, 5])},
            "gold, row 2: found nan, expected a finite number",
            id="NaN score",
        ),
        pytest.param(
            {"left": rows(5, 3), "right": rows(5, 3), "gold": np.full(5, 2.0)},
            "every score is 2",
            id="constant",
        ),
        pytest.param(
            {"left": rows(2, 3), "right": rows(2, 3), "gold": np.array(["good", "bad"])}, "gold", id="words"
        ),
        pytest.param(
            {"left": rows(5, 3), "right": with_value(math.nan, 2)}, "right: row 2 has NaN", id="NaN"
        ),
        pytest.param(
            {"left": with_value(math.inf, 1), "right": rows(5, 3)},
            "left: row 1 has NaN or inf",
            id="infinity",
        ),
        pytest.param(
            {"left": with_zero_row(0), "right": rows(5, 3)}, "left: row 0 is a zero vector", id="zero vector"
        ),
        pytest.param(
            {"left": rows(1, 3), "right": rows(1, 3)}, "found 1 pairs, expected at least two", id="one pair"
        ),
        pytest.param({"left": rows(0, 3), "right": rows(0, 3)}, "left: found no rows", id="empty"),
        pytest.param(
            {"left": rows(5, 3)}, "found arrays ['left'], expected left, right and perhaps gold", id="half"
        ),
        pytest.param(
            {"left": rows(5, 3), "right": rows(5, 3), "test": rows(5, 3)},
            "found arrays ['left', 'right', 'test']",
            id="one too many",
        ),
        pytest.param(
            {"left": np.array([[None]], object), "right": rows(1, 1)},
            "Object arrays cannot be loaded",
            id="pickled",
        ),
    ],
)
def test_bad_pairs_of_vectors_are_refused(tmp_path: Path, arrays: dict[str, Any], named: str) -> None:
    """Both sides and the scores have to fit one another, and the error names the side and the row."""
    path = tmp_path / "a.npz"
    np.savez(path, **arrays)
    with pytest.raises(InputError) as caught:
        read_vectors(path, "mine", {}, Rows())
    assert str(caught.value).startswith(str(path))
    assert named in str(caught.value)


def cut_in_half(data: bytes) -> bytes:
    """Return the first half."""
    return data[: len(data) // 2]


def flip_a_byte(data: bytes) -> bytes:
    """Return the data with a byte of the first array's numbers changed."""
    return data[:160] + bytes([data[160] ^ 255]) + data[161:]


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        pytest.param("a.npy", cut_in_half, id="truncated npy"),
        pytest.param("a.npz", cut_in_half, id="truncated npz"),
        pytest.param("a.npz", flip_a_byte, id="altered npz"),
        pytest.param("a.npy", lambda _: b"", id="empty npy"),
        pytest.param("a.npz", lambda _: b"", id="empty npz"),
        pytest.param("a.npy", lambda _: b"0.1 0.2\n0.3 0.4\n", id="text"),
    ],
)
def test_a_damaged_file_of_vectors_is_refused(
    tmp_path: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    """A file that ends early, or whose bytes changed, is no data."""
    path = tmp_path / name
    if name == "a.npy":
        np.save(path, rows(50, 3))
    else:
        np.savez(path, left=rows(50, 3), right=rows(50, 3))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InputError, match=name):
        read_vectors(path, "mine", {}, Rows())


def test_a_corpus_leaves_out_blank_texts_and_needs_two() -> None:
    """Blank lines are no training rows."""
    assert ("a", "b") == corpus("mine", ["a", " ", "", "b"], {}, "here").texts
    with pytest.raises(InputError, match="here: found 1 texts, expected at least two"):
        corpus("mine", ["a", "\n"], {}, "here")


def test_pairs_are_the_first_half_with_the_second() -> None:
    """Row i with row m + i."""
    assert [[0, 3], [1, 4], [2, 5]] == paired(3).tolist()


# -- Rows of a file of vectors -----------------------------------------------------------------------------


def taken(x: np.ndarray[Any, Any], **fields: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the rows of ``x`` that a set takes."""
    vectors = vector_set(x, "mine", {}, Rows(**fields), "here").vectors
    assert vectors is not None
    return vectors


@pytest.mark.parametrize(
    ("n", "share", "trained"), [(10, 0.6, 6), (11, 0.5, 6), (101, 0.333, 34), (4, 0.5, 2)]
)
def test_parts_of_a_file_never_meet_and_leave_nothing_out(n: int, share: float, trained: int) -> None:
    """Each row is in one of the two parts, in the order of the file; the share is rounded to whole rows."""
    x = rows(n, 3)
    train, test = (taken(x, part=part, share=share) for part in ("train", "test"))
    numbers = [np.flatnonzero((x == row).all(axis=1))[0] for part in (train, test) for row in part]
    assert list(range(n)) == sorted(numbers)
    assert trained == len(train)
    assert sorted(numbers[:trained]) == numbers[:trained]
    assert sorted(numbers[trained:]) == numbers[trained:]


def test_three_parts_are_cut_from_one_shuffling() -> None:
    """80/10/10 of 50 rows with seed 42, worked out from numpy's permutation; the index says which rows."""
    x, order = rows(50, 3), np.random.default_rng(42).permutation(50)
    expected = {"train": order[:40], "validation": order[40:45], "test": order[45:]}
    for part, numbers in expected.items():
        actual = vector_set(x, "mine", {}, Rows(part=part, share=0.8, validation=0.1, seed=42), "here")
        assert actual.index is not None
        assert actual.vectors is not None
        assert (sorted(numbers.tolist()), "int64") == (actual.index.tolist(), str(actual.index.dtype))
        assert x[np.sort(numbers)].tobytes() == actual.vectors.tobytes()


@pytest.mark.parametrize(("n", "share", "seed"), [(11, 0.6, 0), (50, 0.25, 7), (101, 0.333, 42)])
def test_without_a_validation_share_the_two_parts_are_those_of_before(
    n: int, share: float, seed: int
) -> None:
    """The rule that the committed evidence was made by: the first rounded share of the permutation."""
    order = np.random.default_rng(seed).permutation(n)
    trained, tested = (Rows(part=part, share=share, seed=seed).numbers(n) for part in ("train", "test"))
    assert trained is not None
    assert tested is not None
    assert np.sort(order[: round(share * n)]).tolist() == trained.tolist()
    assert np.sort(order[round(share * n) :]).tolist() == tested.tolist()


def test_a_limit_is_drawn_before_the_parts_are() -> None:
    """Twenty of 100 rows by the seed, of which 16, 2 and 2: together the twenty, and no row twice."""
    limited = Rows(limit=20, seed=42).numbers(100)
    assert limited is not None
    assert np.sort(np.random.default_rng(42).permutation(100)[:20]).tolist() == limited.tolist()
    keys: dict[str, Any] = {"share": 0.8, "validation": 0.1, "seed": 42, "limit": 20}
    parts = [Rows(part=part, **keys).numbers(100) for part in ("train", "validation", "test")]
    numbers = [part.tolist() for part in parts if part is not None]
    assert [16, 2, 2] == [len(part) for part in numbers]
    assert limited.tolist() == sorted(itertools.chain(*numbers))
    few = Rows(limit=20).numbers(9)
    assert few is not None
    assert list(range(9)) == few.tolist()


def test_a_set_of_all_rows_has_no_index() -> None:
    """The row numbers are those of the file as they stand."""
    assert vector_set(rows(9, 3), "mine", {}, Rows(), "here").index is None


def test_the_identity_of_older_suites_stays_what_it_was() -> None:
    """The seeds of their fits hang on it: a key that came later is said where it is used."""
    older = {"array": None, "part": "train", "share": 0.6, "seed": 0, "pairs": 4}
    assert older == Rows(part="train", pairs=4).identity()
    newer = Rows(part="train", validation=0.1, limit=30)
    assert {**older, "pairs": 0, "validation": 0.1, "limit": 30} == newer.identity()


def test_parts_follow_from_the_seed() -> None:
    """The same seed takes the same rows, another seed others; without a part all rows are taken."""
    x = rows(200, 3)
    assert taken(x, part="train").tobytes() == taken(x, part="train", seed=0).tobytes()
    assert taken(x, part="train").tobytes() != taken(x, part="train", seed=1).tobytes()
    assert 120 == len(taken(x, part="train"))  # 0.6 unless said otherwise
    assert x.tobytes() == taken(x).tobytes()


def test_what_is_in_one_part_does_not_depend_on_the_other_rows_values() -> None:
    """Rows are taken by their number: other vectors in the test part leave the training part as it is."""
    x = rows(50, 3)
    test = taken(np.arange(50.0, dtype=np.float32)[:, None] + [[1, 2]], part="test")[:, 0].astype(int) - 1
    other = x.copy()
    other[test] = -7
    assert taken(x, part="train").tobytes() == taken(other, part="train").tobytes()
    assert taken(x, part="test").tobytes() != taken(other, part="test").tobytes()


def test_pairs_of_rows_are_drawn_in_the_part_that_is_taken() -> None:
    """Three pairs a row of the part, each with another row of the part; none where none are asked for."""
    actual = vector_set(rows(40, 3), "mine", {}, Rows(part="test", pairs=3), "here")
    assert ((48, 2), None) == (actual.pairs.shape, actual.gold)
    assert [row for row in range(16) for _ in range(3)] == actual.pairs[:, 0].tolist()
    assert set(actual.pairs[:, 1].tolist()) <= set(range(16))
    assert (actual.pairs[:, 0] != actual.pairs[:, 1]).all()
    assert (0, 2) == vector_set(rows(40, 3), "mine", {}, Rows(), "here").pairs.shape


def test_one_array_of_several_is_taken(tmp_path: Path) -> None:
    """By its name; rows left and right are then no pairs."""
    x, y = rows(5, 3), rows(7, 2)
    np.savez(tmp_path / "a.npz", left=x, right=x, other=y)
    actual = read_vectors(tmp_path / "a.npz", "mine", {}, Rows(array="other"))
    assert actual.vectors is not None
    assert y.tolist() == actual.vectors.tolist()
    assert 0 == len(actual.pairs)


@pytest.mark.parametrize(
    ("arrays", "taken_from"),
    [
        ({"embeddings": 5, "ids": 7}, "embeddings"),
        ({"embeddings": 5, "left": 7, "right": 7}, "embeddings"),
        ({"vectors": 5}, "vectors"),
    ],
)
def test_an_array_needs_no_name_where_it_is_plain_which(
    tmp_path: Path, arrays: dict[str, int], taken_from: str
) -> None:
    """The one called embeddings among several, or the only one."""
    written_arrays: dict[str, Any] = {name: rows(n, 3) for name, n in arrays.items()}
    np.savez(tmp_path / "a.npz", **written_arrays)
    actual = read_vectors(tmp_path / "a.npz", "mine", {}, Rows()).vectors
    assert actual is not None
    assert written_arrays[taken_from].tolist() == actual.tolist()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"array": "third"}, "found arrays ['left', 'right'], expected 'third' among them"),
        ({"part": "train"}, "found arrays ['left', 'right'] and the key rows, expected array in it"),
        ({"pairs": 2}, "found arrays ['left', 'right'] and the key rows, expected array in it"),
        ({"array": "left", "part": "test", "share": 0.9}, "found 1 row, expected at least two"),
    ],
)
def test_rows_that_cannot_be_taken_are_refused(tmp_path: Path, fields: dict[str, Any], named: str) -> None:
    """No array of that name, a part of what comes in pairs, a part of one row."""
    path = tmp_path / "a.npz"
    np.savez(path, left=rows(10, 3), right=rows(10, 3))
    with pytest.raises(InputError) as caught:
        read_vectors(path, "mine", {}, Rows(**fields))
    assert f"{path}: {named}" == str(caught.value)


def test_a_file_is_read_by_its_ending(tmp_path: Path) -> None:
    """Vectors by .npy and .npz, texts by the others, of which there are no parts."""
    np.save(tmp_path / "a.npy", rows(10, 3))
    assert 6 == read_file(tmp_path / "a.npy", "mine", {}, Rows(part="train")).rows
    path = written(tmp_path / "a.jsonl", LINES)
    assert 3 == len(read_file(path, "mine", {}, Rows()).pairs)
    with pytest.raises(InputError, match=r"a\.jsonl: found texts and the key rows, expected it for vectors"):
        read_file(path, "mine", {}, Rows(part="train"))


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"part": "dev"}, "part"),
        ({"share": 0}, "share"),
        ({"share": 1}, "share"),
        ({"pairs": -1}, "pairs"),
        ({"limit": 1}, "limit"),
        ({"share": 0.8, "validation": 0.2}, "less than 1 together"),
        ({"part": "validation"}, "expected the share of it under the key validation"),
    ],
)
def test_rows_that_make_no_sense_are_refused_by_name(fields: dict[str, Any], named: str) -> None:
    """Another part, all or none of the rows, fewer than no pairs, none to test on, no validation share."""
    with pytest.raises(ValidationError, match=named):
        Rows.model_validate(fields, strict=True)
