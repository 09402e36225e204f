"""Every value of a suite: means over seeds with their intervals, and the tail beside a mean over queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.types import Json
from report.evidence.means import group_of
from report.evidence.rows import Row, rows_of
from report.evidence.values import over_seeds
from report.tables.source import Source
from report.tables.tails import columns


def tables(source: Source) -> Iterator[tuple[str, str, Iterable[Json]]]:
    """Yield the name, the title and the lines of a table for each suite."""
    for line in source.tables.suites():
        yield f"values-{line.suite}", f"Every value of the suite {line.suite}", _rows(source, line.suite)


def _rows(source: Source, suite: str) -> Iterator[Json]:
    """Yield a line for each group of seeds, data set, protocol and metric."""
    units = {name: metric.unit for name, metric in source.tables.metrics().items()}
    groups: dict[tuple[str, str, str, str], list[Row]] = {}
    labels: dict[str, str] = {}
    for measured in (each for each in source.evidence.results if each.suite == suite):
        labels[measured.name] = measured.label
        for row in rows_of(measured):
            key = group_of(row.cell, row.seed), row.dataset, row.protocol, row.metric
            groups.setdefault(key, []).append(row)
    for (group, dataset, protocol, metric), rows in groups.items():
        first, mean = rows[0], over_seeds(rows)
        yield {
            "id": f"{suite}/{group}",
            "encoder": first.encoder,
            "train": first.train,
            "pipeline": first.pipeline,
            "label": labels[first.cell],
            "point": first.point,
            "grid": first.grid,
            "index": first.index,
            "asymmetric": first.asymmetric,
            "bytes": first.bytes_per_vector,
            "ratio": first.ratio,
            "dataset": dataset,
            "protocol": protocol,
            "metric": metric,
            "value": mean.value,
            "low": mean.low,
            "high": mean.high,
            "n": mean.n,
            "seeds": mean.seeds,
            "unit": units.get(metric, metric.rpartition("@")[2]),
            "jitter": mean.jitter,
            **columns(mean),
        }
