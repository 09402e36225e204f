"""Figure: retrieval of judged documents by the dimensions that are left, a line a method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from report.claims import Claim
from report.figures import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUITE = "autoencoder"
METRIC = "judged@ndcg@10"
CAPTION = (
    "nDCG@10 by the number of float32 dimensions that are left, by method; left and in the middle fitted on "
    "the documents of SciFact and tested on NFCorpus, on the right fitted on the very documents that are "
    "searched. The dotted line is the uncompressed space. Bars are 95 % intervals over queries."
)
# Space, data set, protocol, and what the panel is called.
PANELS = (
    ("minilm", "nfcorpus", "decontaminated", "MiniLM, NFCorpus"),
    ("minilm-lsa", "nfcorpus", "decontaminated", "MiniLM and words, NFCorpus"),
    ("minilm", "scifact", "fitted-on-searched", "MiniLM, SciFact, fitted on it"),
)
TRAIN = "scifact-documents"
# Marker, grey and line tell methods apart without colour; a method is what a chain's name begins with.
METHODS = {
    "auto-encoder with a hidden layer": ("autoencoder-hidden", "D", "0.6", "none"),
    "linear auto-encoder, basis as trained": ("autoencoder-trained", "p", "1.0", "none"),
    "linear auto-encoder": ("autoencoder", "o", "0.0", "solid"),
    "half-whitened PCA": ("pca-half-whitened", "P", "1.0", "none"),
    "listwise distillation": ("listwise", "s", "0.8", "none"),
    "neighbour-preserving student": ("student", "*", "1.0", "none"),
    "PCA": ("pca", "^", "0.6", "dashed"),
    "first dimensions": ("truncation", "<", "1.0", "dashdot"),
    "random projection": ("projection", "v", "1.0", "dotted"),
}
WHOLE = "identity"
ASIDE = 1.02  # methods stand this factor apart, so that their bars can be told apart


def data(rows: list[dict[str, Any]], claims: list[Claim]) -> dict[str, Any]:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space, data set, protocol, chain and size."""
    keys = ("encoder", "dataset", "protocol", "compressor", "bytes_per_vector")
    points = []
    for encoder, dataset, protocol, _ in PANELS:
        wanted = {"encoder": encoder, "dataset": dataset, "protocol": protocol, "train": TRAIN}
        points += _style.means(rows, keys, suite=SUITE, metric=METRIC, **wanted)
    return {"points": [point for point in points if method(point) or point["compressor"] == WHOLE]}


def method(point: dict[str, Any]) -> str | None:
    """Return the label of a point's method; None for what is no line of the figure."""
    name = point["compressor"]
    return next((label for label, (start, *_) in METHODS.items() if name.startswith(start)), None)


def draw(found: dict[str, Any]) -> Figure:
    """Return the figure: a panel a space and test set, with one scale of nDCG@10 each."""
    from matplotlib.figure import Figure

    there = {(point["encoder"], point["dataset"], point["protocol"]) for point in found["points"]}
    panels = [panel for panel in PANELS if panel[:3] in there]
    figure = Figure(figsize=(max(7.0, 1.0 + 3.9 * len(panels)), 5.0), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, (*place, title) in zip(axes, panels, strict=True):
        keys = ("encoder", "dataset", "protocol")
        mine = [point for point in found["points"] if [point[key] for key in keys] == place]
        for number, (label, (_, marker, grey, line)) in enumerate(METHODS.items()):
            points = sorted((p for p in mine if method(p) == label), key=lambda p: p["bytes_per_vector"])
            if points:
                axis.errorbar(
                    [ASIDE ** (number - 3) * point["bytes_per_vector"] / 4 for point in points],
                    [100 * point["value"] for point in points], yerr=_style.errorbars(points), fmt=marker,
                    linestyle=line, color="0.3", label=label, markersize=6, markerfacecolor=grey,
                    markeredgecolor="0.0", ecolor="0.6", elinewidth=0.7, linewidth=0.9, capsize=2,
                )  # fmt: skip
        for whole in (point for point in mine if point["compressor"] == WHOLE):
            axis.axhline(100 * whole["value"], color="0.0", linewidth=0.8, linestyle=":")
        _dimensions(axis, mine)
        axis.set_title(title, fontsize=10)
        axis.set_ylabel("nDCG@10, %")
    _style.legend(figure, list(axes), 3)
    return figure


def _dimensions(axis: Any, points: list[dict[str, Any]]) -> None:
    sizes = sorted({point["bytes_per_vector"] // 4 for point in points if point["compressor"] != WHOLE})
    axis.set_xscale("log", base=2)
    axis.set_xticks(sizes, [str(size) for size in sizes], fontsize=8)
    axis.minorticks_off()
    axis.set_xlabel("dimensions (log scale)")
    axis.grid(axis="y", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)
