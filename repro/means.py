"""Means over seeds and comparisons: the arithmetic of the results that they are of."""

from __future__ import annotations

import math
import sys
from typing import Any

from repro.canonical import canonical
from repro.results import PLACE, check_value

DIGITS = 6  # significant digits that values are printed with
FLOAT32 = 2e-6  # how far sums in another order may move an end: both are differences of values near 1
P_SLACK = 0.001  # how far a p may be from 0.05 though its interval just touches 0


def check_means(suite: str, content: Any, results: dict[str, Any]) -> None:
    """Raise ValueError unless a suite's means are those of all its ``results``, stamped, by cell."""
    batches = content.get("batches") if isinstance(content, dict) else None
    if not isinstance(batches, list) or content.get("suite") != suite:
        raise ValueError("expected the suite of its place, and a list of batches")
    expected: dict[str, dict[str, set[str]]] = {}  # place, group: cells
    for cell, result in results.items():
        group = cell.removesuffix(f".s{result['content']['inputs']['cell'].get('seed')}")
        expected.setdefault(canonical(_batch(result)), {}).setdefault(group, set()).add(cell)
    places = [canonical(_batch_of(batch)) for batch in batches]
    if sorted(places) != sorted(expected):
        odd = sorted(places + list(expected), key=lambda place: places.count(place) == (place in expected))
        raise ValueError(
            f"{odd[0]}: found {places.count(odd[0])} times, expected what the results have, once"
        )
    for batch, place in zip(batches, places, strict=True):
        groups = {group["group"]: set(group["results"]) for group in batch["groups"]}
        if groups != expected[place] or len(groups) != len(batch["groups"]):
            odd = sorted({*groups, *expected[place]}, key=lambda x: groups.get(x) == expected[place].get(x))
            whole = ", ".join(sorted(expected[place].get(odd[0], ()))) or "none"
            listed = ", ".join(sorted(groups.get(odd[0], ()))) or "none"
            raise ValueError(
                f"{odd[0]}: expected each group once, with the results of all its seeds "
                f"(whole ones there are: {whole}), found {listed}"
            )
        if batch["of"]["results"] != {
            cell: results[cell]["sha256"] for cell in set().union(*groups.values())
        }:
            raise ValueError(f"{place}: of.results: expected the certificates of the results that are there")
        means = {group["group"]: _check_group(group, results) for group in batch["groups"]}
        _check_comparisons(batch, means, results)


def _batch(result: Any) -> list[Any]:
    """Return what the results that are compared have in common: space, training split and size."""
    content = result["content"]
    cell = content["inputs"]["cell"]
    return [cell.get("encoder"), cell.get("train"), content["sizes"].get("bytes_per_vector")]


def _batch_of(batch: Any) -> list[Any]:
    return [batch["of"][key] for key in ("encoder", "train", "bytes_per_vector")]


def _check_group(group: Any, results: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Return a group's means, and how far rounding may have moved each, by place.

    Raises ValueError for one that is not the mean of its results' values.
    """
    name = group["group"]
    for cell, sha256 in group["results"].items():
        if results[cell]["sha256"] != sha256:
            raise ValueError(f"{name}: {cell}: found sha256 {str(sha256)[:12]}, its result has another")
    stated: dict[str, list[Any]] = {}
    for cell in group["results"]:
        for value in results[cell]["content"]["values"]:
            stated.setdefault(check_value(value), []).append(value)
    stated_values = numbers(name, group["values"], ("value", "low", "high", "n", "units"))
    expected = {place for place, values in stated.items() if len(values) == len(group["results"])}
    if set(stated_values) != expected:
        raise ValueError(
            f"{name}: {min(set(stated_values) ^ expected)}: expected the values that all seeds have"
        )
    for place, value in stated_values.items():
        mean, unit = math.fsum(each["value"] for each in stated[place]) / len(stated[place]), _unit(value)
        if abs(value["value"] - mean) > unit:
            raise ValueError(f"{name}: {place}: found {value['value']}, its results have the mean {mean:.6g}")
        _check_interval(f"{name}: {place}", value, stated[place])
        if {value["n"]} != {each["n"] for each in stated[place]} or value["units"] < 1:
            raise ValueError(f"{name}: {place}: n, units: expected the n of its results, and units")
    # Values of seeds may be larger than their mean, and rounded more coarsely.
    return {
        place: (value["value"], max(_unit(each) for each in (value, *stated[place])))
        for place, value in stated_values.items()
    }


def _check_interval(where: str, mean: Any, seeds: list[Any]) -> None:
    """Raise ValueError where a mean's interval cannot be that of its seeds' values.

    That of one seed is its own. That of several lies within their outermost ends, give or take a twentieth of
    the widest, and is no narrower than errors that have nothing in common would leave it: than the narrowest
    over the root of their number.
    """
    ends = [(seed["low"], seed["high"]) for seed in seeds]
    slack = max(
        FLOAT32, *(2 * _unit({"value": end}) for pair in [*ends, (mean["low"], mean["high"])] for end in pair)
    )
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    narrowest = min(high - low for low, high in ends) / math.sqrt(len(ends))
    width = mean["high"] - mean["low"]
    beyond = slack if len(ends) == 1 else slack + max(high - low for low, high in ends) / 20
    if not mean["low"] - slack <= mean["value"] <= mean["high"] + slack:
        raise ValueError(f"{where}: expected low <= value <= high")
    if mean["low"] < low - beyond or mean["high"] > high + beyond or width < narrowest - slack:
        raise ValueError(
            f"{where}: found the interval {mean['low']} … {mean['high']}, "
            f"expected one within {low} … {high}, at least {narrowest:.6g} wide, as its results have"
        )


def _check_comparisons(
    batch: Any, means: dict[str, dict[str, tuple[float, float]]], results: dict[str, Any]
) -> None:
    """Raise ValueError for a comparison that is not, once, the difference of a group and a baseline."""
    chains = {
        group["group"]: results[min(group["results"])]["content"]["inputs"]["cell"].get("chain")
        for group in batch["groups"]
    }
    seen: set[frozenset[str]] = set()
    for compared in batch["comparisons"]:
        group, other = compared["group"], compared["against"]
        name = f"{group} against {other}"
        if group not in means or other not in means or group == other or {group, other} in seen:
            raise ValueError(f"{name}: expected two groups of one batch, each pair once")
        if chains[other] not in batch["of"]["baselines"]:
            raise ValueError(f"{name}: expected a baseline, one of {batch['of']['baselines']}")
        seen.add(frozenset((group, other)))
        for place, value in numbers(name, compared["values"], ("value", "low", "high", "p")).items():
            if place not in means[group] or place not in means[other]:
                raise ValueError(f"{name}: {place}: expected a value that both groups have")
            (one, unit), (two, other_unit) = means[group][place], means[other][place]
            slack = unit + other_unit + _unit(value)
            if abs(value["value"] - (one - two)) > slack:
                raise ValueError(
                    f"{name}: {place}: found {value['value']}, the means differ by {one - two:.6g}"
                )
            if not (value["low"] - slack <= value["value"] <= value["high"] + slack and 0 <= value["p"] <= 1):
                raise ValueError(f"{name}: {place}: expected low <= value <= high, and p from 0 to 1")
            ends, p = (value["low"], value["high"]), value["p"]
            # An interval that ends at its value may have been extended to it: it says nothing of 0 then.
            around = ends[0] < 0 < ends[1] and value["value"] not in ends
            if ((min(ends) > 0 or max(ends) < 0) and p > 0.05 + P_SLACK) or (around and p < 0.05 - P_SLACK):
                raise ValueError(
                    f"{name}: {place}: found p {p} beside {ends[0]} … {ends[1]}, "
                    "expected at most 0.05 where an interval is all on one side of 0, else more"
                )


def numbers(name: str, values: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return values by protocol, data set and metric; raise ValueError for one found twice or no numbers."""
    stated_values: dict[str, Any] = {}
    for value in values:
        place = " ".join(str(value.get(key)) for key in PLACE)
        if place in stated_values or not all(finite(value.get(key)) for key in keys):
            raise ValueError(f"{name}: {place}: expected once, with the numbers {', '.join(keys)}")
        stated_values[place] = value
    return stated_values


def finite(value: Any) -> bool:
    """Return whether a JSON value is a number that float64 holds."""
    return type(value) in {int, float} and -sys.float_info.max <= value <= sys.float_info.max


def _unit(value: dict[str, Any]) -> float:
    """Return one unit of the last digit that a value is printed with."""
    size = abs(value["value"])
    return 10.0 ** (math.floor(math.log10(size)) + 1 - DIGITS) if size else 10.0**-DIGITS
