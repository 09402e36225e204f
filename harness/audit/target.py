"""What an audit is held against: 'knn-recall@10 >= 0.95', or what follows from the labels at hand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.errors import InputError

LARGEST_K = 100
DEFAULT_K = 10
DEFAULT_VALUE = 0.95
_RECALLS = ("knn-recall", "tolerant-knn-recall")
_OF_PAIRS = ("spearman@original", "spearman@human", "retention@human")
_OF_JUDGEMENTS = ("ndcg@10", "ndcg-retention@10")
_TARGET = re.compile(r"\s*([a-z-]+)@(\d+|[a-z]+)\s*(?:>=|≥)\s*(\d*\.?\d+)\s*(%?)\s*")


@dataclass(frozen=True, slots=True)
class Target:
    """The ``metric`` that decides, the ``value`` that its lower bound has to reach (None: none), and k."""

    metric: str
    value: float | None
    k: int
    text: str
    default: bool

    @property
    def of_queries(self) -> bool:
        """Return whether the metric is a recall of neighbours."""
        return self.metric.startswith(_RECALLS)


def parse_target(text: str) -> Target:
    """Return the target that ``text`` states; raise InputError, with the metrics, for what is none.

    >>> parse_target("knn-recall@10 >= 0.95").value
    0.95
    """
    match = _TARGET.fullmatch(text)
    if match is None:
        message = f"found {text!r}, expected METRIC >= FRACTION, such as 'knn-recall@10 >= 0.95'"
        raise InputError(f"--target: {message}, METRIC one of {_metrics()}")
    name, at, value = match[1], match[2], float(match[3]) / (100 if match[4] else 1)
    metric = f"{name}@{at}"
    recall = name in _RECALLS and at.isdecimal() and 1 <= int(at) <= LARGEST_K
    if not recall and metric not in (*_OF_PAIRS, *_OF_JUDGEMENTS):
        raise InputError(f"--target: found the metric {metric!r}, expected one of {_metrics()}")
    if not 0 < value <= 1:
        raise InputError(f"--target: found {match[3]}{match[4]}, expected a fraction above 0, at most 1")
    return Target(metric, value, int(at) if recall else DEFAULT_K, text.strip(), default=False)


def default_target(*, budget: bool, scored_pairs: bool, judgements: bool) -> Target:
    """Return the target of an audit without one: what the best labels at hand measure.

    With a budget there is no value to reach: the best configuration within the budget is looked for.
    """
    metric = f"knn-recall@{DEFAULT_K}"
    if judgements:
        metric = "ndcg-retention@10"
    elif scored_pairs:
        metric = "retention@human"
    value = None if budget else DEFAULT_VALUE
    text = "" if value is None else f"{metric} >= {value:g}"
    return Target(metric, value, DEFAULT_K, text, default=True)


def check_labels(target: Target, *, pairs: bool, scored_pairs: bool, judgements: bool) -> None:
    """Raise InputError where the target's metric needs labels that were not given."""
    needs = {
        "spearman@original": (pairs, "--pairs"),
        "spearman@human": (scored_pairs, "--pairs with scores"),
        "retention@human": (scored_pairs, "--pairs with scores"),
        **dict.fromkeys(_OF_JUDGEMENTS, (judgements, "--queries and --qrels")),
    }
    there, option = needs.get(target.metric, (True, ""))
    if not there:
        raise InputError(f"--target: found {target.metric} without its labels, expected {option} as well")


def _metrics() -> str:
    recalls = (f"{name}@k (k from 1 to {LARGEST_K})" for name in _RECALLS)
    return ", ".join([*recalls, *_OF_PAIRS, *_OF_JUDGEMENTS])
