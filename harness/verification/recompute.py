"""Values computed again from score files, without the data, by other code than the one that measured.

Where a value's n is the number of a set's items, its correlation or mean is computed again. Where a value
needs the data (human scores, the mask of a protocol, vectors), its score file must have at least n items. A
combined value must be the weighted sum of the values that it combines.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import rankdata

from harness.errors import InputError
from harness.evidence.files import inside
from harness.evidence.layout import Tree
from harness.planning import registry
from harness.types import Doubles

Arrays = Mapping[str, Doubles]
DIGITS = 6  # significant digits that values are printed with
FLOOR = 1e-7  # what float32 scores of size 1 leave of a mean that is near 0


def disagreements(tree: Tree, path: Path, content: Mapping[str, Any]) -> list[str]:
    """Return a line for each value of the result at ``path`` that its score files do not come to."""
    try:
        after, before = (arrays(tree, content, key, str(path)) for key in ("after", "before"))
    except InputError as error:
        return [str(error)]
    return [
        f"{path}: {value['protocol']} {value['dataset']} {value['metric']}: {why}"
        for value in content["values"]
        if (why := _disagreement(value, content, after, before))
    ]


def arrays(tree: Tree, content: Mapping[str, Any], key: str, where: str) -> Arrays:
    """Return the arrays of a score file; raise InputError where it cannot be read or is not finite."""
    try:
        file = inside(tree.root, str(content["files"][key]["path"]), f"{where}: files.{key}")
        with np.load(file, allow_pickle=False) as stored:
            scores = {name: np.asarray(stored[name], np.float64) for name in stored.files}
    except (KeyError, TypeError, OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{where}: files.{key}: {error}, expected a readable .npz of scores") from error
    for name, array in scores.items():
        if not np.isfinite(array).all():
            raise InputError(f"{file}: {name}: found NaN or infinity, expected finite scores")
    return scores


def _disagreement(value: Mapping[str, Any], content: Mapping[str, Any], after: Arrays, before: Arrays) -> str:
    combine = content["inputs"].get("combine") or {}
    if value["dataset"] in combine:
        return _combined(value, content["values"], combine[value["dataset"]])
    metric, _, reference = value["metric"].partition("@")
    module = registry.load("metrics", metric, "metrics")
    series = series_of(value["dataset"], module.ITEMS, after, before)
    needed = {key for request in module.needs(reference) for key in request}
    lengths = [len(series[key]) for key in needed if key in series]
    if not lengths and not (module.ITEMS == "pairs" and needed == {"squared-error"}):
        return f"found no scores of {', '.join(sorted(needed))}, expected them in its score files"
    if any(items < value["n"] for items in lengths):
        return f"n: found {value['n']}, expected at most {min(lengths)}, as its score file has"
    if needed - set(series) or any(items != value["n"] for items in lengths):
        return ""  # human scores and the masks of protocols are the data's
    computed = float(module.compute(lambda request: _point(*(series[key] for key in request)), reference)[0])
    return _unlike(value["value"], computed, "its score files come to")


def series_of(dataset: str, items: str, after: Arrays, before: Arrays) -> dict[str, Doubles]:
    """Return what the score files have of a set's items: by the names that metrics ask for."""
    if items != "pairs":
        start = f"{dataset}@{items}@"
        return {key.removeprefix(start): array for key, array in after.items() if key.startswith(start)}
    named = {"compressed": after.get(dataset), "original": before.get(dataset)}
    named |= {name: after.get(f"{dataset}@{name}") for name in ("stage", "squared-error")}
    return {key: array for key, array in named.items() if array is not None}


def _point(first: Doubles, second: Doubles | None = None) -> Doubles:
    """Return the mean of one series, or Spearman's correlation of two, as an array of one."""
    if second is None:
        return np.array([first.mean()])
    ranks = rankdata(first), rankdata(second)
    with np.errstate(invalid="ignore"):  # of equal scores: not a number, and so unlike any value
        return np.array([np.corrcoef(*ranks)[0, 1]])


def _combined(value: Mapping[str, Any], values: Any, weights: Mapping[str, float]) -> str:
    key = (value["protocol"], value["metric"])
    parts = {part["dataset"]: part["value"] for part in values if (part["protocol"], part["metric"]) == key}
    absent = [name for name in weights if name not in parts]
    if absent:
        return f"found no value of {absent[0]}, expected one of every set that it combines"
    summed = math.fsum(weight * parts[name] for name, weight in weights.items())
    slack = math.fsum(abs(weight) * _unit(parts[name]) for name, weight in weights.items())
    return _unlike(value["value"], summed, "the sets that it combines come to", slack)


def _unlike(printed: float, computed: float, source: str, slack: float = 0.0) -> str:
    bound = max(_unit(computed), FLOOR, slack)
    return "" if abs(printed - computed) <= bound else f"found {printed:.6g}, {source} {computed:.6g}"


def _unit(value: float) -> float:
    """Return one unit of the last digit that ``value`` is printed with."""
    return (
        10.0 ** (math.floor(math.log10(abs(value))) + 1 - DIGITS) if value and math.isfinite(value) else 0.0
    )


def every_disagreement(tree: Tree, contents: Mapping[Path, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of ``disagreements`` for every result, ``contents`` by path."""
    for path, content in contents.items():
        yield from disagreements(tree, path, content)
