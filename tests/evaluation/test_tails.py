"""Tails of what queries score, over seeds: worked by hand on scores that a metric is the mean of."""

from __future__ import annotations

import numpy as np
import pytest

from harness.evaluation.panel import Panel
from harness.evaluation.tails import of_queries, tails
from harness.statistics import bootstrap
from harness.statistics.clusters import independent
from harness.types import Doubles, Mask

QUERIES = 40
SHARES = np.concatenate([np.full((1, 2), 0.5), bootstrap.seed_weights("mine", 2)])


def _panel(scores: Doubles, mask: Mask | None = None) -> Panel:
    own = np.ones(QUERIES, bool) if mask is None else mask
    sample = independent("mine queries", QUERIES)
    return Panel(
        {"queries": {"knn-recall@10": scores}}, {"queries": {"as-published": own}}, {"queries": sample}
    )


def _scores(*lowest: float) -> Doubles:
    return np.array([*lowest, *(QUERIES - len(lowest)) * [0.9]])


def test_a_tail_is_the_mean_of_the_seeds() -> None:
    """Of 40 queries the second lowest is the 5th percentile: 0.2 and 0.4; lost are 1 of 40, and none."""
    panels = [{"test": _panel(_scores(0.0, 0.2, 0.3))}, {"test": _panel(_scores(0.1, 0.4))}]
    (tail,) = tails(panels, [("test", ["knn-recall@10", "success@10"])], SHARES)
    assert ("as-published", "test", "knn-recall@10") == (tail["protocol"], tail["dataset"], tail["metric"])
    assert (0.3, 0.0125, 0.0, QUERIES) == (tail["percentile"], tail["lost"], tail["lowest"], tail["n"])
    assert 0 <= tail["low"] < 0.3 < tail["high"] <= 0.9
    assert 0 == tail["lost_low"] < tail["lost"] < tail["lost_high"] < 0.1


def test_queries_that_a_protocol_leaves_out_have_no_tail() -> None:
    """The two lowest are left out: nobody is lost, and all others score the same."""
    mask = np.arange(QUERIES) > 1
    panels = 2 * [{"test": _panel(_scores(0.0, 0.2), mask)}]
    (tail,) = tails(panels, [("test", ["knn-recall@10"])], SHARES)
    numbers = {key: tail[key] for key in ("percentile", "low", "high", "lost", "lost_high", "lowest", "n")}
    expected = {"percentile": 0.9, "low": 0.9, "high": 0.9, "lost": 0, "lost_high": 0, "lowest": 0.9, "n": 38}
    assert expected == numbers


def test_fewer_queries_than_a_value_needs_have_no_tail() -> None:
    """As of values: 30."""
    for queries, expected in ((29, 0), (30, 1)):
        panels = 2 * [{"test": _panel(_scores(), np.arange(QUERIES) < queries)}]
        assert expected == len(tails(panels, [("test", ["knn-recall@10"])], SHARES))


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("knn-recall@10", True),
        ("knn-recall-near@10", True),
        ("ndcg@10", True),
        ("vs-teacher@knn-recall@10", True),
        ("success@10", False),
        ("vs-teacher@success@1", False),
        ("ndcg-retention@10", False),
        ("anti-hub-recall@10", False),
        ("spearman@original", False),
        ("squared-error@original", False),
    ],
)
def test_a_mean_over_queries_has_a_tail(metric: str, *, expected: bool) -> None:
    """A quotient of two means has none, nor what is 0 or 1 a query, nor a mean over pairs."""
    assert expected == of_queries(metric)
