"""What every metric has to declare and compute, with values worked by hand."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pytest

from harness.errors import InputError
from harness.evaluation.neighbor_scores import ground_truth, scores
from harness.planning import registry
from harness.statistics.requests import Estimates, Request

METRICS = registry.names("metrics")
DEPTHS = (1, 10, 50, 100)
# What a cell may have of each kind of items (evaluation.series, .neighbor_scores).
SERIES = {
    "pairs": {"human", "original", "compressed", "stage", "squared-error"},
    "random-pairs": {"original", "compressed"},
    "queries": {"reciprocal-rank", "knn-ndcg@10", "knn-ndcg@50", "rescored@2", "rescored@4", "rescored@10"}
    | {f"{name}@{depth}" for name in ("success", "knn-recall") for depth in DEPTHS},
    "judged": {f"{before}{name}" for before in ("", "original ") for name in ("ndcg@10", "recall@100")},
    "neighbor-lists": {"near-recall@1", "near-recall@10", "anti-hubs@10", "anti-hubs-found@10"},
}
SERIES["index"] = {f"{scope} {key}" for scope in ("vs-teacher", "vs-student") for key in SERIES["queries"]}


@dataclass(frozen=True)
class Case:
    """Estimates that are given (a point and two resamples each) and what has to come of them."""

    reference: str
    given: dict[Request, list[float]]
    expected: list[float]


CASES = {
    "ndcg": Case("10", {("ndcg@10",): [0.3, 0.2, 0.4]}, [0.3, 0.2, 0.4]),
    "recall": Case("100", {("recall@100",): [0.8, 0.7, 0.9]}, [0.8, 0.7, 0.9]),
    "ndcg-retention": Case(
        "10",
        # 0.24 / 0.32 = 0.75; resample by resample 0.2 / 0.4 = 0.5 and 0.33 / 0.3 = 1.1
        {("ndcg@10",): [0.24, 0.2, 0.33], ("original ndcg@10",): [0.32, 0.4, 0.3]},
        [0.75, 0.5, 1.1],
    ),
    "vs-student": Case("knn-recall@10", {("vs-student knn-recall@10",): [0.9, 0.8, 1.0]}, [0.9, 0.8, 1.0]),
    "vs-teacher": Case("rescored@4", {("vs-teacher rescored@4",): [0.7, 0.6, 0.8]}, [0.7, 0.6, 0.8]),
    "added-loss": Case(
        "human",
        # 0.80 after the steps before the last, 0.75 after all: 0.05; a resample may turn it round
        {("stage", "human"): [0.80, 0.82, 0.70], ("compressed", "human"): [0.75, 0.74, 0.71]},
        [0.05, 0.08, -0.01],
    ),
    "loss": Case(
        "human",
        # 0.90 before, 0.85 after: 0.05
        {("original", "human"): [0.90, 0.88, 0.80], ("compressed", "human"): [0.85, 0.80, 0.82]},
        [0.05, 0.08, -0.02],
    ),
    "anti-hub-recall": Case(
        "10",
        # 1.5 of 2 a query: 0.75; resample by resample 1 / 2.5 = 0.4 and 2 / 2 = 1
        {("anti-hubs-found@10",): [1.5, 1.0, 2.0], ("anti-hubs@10",): [2.0, 2.5, 2.0]},
        [0.75, 0.4, 1.0],
    ),
    "knn-recall-near": Case("10", {("near-recall@10",): [0.9, 0.8, 1.0]}, [0.9, 0.8, 1.0]),
    "mrr": Case("100", {("reciprocal-rank",): [0.5, 0.4, 0.6]}, [0.5, 0.4, 0.6]),
    "knn-ndcg": Case("10", {("knn-ndcg@10",): [0.9, 0.8, 1.0]}, [0.9, 0.8, 1.0]),
    "knn-recall": Case("50", {("knn-recall@50",): [0.7, 0.6, 0.8]}, [0.7, 0.6, 0.8]),
    "success": Case("10", {("success@10",): [0.95, 0.9, 1.0]}, [0.95, 0.9, 1.0]),
    "rescored": Case("4", {("rescored@4",): [0.98, 0.97, 0.99]}, [0.98, 0.97, 0.99]),
    "retention": Case(
        "human",
        # 0.72 / 0.90 = 0.8; resample by resample 0.6 / 0.8 = 0.75 and 0.99 / 0.9 = 1.1
        {("original", "human"): [0.90, 0.80, 0.90], ("compressed", "human"): [0.72, 0.60, 0.99]},
        [0.8, 0.75, 1.1],
    ),
    "spearman": Case("original", {("compressed", "original"): [0.97, 0.98, 0.96]}, [0.97, 0.98, 0.96]),
    "spearman-random": Case("original", {("compressed", "original"): [0.8, 0.7, 0.9]}, [0.8, 0.7, 0.9]),
    "squared-error": Case("original", {("squared-error",): [2e-3, 1e-3, 3e-3]}, [2e-3, 1e-3, 3e-3]),
}
every = pytest.mark.parametrize("name", METRICS)


def _module(name: str) -> ModuleType:
    return registry.load("metrics", name, "here")


@every
def test_a_metric_says_what_it_is(name: str) -> None:
    """Unit, direction, references and rerun tolerance are declared, and mean something."""
    module = _module(name)
    assert type(module.UNIT) is str
    assert module.UNIT
    assert type(module.HIGHER_IS_BETTER) is bool
    assert 0 < module.RERUN_TOLERANCE < 0.1
    allowed = {
        "queries": {"1", "2", "4", "10", "50", "100"},
        "judged": {"10", "100"},
        "neighbor-lists": {"1", "10"},
        "index": SERIES["queries"],
    }
    assert allowed.get(module.ITEMS, {"human", "original"}) >= set(module.REFERENCES)
    assert module.REFERENCES
    assert module.__doc__


@every
def test_a_metric_asks_for_estimates_that_a_cell_can_make(name: str) -> None:
    """Every request is a mean of one known series, or a correlation of two."""
    for reference in _module(name).REFERENCES:
        requests = _module(name).needs(reference)
        assert requests
        for request in requests:
            assert len(request) in {1, 2}
            assert set(request) <= SERIES[_module(name).ITEMS]


@every
def test_a_metric_of_human_agreement_needs_human_scores(name: str) -> None:
    """Where the reference is people, the human series is among the requests; where it is not, it is not."""
    for reference in _module(name).REFERENCES:
        used = {key for request in _module(name).needs(reference) for key in request}
        assert ("human" in used) == (reference == "human")


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_metric_computes_what_was_worked_by_hand(name: str) -> None:
    """Point and resamples are combined element by element, from the requested estimates alone."""
    case, module = CASES[name], _module(name)
    given = {request: np.array(values) for request, values in case.given.items()}
    requested: list[Request] = []

    def estimate(request: Request) -> Estimates:
        requested.append(request)
        return given[request]

    actual = module.compute(estimate, case.reference)
    np.testing.assert_allclose(actual, case.expected, rtol=1e-12)
    assert set(requested) == set(module.needs(case.reference))
    for request, values in case.given.items():
        assert values == given[request].tolist()


def test_every_score_of_a_query_is_some_metrics() -> None:
    """The requests of all metrics of queries together are all that a search is scored by, and no more."""
    of_queries = [_module(name) for name in METRICS if _module(name).ITEMS == "queries"]
    requested = {
        key
        for module in of_queries
        for ref in module.REFERENCES
        for request in module.needs(ref)
        for key in request
    }
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((150, 4)).astype(np.float32)
    truth = ground_truth(rows, np.arange(5))
    assert requested == set(scores(truth, rows[:5], rows)) == SERIES["queries"]


@every
def test_a_metric_of_other_items_needs_nothing_that_they_lack(name: str) -> None:
    """Nobody rated what was drawn at random: human agreement is asked of a set's own pairs alone."""
    module = _module(name)
    assert module.ITEMS in SERIES
    assert module.ITEMS == "pairs" or "human" not in module.REFERENCES


def test_added_loss_is_loss_against_the_stage() -> None:
    """What all steps cost is what the first ones cost and what the last one adds, at every resample."""
    given = {
        ("original", "human"): np.array([0.9, 0.8]),
        ("stage", "human"): np.array([0.85, 0.7]),
        ("compressed", "human"): np.array([0.75, 0.72]),
    }
    loss = _module("loss").compute(given.__getitem__, "human")
    added = _module("added-loss").compute(given.__getitem__, "human")
    first_steps = given["original", "human"] - given["stage", "human"]
    np.testing.assert_allclose(first_steps + added, loss)


def test_an_unknown_metric_is_named_with_the_choices() -> None:
    """The error lists the metrics there are."""
    with pytest.raises(
        InputError,
        match="found 'kendall', expected one of added-loss, anti-hub-recall, knn-ndcg, knn-recall, knn-rec",
    ):
        registry.load("metrics", "kendall", "metrics")
