"""Figure: the share of the teacher's neighbours found by dimensions, a line for each method."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _curves, _style, _titles
from report.findings import words
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUITE = "search"
DIMENSIONS = 32
INDEX = "flat"  # the index whose search is exhaustive
CAPTION = (
    "What an exhaustive search of the compressed vectors finds of the uncompressed space's neighbours "
    "(vs_teacher), by the number of float32 dimensions: the share of the ten nearest "
    "(knn-recall@10), whether the nearest is among ten (success@10), and knn-ndcg@10. Bars are "
    "95 % intervals over queries."
)
METRICS = {
    "vs-teacher@knn-recall@10": "knn-recall@10, %",
    "vs-teacher@success@10": "success@10, %",
    "vs-teacher@knn-ndcg@10": "knn-ndcg@10, %",
}
FAMILIES = {
    "plain-student": "student without hard negatives",
    "student": "student, hard negatives",
    "axes": "principal axes, not centred",
    "pca": "PCA",
    "projection": "random projection",
}
METHODS: _curves.Methods = {
    "student without hard negatives": ("s", _style.VERMILLION, "dashdot"),
    "student, hard negatives": ("o", _style.BLUE, "solid"),
    "principal axes, not centred": ("D", _style.YELLOW, "solid"),
    "PCA": ("^", _style.SKY, "dashed"),
    "random projection": ("v", _style.WHITE, "dotted"),
}


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space, metric, method and size."""
    named = [replace(row, method=method) for row in rows if (method := exhaustive(row))]
    keys = ("encoder", "metric", "method", "bytes_per_vector")
    return {"points": [p for metric in METRICS for p in _style.means(named, keys, metric=metric)]}


def exhaustive(row: Row) -> str | None:
    """Return the method of a row of an exhaustive search; None for others."""
    return FAMILIES.get(row.family) if (row.suite, row.index) == (SUITE, INDEX) else None


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: the trained map beside uncentred axes, at DIMENSIONS."""
    return _titles.beside_axes(
        numbers["points"], DIMENSIONS, "student, hard negatives", "the student", "vs-teacher@knn-recall@10"
    )


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a row of panels a space, a column a metric."""
    from matplotlib.figure import Figure

    spaces = sorted({point["encoder"] for point in numbers["points"]})
    figure = Figure(figsize=(11.0, 1.0 + 3.2 * len(spaces)), layout="constrained")
    axes = figure.subplots(len(spaces), len(METRICS), squeeze=False)
    for line, encoder in zip(axes, spaces, strict=True):
        for axis, (metric, name) in zip(line, METRICS.items(), strict=True):
            own = [p for p in numbers["points"] if (p["encoder"], p["metric"]) == (encoder, metric)]
            _curves.draw(axis, own, METHODS)
            axis.set_title(f"{words.encoder(encoder)}: {name}", fontsize=10)
    _style.legend(figure, list(axes.ravel()), len(METHODS))
    _style.heading(figure, title(numbers))
    return figure
