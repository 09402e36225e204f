"""Figure: neighbours found again by the dimensions that are left, a line a method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from report.claims import Claim
from report.figures import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUITE = "ranking"
CAPTION = (
    "The share of the ten nearest neighbours that is found again (overlap@10) and nDCG@10, by the number of "
    "float32 dimensions that are left, on rows that training has not seen. Bars are 95 % intervals over "
    "queries."
)
METRICS = {"overlap@10": "overlap@10, %", "ndcg@10": "nDCG@10, %"}
# What a chain is called, with marker, grey and line that tell methods apart without colour.
METHODS = {
    "listwise distillation": (("listwise", "listwise-minilm"), "o", "0.0", "solid"),
    "listwise, published temperature": (("listwise-published",), "s", "1.0", "solid"),
    "PCA": (("pca",), "^", "0.6", "dashed"),
    "first dimensions": (("truncation",), "<", "1.0", "dashdot"),
    "random projection": (("projection",), "v", "1.0", "dotted"),
}
ASIDE = 1.02  # methods stand this factor apart, so that their bars can be told apart


def data(rows: list[dict[str, Any]], claims: list[Claim]) -> dict[str, Any]:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space, metric, method and size."""
    labels = {name: label for label, (names, *_) in METHODS.items() for name in names}
    mine = [
        {**row, "method": labels[row["compressor"]]}
        for row in rows
        if row["suite"] == SUITE and row["compressor"] in labels
    ]
    keys = ("encoder", "metric", "method", "bytes_per_vector")
    return {"points": [p for metric in METRICS for p in _style.means(mine, keys, metric=metric)]}


def draw(found: dict[str, Any]) -> Figure:
    """Return the figure: a column of panels a space, a row a metric."""
    from matplotlib.figure import Figure

    spaces = sorted({point["encoder"] for point in found["points"]})
    figure = Figure(figsize=(max(7.0, 1.0 + 3.6 * len(spaces)), 7.4), layout="constrained")
    axes = figure.subplots(len(METRICS), len(spaces), squeeze=False)
    for line, (metric, title) in zip(axes, METRICS.items(), strict=True):
        for axis, encoder in zip(line, spaces, strict=True):
            _lines(axis, [p for p in found["points"] if (p["encoder"], p["metric"]) == (encoder, metric)])
            axis.set_title(f"{encoder}: {title}", fontsize=10)
    _style.legend(figure, list(axes.ravel()), 3)
    return figure


def _lines(axis: Any, found: list[dict[str, Any]]) -> None:
    for number, (label, (_, marker, grey, line)) in enumerate(METHODS.items()):
        points = sorted((p for p in found if p["method"] == label), key=lambda p: p["bytes_per_vector"])
        if points:
            axis.errorbar(
                [ASIDE ** (number - 2) * point["bytes_per_vector"] / 4 for point in points],
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
