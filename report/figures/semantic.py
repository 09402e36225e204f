"""Figure: similarity kept by discrete codes, by bits and family, beside simpler codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from report.verdicts.claims import Claim

SUITE, PROTOCOL = "semantic-ids", "decontaminated"
CAPTION = (
    "Spearman with the original cosines by the bits that a code takes, in whole bytes, and by family: "
    "on the pairs of a set and on random pairs. The dashed line is the similarity that was asked for. Filled "
    "markers are learned codes of symbols, empty ones simpler codes. Bars are 95 % intervals."
)
# Space, data set, metric, and what the panel is called.
PANELS = (
    ("minilm", "stsb-test", "spearman@original", "MiniLM, STS-B test, pairs"),
    ("minilm", "stsb-test", "spearman-random@original", "MiniLM, STS-B test, random pairs"),
    ("esm2-peptides", "peptides-test", "spearman-random@original", "ESM-2, peptides, random pairs"),
)
# Marker and grey tell families apart without colour.
FAMILIES = {
    "fsq": ("FSQ", "o", "0.0"),
    "residual-fsq": ("residual FSQ", "s", "0.3"),
    "residual-vq": ("residual VQ", "D", "0.5"),
    "hierarchical-vq": ("hierarchical VQ", "P", "0.7"),
    "pq": ("PQ", "X", "1.0"),
    "axes": ("principal axes, 4 bits", "^", "1.0"),
    "projection": ("random projection, signs", "v", "1.0"),
}
TARGET = 95.0
ASIDE = 1.03  # families stand this factor apart, so that their bars can be told apart


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space, data set, metric, pipeline and size."""
    keys = ("encoder", "dataset", "metric", "pipeline", "bytes_per_vector", "family")
    points = []
    for encoder, dataset, metric, _ in PANELS:
        wanted = {"encoder": encoder, "dataset": dataset, "metric": metric}
        points += _style.means(rows, keys, suite=SUITE, protocol=PROTOCOL, **wanted)
    return {"points": [point for point in points if point["family"] in FAMILIES]}


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a panel a space, set and kind of pairs."""
    from matplotlib.figure import Figure

    measured = {(point["encoder"], point["dataset"], point["metric"]) for point in numbers["points"]}
    panels = [panel for panel in PANELS if panel[:3] in measured]
    figure = Figure(figsize=(max(7.0, 1.0 + 3.9 * len(panels)), 5.0), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, (*panel, title) in zip(axes, panels, strict=True):
        own = [
            point
            for point in numbers["points"]
            if [point[k] for k in ("encoder", "dataset", "metric")] == panel
        ]
        for number, (family, (label, marker, grey)) in enumerate(FAMILIES.items()):
            points = [point for point in own if point["family"] == family]
            if points:
                axis.errorbar(
                    [ASIDE ** (number - 3) * 8 * point["bytes_per_vector"] for point in points],
                    [100 * point["value"] for point in points], yerr=_style.errorbars(points), fmt=marker,
                    label=label, markersize=6, markerfacecolor=grey, markeredgecolor="0.0", ecolor="0.5",
                    elinewidth=0.7, capsize=2,
                )  # fmt: skip
        _style.sizes_axis(
            axis, sorted({8 * point["bytes_per_vector"] for point in own}), "bits stored (log scale)"
        )
        axis.tick_params(axis="x", rotation=60)
        axis.axhline(TARGET, color="0.0", linewidth=0.7, linestyle="--")
        axis.set_title(title, fontsize=10)
        axis.set_ylabel("Spearman with the original, %")
    _style.legend(figure, list(axes), 4)
    return figure
