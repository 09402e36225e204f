"""Means over seeds, against the values of the results that they average."""

from __future__ import annotations

import math
from typing import Any

from repro.canonical import canonical
from repro.comparisons import GroupMeans, check_comparisons
from repro.values import check_value, last_digit, numbers

FLOAT32 = 2e-6  # how far another order of summation may move an end: both are differences of values near 1


def check_means(suite: str, content: Any, results: dict[str, Any]) -> None:
    """Raise ValueError unless a suite's means are those of all its ``results``, stamped, by cell."""
    batches = content.get("batches") if isinstance(content, dict) else None
    if not isinstance(batches, list) or content.get("suite") != suite:
        raise ValueError("expected the suite of its place, and a list of batches")
    expected: dict[str, dict[str, set[str]]] = {}  # batch, group: cells
    for cell, result in results.items():
        group = cell.removesuffix(f".s{result['content']['inputs']['cell'].get('seed')}")
        expected.setdefault(_batch_of(result), {}).setdefault(group, set()).add(cell)
    names = [_batch_name(batch) for batch in batches]
    if sorted(names) != sorted(expected):
        odd = sorted(names + list(expected), key=lambda name: names.count(name) == (name in expected))
        raise ValueError(f"{odd[0]}: found {names.count(odd[0])} times, expected what the results have, once")
    for batch, name in zip(batches, names, strict=True):
        _check_batch(name, batch, expected[name], results)


def _batch_of(result: Any) -> str:
    """Return the name of a result's batch: the space, training split and size that compared results share."""
    content = result["content"]
    cell = content["inputs"]["cell"]
    return canonical([cell.get("encoder"), cell.get("train"), content["sizes"].get("bytes_per_vector")])


def _batch_name(batch: Any) -> str:
    return canonical([batch["of"][key] for key in ("encoder", "train", "bytes_per_vector")])


def _check_batch(name: str, batch: Any, expected: dict[str, set[str]], results: dict[str, Any]) -> None:
    """Raise ValueError unless a batch has the ``expected`` groups of cells, their means and comparisons."""
    groups = {group["group"]: set(group["results"]) for group in batch["groups"]}
    if groups != expected or len(groups) != len(batch["groups"]):
        odd = sorted({*groups, *expected}, key=lambda group: groups.get(group) == expected.get(group))
        whole = ", ".join(sorted(expected.get(odd[0], ()))) or "none"
        listed = ", ".join(sorted(groups.get(odd[0], ()))) or "none"
        raise ValueError(
            f"{odd[0]}: expected each group once, with the results of all its seeds "
            f"(whole ones there are: {whole}), found {listed}"
        )
    if batch["of"]["results"] != {cell: results[cell]["sha256"] for cell in set().union(*groups.values())}:
        raise ValueError(f"{name}: of.results: expected the certificates of the results that are there")
    means = {group["group"]: _check_group(group, results) for group in batch["groups"]}
    check_comparisons(batch, means, results)


def _check_group(group: Any, results: dict[str, Any]) -> GroupMeans:
    """Return a group's means, and how far rounding may have moved each, by the value's name.

    Raises ValueError for a mean that is not that of its results' values.
    """
    title = group["group"]
    for cell, sha256 in group["results"].items():
        if results[cell]["sha256"] != sha256:
            raise ValueError(f"{title}: {cell}: found sha256 {str(sha256)[:12]}, its result has another")
    of_seeds: dict[str, list[Any]] = {}
    for cell in group["results"]:
        for value in results[cell]["content"]["values"]:
            of_seeds.setdefault(check_value(value), []).append(value)
    means = numbers(title, group["values"], ("value", "low", "high", "n", "units"))
    expected = {name for name, seeds in of_seeds.items() if len(seeds) == len(group["results"])}
    if set(means) != expected:
        raise ValueError(f"{title}: {min(set(means) ^ expected)}: expected the values that all seeds have")
    for name, mean in means.items():
        _check_mean(f"{title}: {name}", mean, of_seeds[name])
    # A seed's value may be larger than the mean, and then its last digit is coarser.
    return {
        name: (mean["value"], max(last_digit(each["value"]) for each in (mean, *of_seeds[name])))
        for name, mean in means.items()
    }


def _check_mean(title: str, mean: Any, seeds: list[Any]) -> None:
    """Raise ValueError unless a mean, its interval and its n are those of its seeds' values."""
    expected = math.fsum(seed["value"] for seed in seeds) / len(seeds)
    if abs(mean["value"] - expected) > last_digit(mean["value"]):
        raise ValueError(f"{title}: found {mean['value']}, its results have the mean {expected:.6g}")
    _check_interval(title, mean, seeds)
    if {mean["n"]} != {seed["n"] for seed in seeds} or mean["units"] < 1:
        raise ValueError(f"{title}: n, units: expected the n of its results, and units")


def _check_interval(title: str, mean: Any, seeds: list[Any]) -> None:
    """Raise ValueError where a mean's interval cannot follow from its seeds' values.

    The interval of one seed is the seed's own. That of several lies within their outermost ends, give or take
    a twentieth of the widest. It is at least as wide as independent errors would leave it: the width of the
    narrowest over the square root of the number of seeds.
    """
    ends = [(seed["low"], seed["high"]) for seed in seeds]
    printed = [end for pair in [*ends, (mean["low"], mean["high"])] for end in pair]
    slack = max(FLOAT32, *(2 * last_digit(end) for end in printed))
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    narrowest = min(high - low for low, high in ends) / math.sqrt(len(ends))
    width = mean["high"] - mean["low"]
    beyond = slack if len(ends) == 1 else slack + max(high - low for low, high in ends) / 20
    if not mean["low"] - slack <= mean["value"] <= mean["high"] + slack:
        raise ValueError(f"{title}: expected low <= value <= high")
    if mean["low"] < low - beyond or mean["high"] > high + beyond or width < narrowest - slack:
        raise ValueError(
            f"{title}: found the interval {mean['low']} … {mean['high']}, "
            f"expected one within {low} … {high}, at least {narrowest:.6g} wide, as its results have"
        )
