"""Figure: neighbours retrieved by dimensions, a line for each method."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _curves, _style, _titles
from report.findings import words
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUITE = "ranking"
DIMENSIONS = 32
CAPTION = (
    "The share of the ten nearest neighbours found again (knn-recall@10) and knn-ndcg@10, by the number "
    "of float32 dimensions, on rows that training has not seen. Bars are 95 % intervals over "
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
    "listwise distillation": ("o", _style.BLUE, "solid"),
    "listwise, published temperature": ("s", _style.VERMILLION, "solid"),
    "principal axes, not centred": ("D", _style.YELLOW, "solid"),
    "PCA": ("^", _style.SKY, "dashed"),
    "first dimensions": ("<", _style.BLACK, "dashdot"),
    "random projection": ("v", _style.WHITE, "dotted"),
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


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: the trained map beside uncentred axes, at DIMENSIONS."""
    return _titles.beside_axes(
        numbers["points"], DIMENSIONS, "listwise distillation", "listwise distillation", "knn-recall@10"
    )


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a column of panels a space, a row a metric."""
    from matplotlib.figure import Figure

    spaces = sorted({point["encoder"] for point in numbers["points"]})
    figure = Figure(figsize=(max(7.0, 1.0 + 3.6 * len(spaces)), 7.4), layout="constrained")
    axes = figure.subplots(len(METRICS), len(spaces), squeeze=False)
    for line, (metric, name) in zip(axes, METRICS.items(), strict=True):
        for axis, encoder in zip(line, spaces, strict=True):
            own = [p for p in numbers["points"] if (p["encoder"], p["metric"]) == (encoder, metric)]
            _curves.draw(axis, own, METHODS)
            axis.set_title(f"{words.encoder(encoder)}: {name}", fontsize=10)
    _style.legend(figure, list(axes.ravel()), 3)
    _style.heading(figure, title(numbers))
    return figure
