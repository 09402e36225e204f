"""Figure: recall at fixed bytes, and the cost of a vector, as the corpus grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.verdicts.claims import Claim, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUITE, RECALL = "scale", "knn-recall@10"
COSTS = ("encode@cost", "search@cost")
CAPTION = (
    "Planted vectors of 384 dimensions. Left: the share of the ten nearest neighbours found again after "
    "compression (knn-recall@10), with 95 % intervals over queries. Right: CPU time per vector in one "
    "thread: to encode it, to decode it, and to compare it with all queries."
)
# Marker, colour and line of a pipeline: they tell pipelines apart without colour.
LOOKS = {
    "identity": ("h", _style.BLACK, "solid"),
    "scalar-4": ("v", _style.WHITE, "dotted"),
    "pca-scalar-4": ("^", _style.SKY, "dashed"),
    "opq": ("s", _style.VERMILLION, "dashdot"),
    "pq": ("D", _style.YELLOW, "solid"),
    "sign": ("o", _style.BLUE, "dashed"),
}


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a pipeline and size of the corpus, with its cost."""
    own = [row for row in rows if row.suite == SUITE]
    costs = {(row.cell, row.dataset, row.metric): row for row in own}
    points = []
    for point in _style.means(own, ("pipeline", "label", "bytes_per_vector", "dataset"), metric=RECALL):
        spent = [costs.get((point["cells"][0], point["dataset"], metric)) for metric in COSTS]
        if spent[0] and spent[1]:
            points.append(
                {**point, "vectors": spent[0].n, "microseconds": round(spent[0].value + spent[1].value, 3)}
            )
    return {"metric": RECALL, "points": points}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: the recall of product quantization in the least and the most vectors."""
    ends = _ends(numbers, "pq")
    if len(ends) < 2:  # noqa: PLR2004 - one size has no trend
        return "Recall at fixed bytes, and the cost of a vector, by the size of the corpus"
    first, last = ends
    return (
        f"From {first['vectors']:,} to {last['vectors']:,} vectors, the recall of product quantization in "
        f"{first['bytes_per_vector']} bytes goes from {percent(first['value'])} to {_titles.share([last])}"
    )


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: recall on the left and cost on the right, a line for each pipeline."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.5, 4.6), layout="constrained")
    recall, cost = figure.subplots(1, 2)
    for name, (marker, colour, line) in LOOKS.items():
        own = _of(numbers, name)
        if own:
            look = {"linestyle": line, "color": "0.3", "linewidth": 0.9}
            label = f"{own[0]['label']}, {own[0]['bytes_per_vector']} bytes"
            _style.series(recall, [(p["vectors"], p) for p in own], label, (marker, colour), **look)
            cost.plot(
                [p["vectors"] for p in own], [p["microseconds"] for p in own], marker=marker,
                markersize=5.5, markerfacecolor=colour, markeredgecolor=_style.BLACK, **look,
            )  # fmt: skip
    recall.set_ylabel("knn-recall@10, %")
    cost.set_ylabel("CPU time per vector, µs")
    cost.set_ylim(bottom=0)
    for axis in (recall, cost):
        _by_size(axis)
    _style.legend(figure, [recall], 3)
    _style.heading(figure, title(numbers))
    return figure


def _by_size(axis: Axes) -> None:
    axis.set_xscale("log")
    axis.set_xlabel("vectors that are searched")
    axis.grid(axis="y", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)


def _of(numbers: _style.Data, pipeline: str) -> list[_style.Point]:
    own = _titles.selected(numbers["points"], pipeline=pipeline)
    return sorted(own, key=lambda point: point["vectors"])


def _ends(numbers: _style.Data, pipeline: str) -> list[_style.Point]:
    """Return the points of a pipeline at the smallest and the largest size; fewer where there are fewer."""
    own = _of(numbers, pipeline)
    return [own[0], own[-1]] if len(own) > 1 else own
