"""Targets and quantities as people write them; each wrong one is one line."""

from __future__ import annotations

import pytest

from harness.audit.target import check_labels, default_target, parse_target
from harness.errors import InputError


@pytest.mark.parametrize(
    ("text", "metric", "value", "k"),
    [
        ("knn-recall@10 >= 0.95", "knn-recall@10", 0.95, 10),
        (" tolerant-knn-recall@5>=.9 ", "tolerant-knn-recall@5", 0.9, 5),
        ("ndcg-retention@10 ≥ 98%", "ndcg-retention@10", 0.98, 10),
        ("retention@human >= 1", "retention@human", 1.0, 10),
    ],
)
def test_a_target_is_read(text: str, metric: str, value: float, k: int) -> None:
    """The metric's cut-off is k; a metric of pairs leaves k at 10."""
    target = parse_target(text)
    assert (metric, value, k) == (target.metric, pytest.approx(target.value), target.k)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("knn-recall@10 > 0.95", "expected METRIC >= FRACTION, such as 'knn-recall@10 >= 0.95'"),
        ("recall@10 >= 0.95", "found the metric 'recall@10', expected one of knn-recall@k"),
        ("knn-recall@0 >= 0.95", "found the metric 'knn-recall@0'"),
        ("knn-recall@1000 >= 0.95", "k from 1 to 100"),
        ("knn-recall@10 >= 95", "found 95, expected a fraction above 0, at most 1"),
        ("knn-recall@10 >= 0", "expected a fraction above 0"),
        ("", "found ''"),
    ],
)
def test_a_wrong_target_says_what_is_right(text: str, part: str) -> None:
    """The line names the option, what was found, and the metrics."""
    with pytest.raises(InputError) as refused:
        parse_target(text)
    assert str(refused.value).startswith("--target: ")
    assert part in str(refused.value)


def test_a_target_that_needs_labels_names_the_option_that_brings_them() -> None:
    """A recall needs none."""
    check_labels(parse_target("knn-recall@10 >= 0.9"), pairs=False, scored_pairs=False, judgements=False)
    with pytest.raises(InputError, match="expected --pairs with scores as well"):
        check_labels(parse_target("retention@human >= 0.9"), pairs=True, scored_pairs=False, judgements=False)
    with pytest.raises(InputError, match="expected --queries and --qrels as well"):
        check_labels(parse_target("ndcg@10 >= 0.3"), pairs=True, scored_pairs=True, judgements=False)


@pytest.mark.parametrize(
    ("budget", "scored", "judged", "text"),
    [
        (False, False, False, "knn-recall@10 >= 0.95"),
        (False, True, False, "retention@human >= 0.95"),
        (False, True, True, "ndcg-retention@10 >= 0.95"),
        (True, False, False, ""),
    ],
)
def test_without_a_target_the_labels_choose_one(budget: bool, scored: bool, judged: bool, text: str) -> None:
    """A budget alone asks for the best within it, and has no value to reach."""
    target = default_target(budget=budget, scored_pairs=scored, judgements=judged)
    assert (text, True) == (target.text, target.default)
