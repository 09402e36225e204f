"""Near ties and anti-hubs: worked by hand on a circle and on a star, and again by brute force."""

from __future__ import annotations

import numpy as np
import pytest

from harness.codecs.pipeline import Fitter
from harness.data.blocks import BLOCK_ROWS
from harness.errors import InputError
from harness.evaluation import neighbor_lists
from harness.evaluation.encoded_vectors import EncodedVectors, encode
from harness.evaluation.neighbor_lists import FEW, anti_hubs, list_series, near_recall
from harness.evaluation.neighbor_scores import GroundTruth, against
from harness.evaluation.sampled_rows import SampledRows, sampled_rows
from harness.planning.steps import Step
from harness.types import Floats, Ints, PairSet, Training


def _circle(*degrees: float) -> Floats:
    """Return points on the unit circle: the distance of two is twice the sine of half their angle."""
    radians = np.deg2rad(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def _truth(vectors: Floats, nearest: list[int]) -> GroundTruth:
    return GroundTruth(vectors, np.arange(len(vectors)), np.array([0]), np.array([nearest]))


def test_a_row_that_is_nearly_as_near_counts() -> None:
    """At 10 degrees: 10.05 is 0.5 % farther and counts; 10.2 is 2 % farther and does not."""
    truth = _truth(_circle(0, 10, 10.05, 10.2), [1, 2, 3])
    recalls = {row: near_recall(truth, np.array([[row]])).tolist() for row in (1, 2, 3)}
    assert {1: [1.0], 2: [1.0], 3: [0.0]} == recalls


def test_the_margin_is_of_the_kth_distance() -> None:
    """Of two neighbours at 5 and 10 degrees, rows at 10.05 and at 12: one of the two returned counts."""
    truth = _truth(_circle(0, 5, 10, 10.05, 12), [1, 2, 3, 4])
    assert [0.5] == near_recall(truth, np.array([[3, 4]])).tolist()
    assert [1.0] == near_recall(truth, np.array([[2, 3]])).tolist()  # neither is the nearest


def test_the_rows_round_a_hub_are_anti_hubs() -> None:
    """Seven rows have cosine 0.8 with the first and 0.64 with one another: all have it as their nearest."""
    star = np.zeros((8, 8))
    star[:, 0] = [1.0] + 7 * [0.8]
    star[1:, 1:] = 0.6 * np.eye(7)
    assert [False] + 7 * [True] == anti_hubs(star.astype(np.float32), 1).tolist()


def _drawn(n: int = 90, trained: int = 10) -> tuple[Floats, SampledRows]:
    x = np.random.default_rng(3).standard_normal((n, 8)).astype(np.float32)

    def data(name: str, rows: Floats) -> PairSet:
        return PairSet(name, None, rows, np.empty((0, 2), np.int64), None, {})

    return x, sampled_rows(data("mine", x), data("split", x[:trained]), x)


def _encoded(x: Floats, use: str, **params: int) -> EncodedVectors:
    """Return rows after one step that was fitted on them."""
    fitter = Fitter(Training(x, np.empty((0, 2), np.int64), None), {"seed": 0})
    return encode(fitter.fit((Step(use, params),)), x, asymmetric=False)


def _ranked(queries: Floats, rows: Floats) -> Ints:
    """Return each row's others by cosine, by brute force in float64; query i is row i."""
    a, b = (x.astype(np.float64) / np.linalg.norm(x, axis=1, keepdims=True) for x in (queries, rows))
    cosines = a @ b.T
    np.fill_diagonal(cosines, -np.inf)
    ranking: Ints = np.argsort(-cosines, axis=1, kind="stable").astype(np.int64)[:, :-1]
    return ranking


def test_every_score_is_that_of_brute_force() -> None:
    """Truncated to five of eight dimensions, among the 80 rows that were not trained on."""
    x, sampled = _drawn()
    scored = list_series(sampled, _encoded(x, "truncation", dims=5))
    rows, queries = x[10:], sampled.truth.queries
    exact, returned = _ranked(rows, rows)[:, :10], _ranked(rows[:, :5], rows[:, :5])[:, :10]
    occurrences = np.bincount(exact.ravel(), minlength=80)
    unit = rows.astype(np.float64) / np.linalg.norm(rows, axis=1, keepdims=True)
    rare, found, near = [], [], []
    for query in queries.tolist():
        wanted = {row for row in exact[query].tolist() if occurrences[row] <= FEW}
        rare.append(len(wanted))
        found.append(len(wanted & set(returned[query].tolist())))
        away = np.linalg.norm(unit - unit[query], axis=1)
        near.append((away[returned[query]] <= 1.01 * away[exact[query, 9]]).mean())
    assert rare == scored["anti-hubs@10"].tolist()
    assert found == scored["anti-hubs-found@10"].tolist()
    np.testing.assert_allclose(scored["near-recall@10"], near, rtol=1e-12)
    assert 0 < sum(found) < sum(rare) < 10 * len(queries)


def test_a_near_tie_never_costs() -> None:
    """Whatever is returned, the share within the margin is at least that of the exact neighbours."""
    x, sampled = _drawn()
    for dims in (1, 3, 5, 8):
        scored = list_series(sampled, _encoded(x, "truncation", dims=dims))
        ranking = _ranked(x[10:, :dims], x[10:, :dims])[sampled.truth.queries]
        strict = against(sampled.truth.nearest, ranking)
        for k in neighbor_lists.CUTOFFS:
            assert (scored[f"near-recall@{k}"] >= strict[f"knn-recall@{k}"] - 1e-12).all()


def test_what_keeps_everything_finds_everything() -> None:
    """Uncompressed vectors find every neighbour, those that few rows have as well."""
    x, sampled = _drawn()
    scored = list_series(sampled, _encoded(x, "identity"))
    assert {1.0} == {*scored["near-recall@1"], *scored["near-recall@10"]}
    assert scored["anti-hubs@10"].tolist() == scored["anti-hubs-found@10"].tolist()


class _Never(EncodedVectors):
    """What fails the test where it is read."""

    def __init__(self) -> None:
        pass


def test_of_too_many_rows_no_anti_hubs_are_looked_for() -> None:
    """Every row's neighbours are needed: the error names how many rows are too many."""
    _, sampled = _drawn()
    many = SampledRows(np.arange(BLOCK_ROWS + 1), sampled.pairs, sampled.before, sampled.truth)
    with pytest.raises(InputError, match=r"found 65,537 rows, expected at most 65,536 to find anti-hubs"):
        list_series(many, _Never())
