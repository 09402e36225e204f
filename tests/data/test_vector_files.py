"""Files of vectors: read as they are, or refused with the row and what was found there."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.vectors import random_floats

from harness.data.vector_files import Rows, read_vectors
from harness.errors import InputError

# Known bug: an .npz that is refused stays open until the garbage is collected: here, then.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.collect()


def with_value(value: float, at: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return random vectors with one component replaced."""
    x = random_floats(5, 3)
    x[at, 1] = value
    return x


def with_zero_row(at: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return random vectors, one of which is zero."""
    x = random_floats(5, 3)
    x[at] = 0
    return x


def test_a_corpus_of_vectors_is_read_as_float32(tmp_path: Path) -> None:
    """Whatever the number type, the rows are those of the file."""
    x = np.asfortranarray(random_floats(4, 3).astype(np.float64))
    np.save(tmp_path / "a.npy", x)
    actual = read_vectors(tmp_path / "a.npy", "mine", {"from": "here"}, Rows())
    assert actual.vectors is not None
    assert ("float32", True) == (str(actual.vectors.dtype), actual.vectors.flags["C_CONTIGUOUS"])
    assert x.astype(np.float32).tolist() == actual.vectors.tolist()
    assert ((0, 2), None, None, 4) == (actual.pairs.shape, actual.gold, actual.texts, actual.rows)


@pytest.mark.parametrize("gold", [None, [1, 2, 3, 4]])
def test_pairs_of_vectors_are_read_with_or_without_scores(tmp_path: Path, gold: list[int] | None) -> None:
    """Row i of left belongs to row i of right."""
    left, right = random_floats(4, 3), random_floats(4, 3) + 1
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
        pytest.param(random_floats(1, 3), "found 1 row, expected at least two", id="one row"),
        pytest.param(random_floats(0, 3), "found no rows, expected at least two", id="empty"),
        pytest.param(random_floats(6), "found an array of shape (6,), expected rows and columns", id="flat"),
        pytest.param(random_floats(2, 3, 4), "found an array of shape (2, 3, 4)", id="cube"),
        pytest.param(np.array(1.0), "found an array of shape ()", id="number"),
        pytest.param(np.array([["a", "b"], ["c", "d"]]), "expected", id="text"),
        pytest.param(random_floats(4, 3) + 1j, "expected", id="complex"),
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
            {"left": random_floats(5, 3), "right": random_floats(5, 4)},
            "right: found 4 dimensions, expected 3",
            id="width",
        ),
        pytest.param(
            {"left": random_floats(5, 3), "right": random_floats(4, 3)},
            "found 5 left and 4 right rows",
            id="length",
        ),
        pytest.param(
            {"left": random_floats(5, 3), "right": random_floats(5, 3), "gold": np.arange(4)},
            "expected as many of both, and a score each",
            id="scores",
        ),
        pytest.param(
            {"left": random_floats(5, 3), "right": random_floats(5, 3), "gold": np.ones((5, 1))},
            "a score each",
            id="score matrix",
        ),
        pytest.param(
            {
                "left": random_floats(5, 3),
                "right": random_floats(5, 3),
                "gold": np.array([1, 2, math.nan, 4, 5]),
            },
            "gold, row 2: found nan, expected a finite number",
            id="NaN score",
        ),
        pytest.param(
            {"left": random_floats(5, 3), "right": random_floats(5, 3), "gold": np.full(5, 2.0)},
            "every score is 2",
            id="constant",
        ),
        pytest.param(
            {"left": random_floats(2, 3), "right": random_floats(2, 3), "gold": np.array(["good", "bad"])},
            "gold",
            id="words",
        ),
        pytest.param(
            {"left": random_floats(5, 3), "right": with_value(math.nan, 2)}, "right: row 2 has NaN", id="NaN"
        ),
        pytest.param(
            {"left": with_value(math.inf, 1), "right": random_floats(5, 3)},
            "left: row 1 has NaN or inf",
            id="infinity",
        ),
        pytest.param(
            {"left": with_zero_row(0), "right": random_floats(5, 3)},
            "left: row 0 is a zero vector",
            id="zero vector",
        ),
        pytest.param(
            {"left": random_floats(1, 3), "right": random_floats(1, 3)},
            "found 1 pairs, expected at least two",
            id="one pair",
        ),
        pytest.param(
            {"left": random_floats(0, 3), "right": random_floats(0, 3)}, "left: found no rows", id="empty"
        ),
        pytest.param(
            {"left": random_floats(5, 3)},
            "found arrays ['left'], expected left, right and perhaps gold",
            id="half",
        ),
        pytest.param(
            {"left": random_floats(5, 3), "right": random_floats(5, 3), "test": random_floats(5, 3)},
            "found arrays ['left', 'right', 'test']",
            id="one too many",
        ),
        pytest.param(
            {"left": np.array([[None]], object), "right": random_floats(1, 1)},
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


def test_one_array_of_several_is_taken(tmp_path: Path) -> None:
    """By its name; rows left and right are then no pairs."""
    x, y = random_floats(5, 3), random_floats(7, 2)
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
    written_arrays: dict[str, Any] = {name: random_floats(n, 3) for name, n in arrays.items()}
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
    np.savez(path, left=random_floats(10, 3), right=random_floats(10, 3))
    with pytest.raises(InputError) as caught:
        read_vectors(path, "mine", {}, Rows(**fields))
    assert f"{path}: {named}" == str(caught.value)


def test_too_many_pairs_are_refused_before_they_are_drawn(tmp_path: Path) -> None:
    """The line names the file, the key, what it comes to and the limit."""
    np.save(tmp_path / "rows.npy", random_floats(2_001, 2))
    with pytest.raises(InputError) as raised:
        read_vectors(tmp_path / "rows.npy", "rows", {}, Rows(pairs=1_000))
    expected = (
        f"{tmp_path / 'rows.npy'}: pairs = 1000 a row: found 2,001,000 pairs, expected at most 2,000,000: "
        "each takes a kilobyte of memory while it is measured"
    )
    assert expected == str(raised.value)
