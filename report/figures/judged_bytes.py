"""Figure: the retrieval of judged documents that is left, by bytes and by what was fitted on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.tables.judged_bytes import FITTED, SUITE, is_fit
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

METRIC, FEW = "ndcg-retention@10", 8  # bytes that the title is about
CAPTION = (
    "The share of the uncompressed nDCG@10 that is left, by bytes a vector, on MiniLM. Left: fitted on the "
    "documents of the other set. Right: fitted on those that are searched. Rings: published retentions of "
    "another model (CoRECT, jina-embeddings-v3, mean of 14 sets) at the same ratio. Bars are 95 % intervals "
    "over queries and seeds."
)
TITLES = {"nfcorpus": "NFCorpus", "scifact": "SciFact"}
# Marker, colour and line of a family: they tell families apart without colour.
LOOKS = {
    "projection": ("v", _style.WHITE, "dotted"),
    "itq": ("o", _style.BLUE, "dashed"),
    "pq": ("D", _style.YELLOW, "solid"),
    "opq": ("s", _style.VERMILLION, "dashdot"),
    "axes": ("^", _style.SKY, "dashed"),
    "variance-bits": ("h", _style.BLACK, "solid"),
}


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:
    """Return the numbers to draw: a point a set, fit, family and size; and the published retentions."""
    own = [
        row
        for row in rows
        if row.suite == SUITE and row.family in LOOKS and is_fit(row.train, row.dataset, row.protocol)
    ]
    keys = ("dataset", "protocol", "family", "label", "bytes_per_vector", "ratio")
    points = _style.means(own, keys, metric=METRIC)
    quoted = {
        (row.point, row.published)
        for claim in claims
        if claim.id == "J1"
        for row in claim.rows
        if row.headline
    }
    sizes = {row.point: row.bytes_per_vector for row in own}
    published = [
        {"bytes_per_vector": sizes[point], "value": value}
        for point, value in sorted(quoted, key=lambda each: each[1])
        if point in sizes
    ]
    return {"metric": METRIC, "points": points, "published": published}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: at FEW bytes, untrained signs and bits by variance."""
    at = {"bytes_per_vector": FEW, "protocol": "decontaminated"}
    signs = _titles.selected(numbers["points"], family="projection", **at)
    variance = _titles.selected(numbers["points"], family="variance-bits", **at)
    if not (signs and variance):
        return "Retrieval of judged documents that is left, by bytes a vector"
    return (
        f"In {FEW} bytes, fitted on other documents, principal axes with bits by variance keep "
        f"{_titles.share(variance)} of nDCG@10, untrained signs {_titles.share(signs)}"
    )


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a row of panels a set, a column a fit."""
    from matplotlib.figure import Figure

    sets = [name for name in TITLES if _titles.selected(numbers["points"], dataset=name)] or list(TITLES)
    figure = Figure(figsize=(10.5, 1.4 + 3.2 * len(sets)), layout="constrained")
    axes = figure.subplots(len(sets), len(FITTED), sharex=True, sharey=True, squeeze=False)
    for line, dataset in zip(axes, sets, strict=True):
        for axis, (protocol, fitted) in zip(line, FITTED.items(), strict=True):
            _panel(axis, numbers, dataset, protocol)
            axis.set_title(f"{TITLES[dataset]}, fitted on {fitted}", fontsize=10)
        line[0].set_ylabel("nDCG@10 kept, %")
    for axis in axes[-1]:
        axis.set_xlabel("bytes a vector")
    _style.legend(figure, list(axes.ravel()), 3)
    _style.heading(figure, title(numbers))
    return figure


def _panel(axis: Axes, numbers: _style.Data, dataset: str, protocol: str) -> None:
    for family, (marker, colour, line) in LOOKS.items():
        own = sorted(
            _titles.selected(numbers["points"], dataset=dataset, protocol=protocol, family=family),
            key=lambda point: int(point["bytes_per_vector"]),
        )
        if own:
            placed = [(point["bytes_per_vector"], point) for point in own]
            look = {"linestyle": line, "color": "0.3", "linewidth": 0.9}
            _style.series(axis, placed, own[0]["label"], (marker, colour), **look)
    if numbers["published"]:
        axis.plot(
            [point["bytes_per_vector"] for point in numbers["published"]],
            [100 * point["value"] for point in numbers["published"]],
            marker="o", linestyle="none", label="published, another model", **_style.PUBLISHED,
        )  # fmt: skip
    axis.set_xscale("log", base=2)
    sizes = sorted({int(point["bytes_per_vector"]) for point in numbers["points"]})
    axis.set_xticks(sizes, [str(size) for size in sizes], fontsize=8)
    axis.minorticks_off()
    _style.grid(axis, "y")
