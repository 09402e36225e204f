"""Figure: retrieval of judged documents by dimensions, a line for each method."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _curves, _style
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUITE = "autoencoder"
METRIC = "ndcg@10"
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
FAMILIES = {
    "uncompressed": "uncompressed",
    "hidden-autoencoder": "auto-encoder with a hidden layer",
    "trained-basis-autoencoder": "linear auto-encoder, basis as trained",
    "autoencoder": "linear auto-encoder",
    "listwise": "listwise distillation",
    "student": "neighbour-preserving student",
    "half-whitened-pca": "half-whitened PCA",
    "pca": "PCA",
    "axes": "principal axes, not centred",
    "truncation": "first dimensions",
    "projection": "random projection",
}
METHODS: _curves.Methods = {
    "auto-encoder with a hidden layer": ("D", "0.6", "none"),
    "linear auto-encoder, basis as trained": ("p", "1.0", "none"),
    "linear auto-encoder": ("o", "0.0", "solid"),
    "listwise distillation": ("s", "0.8", "none"),
    "neighbour-preserving student": ("*", "1.0", "none"),
    "half-whitened PCA": ("P", "1.0", "none"),
    "PCA": ("^", "0.6", "dashed"),
    "principal axes, not centred": ("d", "0.8", "none"),
    "first dimensions": ("<", "1.0", "dashdot"),
    "random projection": ("v", "1.0", "dotted"),
}


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space, data set, protocol, pipeline and size."""
    named = [
        replace(row, method=method)
        for row in rows
        if row.suite == SUITE and (method := FAMILIES.get(row.family))
    ]
    keys = ("encoder", "dataset", "protocol", "method", "bytes_per_vector")
    points = []
    for encoder, dataset, protocol, _ in PANELS:
        wanted = {"encoder": encoder, "dataset": dataset, "protocol": protocol, "train": TRAIN}
        points += _style.means(named, keys, metric=METRIC, **wanted)
    return {"points": points}


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a panel a space and test set, with one scale of nDCG@10 each."""
    from matplotlib.figure import Figure

    measured = {(point["encoder"], point["dataset"], point["protocol"]) for point in numbers["points"]}
    panels = [panel for panel in PANELS if panel[:3] in measured]
    figure = Figure(figsize=(max(7.0, 1.0 + 3.9 * len(panels)), 5.0), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, (*panel, title) in zip(axes, panels, strict=True):
        keys = ("encoder", "dataset", "protocol")
        own = [point for point in numbers["points"] if [point[key] for key in keys] == panel]
        _curves.draw(axis, own, METHODS)
        for whole in (point for point in own if point["method"] == "uncompressed"):
            axis.axhline(100 * whole["value"], color="0.0", linewidth=0.8, linestyle=":")
        axis.set_title(title, fontsize=10)
        axis.set_ylabel("nDCG@10, %")
    _style.legend(figure, list(axes), 3)
    return figure
