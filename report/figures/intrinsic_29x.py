"""Figure 2: each space's own similarities at about 29x, beside both published values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.tables.published import published
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "What is kept at about 29× in float32: Spearman of cosines after with cosines before, on pairs of which "
    "training has seen no row, and the share of the ten nearest neighbours found again. Published values are "
    "on grey. Bars are 95 % intervals."
)
SUITE, POINT, PROTOCOL = "intrinsic", "29x", "decontaminated"
METRICS = {
    "spearman@original": "Spearman with the original cosines, %",
    "knn-recall@10": "knn-recall@10, %",
}
# What is drawn of each pipeline: label, marker, colour.
PIPELINES = {
    "lens": ("lens", "s", _style.VERMILLION),
    "aqea": ("AQEA, reference method", "d", _style.BLUE),
    "pca": ("PCA", "^", _style.SKY),
    "axes": ("principal axes, not centred", "o", _style.YELLOW),
    "projection": ("random projection, untrained", "v", _style.WHITE),
}
KINDS = {"aqea-audio": "aqea", "aqea-protein": "aqea"}
SOURCES = {"C3": ("published", "*"), "C10": ("published, second source", "+")}


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:
    """Return the numbers to draw: a point a space, pipeline and metric, and each space's published values."""
    wanted = {"suite": SUITE, "point": POINT, "protocol": PROTOCOL}
    points = [
        {**point, "series": KINDS.get(point["pipeline"], point["pipeline"])}
        for point in _style.means(rows, ("encoder", "pipeline", "metric", "dataset", "train"), **wanted)
        if point["metric"] in METRICS and KINDS.get(point["pipeline"], point["pipeline"]) in PIPELINES
    ]
    printed = [
        {"claim": name, "encoder": encoder, "value": number.value}
        for name in SOURCES
        for encoder, number in published(claims, name).items()
    ]
    return {**wanted, "points": points, "published": printed}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: the lens by similarities and by neighbours."""
    similar, near = (_titles.selected(numbers["points"], series="lens", metric=name) for name in METRICS)
    if not (similar and near):
        return "Each space's own similarities kept at about 29×"
    return (
        f"At about 29× the lens keeps {_titles.share(similar)} of the similarities, "
        f"but finds {_titles.share(near)} of the ten nearest neighbours again"
    )


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a line a space, a panel a metric."""
    from matplotlib.figure import Figure

    spaces = list(dict.fromkeys(point["encoder"] for point in [*numbers["published"], *numbers["points"]]))
    figure = Figure(figsize=(10.5, 1.1 + 0.95 * len(spaces)), layout="constrained")
    axes = figure.subplots(1, len(METRICS), sharey=True)
    for axis, (metric, label) in zip(axes, METRICS.items(), strict=True):
        own = [point for point in numbers["points"] if point["metric"] == metric]
        _style.published_strips(axis, spaces, {point["encoder"] for point in own})
        _measured(axis, own, spaces)
        axis.set_xlabel(label)
        _style.grid(axis, "x")
    for number, (name, (label, marker)) in enumerate(SOURCES.items()):
        own = [point for point in numbers["published"] if point["claim"] == name]
        places = [
            (100 * point["value"], spaces.index(point["encoder"]) - 0.42 + 0.16 * number) for point in own
        ]
        axes[0].plot([x for x, _ in places], [y for _, y in places], marker, **_style.PUBLISHED)
        for place in places[:1]:
            _style.beside(axes[0], place, f"{label}  ", right=False)
    _style.heading(figure, title(numbers))
    return figure


def _measured(axis: Axes, points: list[_style.Point], spaces: list[str]) -> None:
    """Draw the points of a panel, a line a pipeline below each other, labelled at the first space."""
    for number, (series, (name, marker, colour)) in enumerate(PIPELINES.items()):
        own = sorted(
            (point for point in points if point["series"] == series),
            key=lambda point: spaces.index(point["encoder"]),
        )
        heights = [spaces.index(point["encoder"]) - 0.1 + 0.14 * number for point in own]
        axis.errorbar(
            [100 * point["value"] for point in own], heights, xerr=_style.errorbars(own), fmt=marker,
            markersize=6, markerfacecolor=colour, markeredgecolor="0.0", ecolor="0.5", elinewidth=0.8,
        )  # fmt: skip
        for point, height in list(zip(own, heights, strict=True))[:1]:
            _style.beside(axis, (100 * point["high"], height), name)
