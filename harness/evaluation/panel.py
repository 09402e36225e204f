"""The measurements of one test set: its series, which items count by protocol, and their resampling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.data.contamination import Contamination
from harness.evaluation import metric as metrics
from harness.evaluation import retrieval
from harness.planning import registry
from harness.statistics import clusters
from harness.statistics.clusters import Sample
from harness.types import Doubles, Ints, Mask, PairSet

Masks = dict[str, Mask]  # protocol -> which items count


@dataclass(frozen=True, slots=True)
class Panel:
    """The measurements of one set, by kind of items.

    ``series``: values an item; ``masks``: the items that count under each protocol; ``samples``: how they are
    resampled.
    """

    series: Mapping[str, Mapping[str, Doubles]]
    masks: Mapping[str, Mapping[str, Mask]]
    samples: Mapping[str, Sample]

    def count(self, protocol: str, metric: str) -> int:
        """Return how many items are behind a metric under a protocol."""
        return int(self.masks[metrics.plugin(metric).ITEMS][protocol].sum())

    def units(self, protocol: str, metric: str) -> tuple[str, Ints]:
        """Return the name of the resamples behind a metric, and the units that are resampled."""
        items = metrics.plugin(metric).ITEMS
        sample = self.samples[items]
        return sample.group, np.unique(sample.members[self.masks[items][protocol]])


def panel_of(
    data: PairSet,
    contamination: Contamination,
    series: Mapping[str, Mapping[str, Doubles]],
    samples: Mapping[str, Sample],
    protocols: Sequence[str],
) -> Panel:
    """Return the panel of a set. ``samples`` has those of pairs; each query is a unit of its own."""
    masks = _masks(data, contamination, series, protocols)
    queries = {
        items: clusters.independent(f"{data.draw_name} {items}", len(next(iter(masks[items].values()))))
        for items in series
        if items not in samples
    }
    return Panel(series, masks, {**samples, **queries})


def all_true_masks(series: Mapping[str, Doubles], protocols: Sequence[str]) -> Masks:
    """Return masks that keep every item, because none of these items was trained on."""
    items = len(next(iter(series.values())))
    return {protocol: np.ones(items, bool) for protocol in protocols}


def _masks(
    data: PairSet,
    contamination: Contamination,
    series: Mapping[str, Mapping[str, Doubles]],
    protocols: Sequence[str],
) -> dict[str, Masks]:
    """Return which items count under each protocol, for each kind of items."""
    pairs = {name: registry.load("protocols", name, "protocols").keep(contamination) for name in protocols}
    masks = {items: all_true_masks(own, protocols) for items, own in series.items()}
    if "judged" in masks:
        masks["judged"] = retrieval.masks(data, pairs)
    return {**masks, "pairs": pairs}
