"""The arrays of a cell's score file: written from its series, and read back as series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness.evaluation.metric import needed, plugin
from harness.types import Doubles, Floats, PairSet

_OF_PAIRS = ("stage", "squared-error")  # have names of their own; the cosine after has the set's name


def to_arrays(
    name: str, series: Mapping[str, Mapping[str, Doubles]], metrics: Sequence[str]
) -> dict[str, Floats]:
    """Return all that the ``metrics`` of the set ``name`` are computed from, float32.

    No cell's file has the cosines of the set's own pairs before compression, which are in the encoder's file,
    nor their human scores, which are in the data.
    """
    arrays: dict[str, Floats] = {}
    for items, own in series.items():
        chosen = [metric for metric in metrics if items == plugin(metric).ITEMS]
        arrays |= _of_items(name, items, own, chosen) if chosen else {}
    return arrays


def _of_items(
    name: str, items: str, series: Mapping[str, Doubles], metrics: Sequence[str]
) -> dict[str, Floats]:
    requests = [request for metric in metrics for request in needed(metric)]
    if items == "pairs":
        arrays = {name: series["compressed"], name + "@stage": series.get("stage")}
        if ("squared-error",) in requests:
            arrays[name + "@squared-error"] = series.get("squared-error")
    else:
        used = dict.fromkeys(key for request in requests for key in request)
        arrays = {name + "@" + items + "@" + key: series.get(key) for key in used}
    return {key: values.astype(np.float32) for key, values in arrays.items() if values is not None}


def from_arrays(
    data: PairSet, before: Mapping[str, Floats], after: Mapping[str, Floats]
) -> dict[str, dict[str, Doubles]]:
    """Return a set's series, by kind of items, from its encoder's arrays (``before``) and a cell's."""
    series: dict[str, dict[str, Doubles]] = {"pairs": {"original": before[data.name].astype(np.float64)}}
    if data.gold is not None:
        series["pairs"]["human"] = data.gold
    for key, array in after.items():
        dataset, _, rest = key.partition("@")
        if dataset != data.name:
            continue
        if rest in {"", *_OF_PAIRS}:
            items, rest = "pairs", rest or "compressed"
        else:
            items, _, rest = rest.partition("@")
        series.setdefault(items, {})[rest] = array.astype(np.float64)
    return series
