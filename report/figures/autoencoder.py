"""Figure: retrieval of judged documents by dimensions, a line for each method."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _curves, _style, _titles
from report.findings.words import METHODS as METHODS_IN_WORDS
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUITE = "autoencoder"
METRIC = "ndcg@10"
DIMENSIONS = 64
CAPTION = (
    "nDCG@10 of each method by the number of float32 dimensions. Top and middle: fitted on the documents of "
    "SciFact, tested on NFCorpus. Bottom: fitted on the searched documents. The dotted line is the "
    "uncompressed space. Bars are 95 % intervals over queries."
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
    "auto-encoder with a hidden layer": ("D", _style.VERMILLION, "none"),
    "linear auto-encoder, basis as trained": ("p", _style.WHITE, "none"),
    "linear auto-encoder": ("o", _style.BLUE, "solid"),
    "listwise distillation": ("s", _style.YELLOW, "none"),
    "neighbour-preserving student": ("*", _style.GREY, "none"),
    "half-whitened PCA": ("P", _style.SKY, "none"),
    "PCA": ("^", _style.SKY, "dashed"),
    "principal axes, not centred": ("d", _style.YELLOW, "none"),
    "first dimensions": ("<", _style.BLACK, "dashdot"),
    "random projection": ("v", _style.WHITE, "dotted"),
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


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: the linear auto-encoder beside simpler maps, in the first panel."""
    keys = dict(zip(("encoder", "dataset", "protocol"), PANELS[0][:3], strict=True))
    own = _titles.selected(numbers["points"], **keys)
    at_size = _titles.selected(own, bytes_per_vector=4 * DIMENSIONS)
    words = [
        f"{METHODS_IN_WORDS.get(method, method)} {_titles.share(points)}"
        for method in ("linear auto-encoder", "principal axes, not centred", "PCA")
        if (points := _titles.selected(at_size, method=method))
    ]
    whole = _titles.selected(own, method="uncompressed")
    words += [f"uncompressed {_titles.share(whole)}"] if whole else []
    return f"nDCG@10 on NFCorpus in {DIMENSIONS} dimensions: {', '.join(words)}"


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a panel a space and test set, one below the other, each with its own scale."""
    from matplotlib.figure import Figure

    measured = {(point["encoder"], point["dataset"], point["protocol"]) for point in numbers["points"]}
    panels = [panel for panel in PANELS if panel[:3] in measured]
    figure = Figure(figsize=(10.5, 1.4 + 2.6 * len(panels)), layout="constrained")
    axes = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
    for axis, (*panel, name) in zip(axes, panels, strict=True):
        keys = ("encoder", "dataset", "protocol")
        own = [point for point in numbers["points"] if [point[key] for key in keys] == panel]
        _curves.draw(axis, own, METHODS)
        for whole in (point for point in own if point["method"] == "uncompressed"):
            axis.axhline(100 * whole["value"], color="0.0", linewidth=0.8, linestyle=":")
        axis.set_title(name, fontsize=10, loc="left")
        axis.set_ylabel("nDCG@10, %")
    _style.legend(figure, list(axes), 4)
    _style.heading(figure, title(numbers))
    return figure
