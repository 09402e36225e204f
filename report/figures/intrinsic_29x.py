"""Figure 2: each space's own similarities at about 29x, beside both published values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.tables.published import published
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Each embedding space's own similarities and neighbours, kept at about 29× in float32: Spearman of "
    "cosines after with cosines before, on pairs of which training has seen no row, and the share of the ten "
    "nearest neighbours found again. High similarity need not mean that neighbours are kept. "
    "A space with published marks alone could not be measured here. Bars are 95 % intervals."
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
    figure = Figure(figsize=(10.5, 1.6 + 0.8 * len(spaces)), layout="constrained")
    axes = figure.subplots(1, len(METRICS), sharey=True)
    for axis, (metric, label) in zip(axes, METRICS.items(), strict=True):
        for number, (pipeline, (name, marker, colour)) in enumerate(PIPELINES.items()):
            own = [p for p in numbers["points"] if (p["metric"], p["series"]) == (metric, pipeline)]
            axis.errorbar(
                [100 * point["value"] for point in own],
                [spaces.index(point["encoder"]) + 0.13 * number - 0.08 for point in own],
                xerr=_style.errorbars(own), fmt=marker, label=name, markersize=7, markerfacecolor=colour,
                markeredgecolor="0.0", ecolor="0.5", elinewidth=0.8, capsize=2,
            )  # fmt: skip
        axis.set_xlabel(label)
        _style.grid(axis, "x")
    for number, (name, (label, marker)) in enumerate(SOURCES.items()):
        own = [point for point in numbers["published"] if point["claim"] == name]
        axes[0].plot(
            [100 * point["value"] for point in own],
            [spaces.index(point["encoder"]) - 0.4 + 0.16 * number for point in own],
            marker, label=label, **_style.PUBLISHED,
        )  # fmt: skip
    axes[0].set_yticks(range(len(spaces)), spaces)
    axes[0].set_ylim(len(spaces) - 0.4, -0.6)
    _style.legend(figure, list(axes), 3)
    _style.heading(figure, title(numbers))
    return figure
