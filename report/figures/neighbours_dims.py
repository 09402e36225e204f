"""Figure: what of the teacher's neighbours is found by the dimensions that are left, a line a method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from report.claims import Claim
from report.figures import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUITE = "search"
BACKEND = "-flat"  # how the names of chains end whose search is exhaustive
CAPTION = (
    "What an exhaustive search of the compressed vectors finds of the uncompressed space's neighbours "
    "(vs_teacher), by the number of float32 dimensions that are left: the share of the ten nearest "
    "(overlap@10), whether the nearest is among ten (recall@10), and nDCG@10. Bars are 95 % intervals over "
    "queries."
)
METRICS = {
    "vs-teacher@overlap@10": "overlap@10, %",
    "vs-teacher@recall@10": "recall@10, %",
    "vs-teacher@ndcg@10": "nDCG@10, %",
}
# What a chain's name begins with, first fit; marker, grey and line tell methods apart without colour.
METHODS = {
    "student without hard negatives": ("student-plain", "s", "1.0", "dashdot"),
    "student, hard negatives": ("student", "o", "0.0", "solid"),
    "PCA": ("pca", "^", "0.6", "dashed"),
    "random projection": ("projection", "v", "1.0", "dotted"),
}
ASIDE = 1.02  # methods stand this factor apart, so that their bars can be told apart


def data(rows: list[dict[str, Any]], claims: list[Claim]) -> dict[str, Any]:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space, metric, method and size."""
    mine = [row for row in rows if row["suite"] == SUITE and row["compressor"].endswith(BACKEND)]
    named = [{**row, "method": method(row["compressor"])} for row in mine if method(row["compressor"])]
    keys = ("encoder", "metric", "method", "bytes_per_vector")
    return {"points": [p for metric in METRICS for p in _style.means(named, keys, metric=metric)]}


def method(compressor: str) -> str | None:
    """Return the label of a chain's method; None for what is no line of the figure."""
    return next((label for label, (start, *_) in METHODS.items() if compressor.startswith(start)), None)


def draw(found: dict[str, Any]) -> Figure:
    """Return the figure: a row of panels a space, a column a metric."""
    from matplotlib.figure import Figure

    spaces = sorted({point["encoder"] for point in found["points"]})
    figure = Figure(figsize=(11.0, 1.0 + 3.2 * len(spaces)), layout="constrained")
    axes = figure.subplots(len(spaces), len(METRICS), squeeze=False)
    for line, encoder in zip(axes, spaces, strict=True):
        for axis, (metric, title) in zip(line, METRICS.items(), strict=True):
            mine = [p for p in found["points"] if (p["encoder"], p["metric"]) == (encoder, metric)]
            _lines(axis, mine)
            axis.set_title(f"{encoder}: {title}", fontsize=10)
    _style.legend(figure, list(axes.ravel()), len(METHODS))
    return figure


def _lines(axis: Any, found: list[dict[str, Any]]) -> None:
    for number, (label, (_, marker, grey, line)) in enumerate(METHODS.items()):
        points = sorted((p for p in found if p["method"] == label), key=lambda p: p["bytes_per_vector"])
        if points:
            axis.errorbar(
                [ASIDE ** (number - 1) * point["bytes_per_vector"] / 4 for point in points],
                [100 * point["value"] for point in points], yerr=_style.errorbars(points), fmt=marker,
                linestyle=line, color="0.3", label=label, markersize=6, markerfacecolor=grey,
                markeredgecolor="0.0", ecolor="0.6", elinewidth=0.7, linewidth=0.9, capsize=2,
            )  # fmt: skip
    sizes = sorted({point["bytes_per_vector"] // 4 for point in found})
    axis.set_xscale("log", base=2)
    axis.set_xticks(sizes, [str(size) for size in sizes], fontsize=8)
    axis.minorticks_off()
    axis.set_xlabel("dimensions (log scale)")
    axis.grid(axis="y", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)
