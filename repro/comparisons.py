"""Comparisons: the difference of a group and a baseline of its batch, and the p that fits its interval."""

from __future__ import annotations

from typing import Any, TypeAlias

from repro.values import last_digit, numbers

LEVEL = 0.05
P_SLACK = 0.001  # how far p may miss LEVEL where an interval just touches 0

# By the value's name: the mean, and how far rounding may have moved it.
GroupMeans: TypeAlias = dict[str, tuple[float, float]]


def check_comparisons(batch: Any, means: dict[str, GroupMeans], results: dict[str, Any]) -> None:
    """Raise ValueError unless each comparison of a batch is between a group and a baseline, once.

    ``means`` are those of the batch's groups; a comparison's values are their differences.
    """
    pipelines = {
        group["group"]: results[min(group["results"])]["content"]["inputs"]["cell"].get("pipeline")
        for group in batch["groups"]
    }
    seen: set[frozenset[str]] = set()
    for compared in batch["comparisons"]:
        group, other = compared["group"], compared["against"]
        title = f"{group} against {other}"
        if group not in means or other not in means or group == other or {group, other} in seen:
            raise ValueError(f"{title}: expected two groups of one batch, each pair once")
        if pipelines[other] not in batch["of"]["baselines"]:
            raise ValueError(f"{title}: expected a baseline, one of {batch['of']['baselines']}")
        seen.add(frozenset((group, other)))
        for name, value in numbers(title, compared["values"], ("value", "low", "high", "p")).items():
            if name not in means[group] or name not in means[other]:
                raise ValueError(f"{title}: {name}: expected a value that both groups have")
            _check_difference(f"{title}: {name}", value, means[group][name], means[other][name])


def _check_difference(title: str, value: Any, one: tuple[float, float], other: tuple[float, float]) -> None:
    """Raise ValueError unless a value is the difference of two means, with an interval and p that agree."""
    difference = one[0] - other[0]
    slack = one[1] + other[1] + last_digit(value["value"])
    if abs(value["value"] - difference) > slack:
        raise ValueError(f"{title}: found {value['value']}, the means differ by {difference:.6g}")
    low, high, p = value["low"], value["high"], value["p"]
    if not (low - slack <= value["value"] <= high + slack and 0 <= p <= 1):
        raise ValueError(f"{title}: expected low <= value <= high, and p from 0 to 1")
    one_sided = min(low, high) > 0 or max(low, high) < 0
    # An interval that ends at its value may have been extended to it: it says nothing of 0 then.
    around = low < 0 < high and value["value"] not in {low, high}
    if (one_sided and p > LEVEL + P_SLACK) or (around and p < LEVEL - P_SLACK):
        raise ValueError(
            f"{title}: found p {p} beside {low} … {high}, "
            "expected at most 0.05 where an interval is all on one side of 0, else more"
        )
