"""Figure: neighbours retrieved by dimensions, a line for each method."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _curves, _style
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUITE = "ranking"
CAPTION = (
    "The share of the ten nearest neighbours found again (knn-recall@10) and knn-ndcg@10, by the number "
    "of float32 dimensions that are left, on rows that training has not seen. Bars are 95 % intervals over "
    "queries."
)
METRICS = {"knn-recall@10": "knn-recall@10, %", "knn-ndcg@10": "knn-ndcg@10, %"}
FAMILIES = {
    "listwise": "listwise distillation",
    "published-listwise": "listwise, published temperature",
    "axes": "principal axes, not centred",
    "pca": "PCA",
    "truncation": "first dimensions",
    "projection": "random projection",
}
METHODS: _curves.Methods = {
    "listwise distillation": ("o", "0.0", "solid"),
    "listwise, published temperature": ("s", "1.0", "solid"),
    "principal axes, not centred": ("D", "0.8", "solid"),
    "PCA": ("^", "0.6", "dashed"),
    "first dimensions": ("<", "1.0", "dashdot"),
    "random projection": ("v", "1.0", "dotted"),
}


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space, metric, method and size."""
    named = [
        replace(row, method=FAMILIES[row.family])
        for row in rows
        if row.suite == SUITE and row.family in FAMILIES
    ]
    keys = ("encoder", "metric", "method", "bytes_per_vector")
    return {"points": [p for metric in METRICS for p in _style.means(named, keys, metric=metric)]}


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a column of panels a space, a row a metric."""
    from matplotlib.figure import Figure

    spaces = sorted({point["encoder"] for point in numbers["points"]})
    figure = Figure(figsize=(max(7.0, 1.0 + 3.6 * len(spaces)), 7.4), layout="constrained")
    axes = figure.subplots(len(METRICS), len(spaces), squeeze=False)
    for line, (metric, title) in zip(axes, METRICS.items(), strict=True):
        for axis, encoder in zip(line, spaces, strict=True):
            own = [p for p in numbers["points"] if (p["encoder"], p["metric"]) == (encoder, metric)]
            _curves.draw(axis, own, METHODS)
            axis.set_title(f"{encoder}: {title}", fontsize=10)
    _style.legend(figure, list(axes.ravel()), 3)
    return figure
