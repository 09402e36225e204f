"""TF-IDF and truncated SVD: against the formulas by hand and against numpy's full decomposition."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from harness.encoders import tfidf_svd
from harness.errors import InputError
from harness.types import Doubles, Floats, PairSet, Place

NOWHERE = Place(Path(), None, offline=True)
CORPUS = (
    "green tea and black tea",
    "black coffee",
    "tea or coffee",
    "green apples and red apples",
    "red wine or black tea",
    "apples and wine",
    "green tea and black tea",  # a second time: counts once
)
TEXTS = ("Black TEA!", "wine, red wine", "coffee and green apples", "xylophone", "")


def _set(texts: tuple[str, ...] | None, name: str = "corpus") -> PairSet:
    vectors = None if texts else np.ones((3, 2), np.float32)
    return PairSet(name, texts, vectors, np.empty((0, 2), np.int64), None, {"use": "files"})


def _params(dimension: int = 3, **changed: int) -> tfidf_svd.Params:
    return tfidf_svd.Params(dimension=dimension, corpus="corpus", **changed)


def _encoded(texts: tuple[str, ...] = TEXTS, dimension: int = 3, corpus: tuple[str, ...] = CORPUS) -> Floats:
    data = _set(texts, "mine")
    rows = list(range(len(texts)))
    return tfidf_svd.encode(data, rows, _params(dimension), NOWHERE, _set(corpus))


def _weighted(texts: tuple[str, ...], corpus: tuple[str, ...]) -> Doubles:
    """Return rows of (1 + ln count)(1 + ln((1 + n) / (1 + texts with the word))), of unit length."""
    words = [re.findall(r"\w\w+", text.lower()) for text in dict.fromkeys(corpus)]
    vocabulary = sorted(
        {word for text in words for word in text if sum(word in other for other in words) >= 2}
    )
    rarity = [1 + np.log((1 + len(words)) / (1 + sum(word in text for text in words))) for word in vocabulary]
    weighted = np.zeros((len(texts), len(vocabulary)))
    for i, text in enumerate(texts):
        counts = [re.findall(r"\w\w+", text.lower()).count(word) for word in vocabulary]
        weighted[i] = [
            (1 + np.log(count)) * r if count else 0 for count, r in zip(counts, rarity, strict=True)
        ]
    return weighted / np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-300)


def test_vectors_are_those_of_the_full_decomposition() -> None:
    """Weights by the formula, axes by numpy, each with its largest entry positive, rows of unit length."""
    axes = np.linalg.svd(_weighted(tuple(dict.fromkeys(CORPUS)), CORPUS), full_matrices=False)[2][:3]
    axes *= np.sign(axes[np.arange(3), np.abs(axes).argmax(axis=1)])[:, None]
    expected = _weighted(TEXTS[:3], CORPUS) @ axes.T
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    actual = _encoded(TEXTS[:3])
    assert np.float32 == actual.dtype
    np.testing.assert_allclose(actual, expected, atol=1e-6)


def test_a_text_without_a_known_word_points_where_the_texts_have_something_in_common() -> None:
    """An unknown word, and no word: length 1e-6 along the first axis, and a positive cosine with all."""
    actual = _encoded()
    np.testing.assert_array_equal(actual[3:], np.array([[1e-6, 0, 0]] * 2, np.float32))
    assert (actual[:3, 0] > 0).all()


def test_the_corpus_alone_is_fitted_on() -> None:
    """A text has the same vector whatever else is encoded, in whatever order; another corpus, another one."""
    together, alone = _encoded(), _encoded(TEXTS[1:2])
    assert together[1].tobytes() == alone[0].tobytes()
    assert _encoded(TEXTS[::-1])[::-1].tobytes() == together.tobytes()
    other = _encoded(corpus=(*CORPUS, "red wine and black coffee"))
    assert np.abs(other[1] - together[1]).max() > 1e-3


def test_a_fit_is_the_same_bytes_again() -> None:
    """The start of the solver is fixed, so is the sign of each axis."""
    first = _encoded()
    tfidf_svd._fitted.cache_clear()  # kept for the process, so that a set is encoded in parts by one fit
    assert first.tobytes() == _encoded().tobytes()


def test_only_rows_that_are_asked_for_are_encoded() -> None:
    """In the order they are asked for."""
    actual = tfidf_svd.encode(_set(TEXTS, "mine"), [2, 0], _params(), NOWHERE, _set(CORPUS))
    assert _encoded()[[2, 0]].tobytes() == actual.tobytes()


def test_the_encoder_is_known_by_its_corpus_and_its_parameters() -> None:
    """The corpus' own identity is added by the engine."""
    assert {"use": "tfidf-svd", "corpus": "corpus", "in_texts": 2} == tfidf_svd.locate(_params(), NOWHERE)
    assert tfidf_svd.holds(_params(), "any")


@pytest.mark.parametrize(
    ("corpus", "dimension", "message"),
    [
        (CORPUS, 6, "corpus: found 6 different texts of .* words, expected more than 6 of each"),
        (("a b", "c d"), 1, "corpus: .*expected texts that share words"),
        (("one two", "three four"), 1, "corpus: .*expected texts that share words"),
    ],
)
def test_a_corpus_of_too_little_is_refused(corpus: tuple[str, ...], dimension: int, message: str) -> None:
    """Too few different texts or words for the dimensions, and no word that two texts share."""
    with pytest.raises(InputError, match=message):
        _encoded(dimension=dimension, corpus=corpus)


def test_vectors_are_no_texts() -> None:
    """Neither to encode nor to fit on."""
    for data, corpus, named in ((None, CORPUS, "mine"), (TEXTS, None, "corpus")):
        with pytest.raises(
            InputError, match=f"{named}: found no texts, expected texts for the encoder tfidf"
        ):
            tfidf_svd.encode(_set(data, "mine"), [0], _params(), NOWHERE, _set(corpus))
