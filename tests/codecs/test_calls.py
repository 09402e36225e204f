"""Codecs that are fitted on each call: two sides of a test set are two calls."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from harness.codecs.calls import CallFitter, first_call
from harness.codecs.pipeline import Fitter
from harness.data.pair_sets import paired
from harness.errors import InputError
from harness.planning.steps import Step
from harness.types import Floats, PairSet, Training

D = 6
INT8 = Step("compression-wrapper", {"dtype": "int8"})


def _rows(count: int, seed: int) -> Floats:
    return np.random.default_rng(seed).standard_normal((count, D)).astype(np.float32)


def _pairs(count: int = 30) -> tuple[PairSet, Floats]:
    """Return pairs whose second texts lie in a range of their own."""
    x = np.concatenate([_rows(count, 1), 3 * _rows(count, 2) + 1])
    return PairSet("pairs", None, x, paired(count), np.arange(count, dtype=np.float64), {}), x


def _judged() -> tuple[PairSet, Floats]:
    """Return twelve documents, then three queries."""
    x, judgements = _rows(15, 3), np.array([[12, 0], [13, 1], [14, 2]])
    queries = np.array([12, 13, 14])
    return PairSet("judged", None, x, judgements, np.ones(3), {}, queries=queries), x


def _fitter(data: PairSet, x: Floats) -> CallFitter:
    training = Training(10 * _rows(50, 4), np.empty((0, 2), np.int64), None)
    return CallFitter(Fitter(training, {"seed": 0}), {data.name: data}, {data.name: x})


def _by_hand(x: Floats) -> Floats:
    low, high = x.min(axis=0), x.max(axis=0)
    codes: Floats = np.floor((x - low) / ((high - low) / np.float32(255))) - 128
    return codes


@pytest.mark.parametrize("made", [_pairs, _judged])
def test_each_side_has_the_ranges_of_its_own_rows(made: object) -> None:
    """First texts and second ones, or queries and documents; nothing of the training split is in them."""
    data, x = made()  # type: ignore[operator]
    codec = _fitter(data, x).fit((INT8,)).codecs[-1]
    decoded, asking = codec.decode(codec.encode(x)), first_call(data)
    np.testing.assert_array_equal(_by_hand(x[asking]), decoded[asking])
    np.testing.assert_array_equal(_by_hand(x[~asking]), decoded[~asking])


def test_sides_are_first_texts_and_queries() -> None:
    """A document that nobody judged is a document all the same."""
    assert 30 * [True] + 30 * [False] == first_call(_pairs()[0]).tolist()
    assert 12 * [False] + 3 * [True] == first_call(_judged()[0]).tolist()


def test_a_row_on_both_sides_is_refused() -> None:
    """It would have two codes; the message names it. So would a set without pairs."""
    data, _ = _pairs()
    shared = dataclasses.replace(data, pairs=np.array([[0, 1], [1, 2]]))
    with pytest.raises(InputError, match="pairs: row 1 is on no side of its own"):
        first_call(shared)
    with pytest.raises(InputError, match="expected first and second texts"):
        first_call(dataclasses.replace(data, pairs=np.empty((0, 2), np.int64)))


def test_rows_that_are_no_test_set_are_refused() -> None:
    """A part of a set has other ranges than the set; codes of another set are not decoded."""
    data, x = _pairs()
    codec = _fitter(data, x).fit((INT8,)).codecs[-1]
    with pytest.raises(InputError, match="found 5 rows, expected a whole test set"):
        codec.encode(x[:5])
    with pytest.raises(InputError, match="expected those of the set encoded last"):
        codec.decode(codec.encode(x)[:5])


def test_other_codecs_are_as_they_were() -> None:
    """A pipeline that is fitted on the training split alone is the inner fitter's own."""
    data, x = _pairs()
    fitter = _fitter(data, x)
    steps = (Step("scalar", {"bits": 8}),)
    assert fitter.fit(steps) == fitter._fitter.fit(steps)


def test_a_step_before_it_is_refused() -> None:
    """What a call is made of are the set's own vectors."""
    data, x = _pairs()
    with pytest.raises(InputError, match="found truncation before compression-wrapper"):
        _fitter(data, x).fit((Step("truncation", {"dims": 3}), INT8))
