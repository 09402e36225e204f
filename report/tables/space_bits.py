"""Table of bits by variance on every space: similarities, neighbours, near ties and anti-hubs."""

from __future__ import annotations

from dataclasses import dataclass

from report.evidence.values import Mean
from report.tables.rows import Rows, Setting

SUITE, PROTOCOL = "space-bits", "decontaminated"
POINT = "29x"  # the size that section 5.3 compares
METRICS = ("spearman@original", "knn-recall@10", "knn-recall-near@10", "anti-hub-recall@10")
# What tables call the pipelines, by how their names begin.
METHODS = {
    "axes-bits": "bits by variance",
    "axes-4": "4 bits a dimension",
    "pq": "PQ",
    "projection-sign": "untrained signs",
    "rabitq": "RaBitQ",
}


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """A setting of a space with its means over seeds, fractions; ``id``: the id of its cells."""

    id: str
    encoder: str
    method: str
    setting: Setting
    similarity: Mean
    recall: Mean
    near: Mean
    rare: Mean


def lines(rows: Rows) -> list[SpaceLine]:
    """Return a line for each compressed setting, space by space, most bytes first, then most found first."""
    measured = [
        line
        for encoder in rows.encoders(SUITE)
        for train in rows.trains(SUITE, encoder)
        for setting in rows.settings(SUITE, encoder, train)
        if (line := _line(rows, encoder, setting))
    ]
    return sorted(measured, key=lambda line: (line.encoder, -line.setting.bytes, -line.recall.value))


def _line(rows: Rows, encoder: str, setting: Setting) -> SpaceLine | None:
    method = next((label for name, label in METHODS.items() if setting.pipeline.startswith(name)), None)
    means = [_mean(rows, encoder, setting, metric) for metric in METRICS]
    measured = [mean for mean in means if mean]
    if method is None or len(measured) < len(means):
        return None
    return SpaceLine(f"{SUITE}/{setting.group}", encoder, method, setting, *measured)


def _mean(rows: Rows, encoder: str, setting: Setting, metric: str) -> Mean | None:
    """Return a metric's mean on the only set of a space that has it."""
    datasets = rows.datasets(SUITE, encoder, metric)
    if not datasets:
        return None
    return rows.means(SUITE, encoder, datasets[0], metric, setting.train, setting.place)[PROTOCOL]
