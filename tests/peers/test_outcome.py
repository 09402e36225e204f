"""A recommendation measured: recall and bytes against sums by hand, and nothing without a plan."""

from __future__ import annotations

import numpy as np
from support.vectors import random_floats

from harness.audit.measuring import Encoded, HeldOut, Truth, with_exact
from harness.evaluation.knn import unit
from harness.evidence.schema.peers import Promise
from harness.peers.outcome import outcome
from harness.peers.planned import Planned, Recommendation
from harness.statistics.clusters import independent
from harness.types import Doubles, Floats, Ints

K, ROWS, QUERIES = 10, 400, 60
PROMISE = Promise(
    bytes_per_vector=3.5, value=0.9, low=None, high=None, query="uncompressed", queries=50, rows=50
)
SIZES = {"payload_bytes": 5, "side_bytes": 2, "state_bytes": 800}
SAMPLE = independent("queries", QUERIES)


def _data() -> HeldOut:
    rows, own = random_floats(ROWS, 12), np.arange(QUERIES, dtype=np.int64)
    return with_exact(HeldOut(rows, rows[own], own, np.empty((0, 0), np.float32), (K,), (200, 400)))


def _rounded(data: HeldOut) -> tuple[Encoded, dict[str, int]]:
    corpus = unit(np.round(data.corpus))
    return Encoded(np.empty((0, 0), np.uint8), corpus, corpus[data.own], unit(data.queries)), SIZES


def _planned(encode: object) -> Planned:
    recommendation = Recommendation("rounding", ("take care",), PROMISE, encode)  # type: ignore[arg-type]
    return Planned("a planner", "1.0", "", 0.5, recommendation)


def _nearest(queries: Floats, rows: Floats, part: slice) -> Ints:
    """Return the K nearest of ``part`` by cosine, each query's own row left out."""
    similar = unit(queries).astype(np.float64) @ unit(rows).astype(np.float64).T
    similar[np.arange(QUERIES), np.arange(QUERIES)] = -np.inf
    return np.argsort(-similar[:, part], axis=1)[:, :K]


def _recall(queries: Floats, data: HeldOut, decoded: Floats, part: slice) -> Doubles:
    truth, retrieved = _nearest(data.queries, data.corpus, part), _nearest(queries, decoded, part)
    return np.array([len({*a} & {*b}) / K for a, b in zip(truth.tolist(), retrieved.tolist(), strict=True)])


def test_recall_is_that_of_exact_search_by_hand() -> None:
    """Uncompressed queries against decoded rows, at all rows and as the mean of both halves of them."""
    data = _data()
    measured, series = outcome(_planned(_rounded), data, Truth(data, K), SAMPLE)
    decoded = np.round(data.corpus)
    whole = _recall(data.queries, data, decoded, slice(0, 400))
    halves = [_recall(data.queries, data, decoded, slice(at, at + 200)) for at in (0, 200)]
    value, half = measured.value("uncompressed", 400), measured.value("uncompressed", 200)
    assert value is not None
    assert half is not None
    np.testing.assert_allclose(whole, series["uncompressed/400 rows"], atol=1e-12)
    assert round(float(np.mean(whole)), 6) == value.value
    assert round(float(np.mean(halves)), 6) == half.value
    assert value.low < value.value < value.high


def test_compressed_queries_and_rescoring_stand_apart() -> None:
    """A compressed query is the decoded row; rescoring finds what is among four times K candidates."""
    data = _data()
    measured, _ = outcome(_planned(_rounded), data, Truth(data, K), SAMPLE)
    decoded = np.round(data.corpus)
    compressed = measured.value("compressed", 400)
    assert compressed is not None
    expected = _recall(decoded[:QUERIES], data, decoded, slice(0, 400)).mean()
    assert abs(compressed.value - expected) < 0.02  # rows that round to the same vector tie
    similar = unit(data.queries) @ unit(decoded).T
    similar[np.arange(QUERIES), np.arange(QUERIES)] = -np.inf
    candidates = np.argsort(-similar, axis=1)[:, : 4 * K]
    truth = _nearest(data.queries, data.corpus, slice(0, 400))
    shares = [len({*a} & {*b}) / K for a, b in zip(truth.tolist(), candidates.tolist(), strict=True)]
    rescored = measured.value("uncompressed", 400, 4)
    assert rescored is not None
    assert round(float(np.mean(shares)), 6) == rescored.value


def test_bytes_have_side_information_and_shared_state() -> None:
    """5 and 2 bytes a vector, and 800 bytes that 400 rows share: 9 bytes each."""
    data = _data()
    measured, _ = outcome(_planned(_rounded), data, Truth(data, K), SAMPLE)
    assert measured.sizes is not None
    assert (7, 9.0, 3_600) == (
        measured.sizes.bytes_per_vector, measured.sizes.amortised_bytes, measured.sizes.corpus_bytes
    )  # fmt: skip
    assert 48 == measured.sizes.original_bytes


def test_without_a_plan_there_is_the_problem_alone() -> None:
    """A planner that ends in an error has neither values nor sizes."""
    planned = Planned("a planner", "1.0", "", 0.5, None, "Need at least 1152 samples")
    data = _data()
    measured, series = outcome(planned, data, Truth(data, K), SAMPLE)
    assert ("Need at least 1152 samples", [], None, None) == (
        measured.problem, measured.values, measured.promise, measured.sizes
    )  # fmt: skip
    assert {} == series


def test_vectors_that_are_not_compressed_keep_every_neighbour() -> None:
    """Recall is 1 in both forms, at every size."""
    data = _data()

    def same(held_out: HeldOut) -> tuple[Encoded, dict[str, int]]:
        corpus = unit(held_out.corpus)
        return Encoded(np.empty((0, 0), np.uint8), corpus, corpus[held_out.own], corpus[held_out.own]), SIZES

    measured, _ = outcome(_planned(same), data, Truth(data, K), SAMPLE)
    assert {1.0} == {value.value for value in measured.values}
