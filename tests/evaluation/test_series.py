"""What a test set asks: rows that nobody trained on, and what is compared with what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import spearmanr

from harness.codecs.pipeline import Fitter, Pipeline
from harness.data.pair_sets import paired
from harness.errors import InputError
from harness.evaluation.encoded_vectors import Encoded, EncodedVectors, encode
from harness.evaluation.knn import unit
from harness.evaluation.panel import all_true_masks
from harness.evaluation.sampled_rows import MINIMUM, SampledRows, fresh_rows, sampled_rows
from harness.evaluation.series import index_series, pair_series, query_series, random_series
from harness.planning.steps import Step
from harness.types import Floats, Ints, PairSet, Training

D = 8


def rows(n: int, seed: int = 0) -> Floats:
    """Return random vectors."""
    return np.random.default_rng(seed).standard_normal((n, D)).astype(np.float32)


def of_texts(*texts: str, name: str = "mine") -> PairSet:
    """Return a set of texts without pairs."""
    return PairSet(name, texts, None, np.empty((0, 2), np.int64), None, {})


def of_rows(x: Floats, name: str = "mine") -> PairSet:
    """Return a set of vectors without pairs."""
    return PairSet(name, None, x, np.empty((0, 2), np.int64), None, {})


def fitted(*steps: Step, train: Floats | None = None) -> Pipeline:
    """Return the fitted steps."""
    x = rows(300, 9) if train is None else train
    return Fitter(Training(x, np.empty((0, 2), np.int64), None), {"seed": 0}).fit(steps)


# -- Fresh rows ----------------------------------------------------------------------------------------------


def test_rows_that_were_trained_on_are_left_out_whatever_their_case_and_white_space() -> None:
    """Copies of a set differ in both; a text that says something else is another text."""
    trained = of_texts("You'll stop playing.", "a cat", "STRASSE")
    data = of_texts("you 'll stop  playing .", "A\tCat ", "a cap", "straße", "a cat sat", "A CAT")
    assert [2, 4] == fresh_rows(data, trained).tolist()


def test_of_equal_rows_the_first_is_kept() -> None:
    """A row is asked for once, in the order of the set."""
    assert [0, 1, 4] == fresh_rows(of_texts("b", "a", "B", " a", "c"), of_texts("z", "y")).tolist()


def test_rows_without_text_that_are_copies_are_left_out() -> None:
    """A vector of the training split, in its bytes or in others, and of copies all but the first."""
    x = rows(6)
    rounded = x.astype(np.float16).astype(np.float32)
    data = np.concatenate([x[[3, 0]], rounded[[3]], x[[5]], rounded[[5]], x[[4]]])
    assert [3, 5] == fresh_rows(of_rows(data), of_rows(x[[0, 3]])).tolist()


def test_a_set_is_fresh_to_another_one_and_stale_to_itself() -> None:
    """All of it, or nothing."""
    data = of_rows(rows(40))
    assert list(range(40)) == fresh_rows(data, of_rows(rows(40, 1))).tolist()
    assert [] == fresh_rows(data, data).tolist()


# -- What is drawn -------------------------------------------------------------------------------------------


def sample_of(n: int, seen: int) -> tuple[Floats, SampledRows]:
    """Return ``n`` vectors and what is drawn of them; every third of the first ones is trained on."""
    x = rows(n)
    trained = np.concatenate([x[: 3 * seen : 3], rows(5, 1)])
    return x, sampled_rows(of_rows(x), of_rows(trained, "split"), x)


def test_what_is_drawn_is_drawn_from_fresh_rows() -> None:
    """Pairs, queries and what is searched count within them; cosines before are those of the rows."""
    x, sampled = sample_of(100, 20)
    assert [i for i in range(100) if i % 3 or i >= 60] == sampled.rows.tolist()
    assert sampled.rows.tolist() == sampled.truth.rows.tolist()
    assert (80, 79) == (len(sampled.truth.queries), sampled.truth.nearest.shape[1])
    assert sampled.pairs.max() == 79
    left, right = (x[sampled.rows[side]].astype(np.float64) for side in sampled.pairs.T)
    cosines = (left * right).sum(axis=1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)
    np.testing.assert_allclose(sampled.before, cosines, atol=1e-6)


@pytest.mark.parametrize(("fresh", "enough"), [(MINIMUM - 1, False), (MINIMUM, True)])
def test_thirty_fresh_rows_are_enough(fresh: int, *, enough: bool) -> None:
    """With fewer there is nothing to resample, and the error counts them."""
    x = rows(50)
    data, trained = of_rows(x), of_rows(x[: 50 - fresh], "split")
    if enough:
        assert fresh == len(sampled_rows(data, trained, x).rows)
    else:
        with pytest.raises(InputError) as caught:
            sampled_rows(data, trained, x)
        assert "mine: found 29 rows that split does not have, expected at least 30" == str(caught.value)


def test_poisoned_training_rows_reach_nothing_that_is_drawn() -> None:
    """Rows that were trained on may be any others: pairs, cosines and neighbours stay as they are."""
    x = rows(60)
    other = x.copy()
    other[:20] = -5 * rows(20, 3)
    first = sampled_rows(of_rows(x), of_rows(x[:20]), x)
    second = sampled_rows(of_rows(other), of_rows(other[:20]), other)
    assert first.rows.tolist() == second.rows.tolist() == list(range(20, 60))
    assert (first.pairs.tolist(), first.before.tolist()) == (second.pairs.tolist(), second.before.tolist())
    assert first.truth.nearest.tolist() == second.truth.nearest.tolist()


def test_series_have_a_value_an_item() -> None:
    """Spearman of random pairs after truncation is scipy's; each query has every score."""
    x, sampled = sample_of(200, 10)
    seen = encode(fitted(Step("truncation", {"dims": 3})), x, asymmetric=False)
    pairs = random_series(sampled, seen, "here")
    assert {"original", "compressed"} == set(pairs)
    left, right = (x[sampled.rows[side], :3].astype(np.float64) for side in sampled.pairs.T)
    cosines = (left * right).sum(axis=1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)
    assert 1 == pytest.approx(spearmanr(pairs["compressed"], cosines).statistic)
    scored = query_series(sampled, seen)
    assert {(190,)} == {values.shape for values in scored.values()}
    assert 0 < scored["success@10"].mean() < 1


def test_every_item_counts_under_every_protocol() -> None:
    """What was trained on is not among what is drawn."""
    masks = all_true_masks({"a": np.zeros(3), "b": np.zeros(3)}, ["one", "other"])
    assert {"one": [True] * 3, "other": [True] * 3} == {key: mask.tolist() for key, mask in masks.items()}


# -- What is compared with what ------------------------------------------------------------------------------


def every_row(pipeline: Pipeline, x: Floats, *, asymmetric: bool) -> Encoded:
    """Return all rows of ``x`` after a pipeline."""
    return encode(pipeline, x, asymmetric=asymmetric).rows(np.arange(len(x)))


def test_symmetric_views_are_both_as_stored() -> None:
    """Decoded from the codes, whatever the number of steps."""
    steps = (Step("truncation", {"dims": 4}), Step("sign", {}))
    x = rows(10)
    seen = every_row(fitted(*steps), x, asymmetric=False)
    assert np.where(x[:, :4] >= 0, 1, -1).tolist() == seen.decoded.tolist() == seen.queries.tolist()


def test_asymmetric_views_ask_with_what_the_last_step_was_given() -> None:
    """Truncated, not signed; the first step alone is left when there are two, none when there is one."""
    x = rows(10)
    two = every_row(fitted(Step("truncation", {"dims": 4}), Step("sign", {})), x, asymmetric=True)
    assert x[:, :4].tolist() == two.queries.tolist()
    assert np.where(x[:, :4] >= 0, 1, -1).tolist() == two.decoded.tolist()
    one = every_row(fitted(Step("sign", {})), x, asymmetric=True)
    assert (x.tolist(), np.where(x >= 0, 1, -1).tolist()) == (one.queries.tolist(), one.decoded.tolist())


@pytest.mark.parametrize(
    "last",
    [
        Step("pca", {"dims": 3}),
        Step("pca", {"dims": D}),
        Step("random-projection", {"dims": 16}),
        Step("opq-rotation", {"subvectors": 2, "iterations": 1}),
        Step("truncation", {"dims": 3}),
        Step("normalize", {}),
    ],
    ids=lambda step: f"{step.use} {step.params.get('dims', '')}",
)
def test_an_asymmetric_pipeline_has_to_end_in_a_quantizer(last: Step) -> None:
    """A map, of fewer, as many or more dimensions, leaves nothing to compare the originals with."""
    with pytest.raises(InputError) as caught:
        encode(fitted(last), rows(10), asymmetric=True)
    expected = f"asymmetric: {last.use} maps into another space, expected a quantizer as the last step"
    assert expected == str(caught.value)


@pytest.mark.parametrize(
    "last",
    [
        Step("identity", {}),
        Step("scalar", {"bits": 4}),
        Step("scalar-per-vector", {}),
        Step("pq", {"subvectors": 4}),
    ],
)
def test_quantizers_may_be_asymmetric(last: Step) -> None:
    """Their codes stand for vectors of the space that they were given."""
    x = rows(10)
    seen = every_row(fitted(last), x, asymmetric=True)
    assert x.tolist() == seen.queries.tolist()
    assert x.shape == seen.decoded.shape


def test_a_pair_is_compared_from_its_first_row_to_its_second() -> None:
    """Turned round it has another cosine: (3, 1) with the signs (1, -1), and (2, -1) with (1, 1)."""
    x = np.zeros((2, D), np.float32)
    x[:, :2] = [[3, 1], [2, -1]]
    seen = encode(fitted(Step("truncation", {"dims": 2}), Step("sign", {})), x, asymmetric=True)
    here, back = (
        float(pair_series(np.array([pair]), np.ones(1, np.float32), None, seen, "here")["compressed"][0])
        for pair in ([0, 1], [1, 0])
    )
    assert (pytest.approx(2 / np.sqrt(20)), pytest.approx(1 / np.sqrt(10))) == (here, back)


def test_a_series_has_what_people_said_where_they_did() -> None:
    """Before, after, and the scores of a rated set."""
    x = rows(4)
    seen = encode(fitted(Step("identity", {})), x, asymmetric=False)
    before, gold = np.array([0.5, 0.25], np.float32), np.array([3.0, 1.0])
    assert {"original", "compressed"} == set(pair_series(paired(2), before, None, seen, "here"))
    rated = pair_series(paired(2), before, gold, seen, "here")
    assert ([0.5, 0.25], [3.0, 1.0]) == (rated["original"].tolist(), rated["human"].tolist())


# -- What an index finds -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answers:
    """An index over ``rows`` that answers as ``answer(rows, queries, k)`` does."""

    rows: Floats
    answer: Callable[[Floats, Floats, int], Ints]
    nbytes: int = 0

    def search(self, queries: Floats, k: int) -> Ints:
        """Return the answer."""
        return self.answer(self.rows, queries, k)


def indexed(
    x: Floats, pipeline: Pipeline, answer: Callable[[Floats, Floats, int], Ints]
) -> tuple[SampledRows, EncodedVectors]:
    """Return what is sampled of ``x``, and ``x`` after the pipeline with an index that answers so."""
    sampled = sampled_rows(of_rows(x), of_rows(rows(300, 9), "other"), x)
    encoded = encode(pipeline, x, asymmetric=False)
    encoded.index = Answers(unit(encoded.decoded(sampled.rows)), answer)
    return sampled, encoded


def exact(among: Floats, queries: Floats, k: int) -> Ints:
    """Search exhaustively, as an index would: the query's own row is among what it finds."""
    return np.argsort(-(queries @ among.T), axis=1, kind="stable")[:, :k].astype(np.int64)


def test_an_exact_index_scores_what_the_exhaustive_search_does() -> None:
    """Against the teacher it has the scores of queries; against the student it finds everything."""
    sampled, encoded = indexed(rows(300), fitted(Step("truncation", {"dims": 4})), exact)
    scored = index_series(sampled, encoded)
    for key, values in query_series(sampled, encoded).items():
        np.testing.assert_allclose(scored["vs-teacher " + key], values, atol=1e-12, err_msg=key)
    assert {1.0} == set(scored["vs-student knn-recall@10"]) == set(scored["vs-student success@1"])


def test_an_index_that_finds_nothing_scores_nothing() -> None:
    """Empty places, -1, are no neighbours, and rescoring them brings none."""
    sampled, encoded = indexed(
        rows(300),
        fitted(Step("truncation", {"dims": 4})),
        lambda _, queries, k: np.full((len(queries), k), -1, np.int64),
    )
    scored = index_series(sampled, encoded)
    assert {0.0} == {float(value) for values in scored.values() for value in values}


def test_an_index_is_worse_than_exhaustive_search_where_it_leaves_rows_out() -> None:
    """One that has only half the rows finds about half of the student's neighbours."""

    def half(among: Floats, queries: Floats, k: int) -> Ints:
        similar = queries @ among.T
        similar[:, 1::2] = -np.inf
        return np.argsort(-similar, axis=1, kind="stable")[:, :k].astype(np.int64)

    scored = index_series(*indexed(rows(300), fitted(Step("identity", {})), half))
    assert 0.4 < scored["vs-student knn-recall@10"].mean() < 0.6


def test_metrics_of_an_index_need_one() -> None:
    """Rows that were encoded without an index are refused in words."""
    x, sampled = sample_of(100, 20)
    with pytest.raises(InputError, match="found no index, expected one for metrics of an index"):
        index_series(sampled, encode(fitted(Step("identity", {})), x, asymmetric=False))
