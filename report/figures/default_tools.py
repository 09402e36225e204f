"""Figure: what default tools report of their codes, and the same codes decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.findings import words
from report.tables.default_tools import DECODED, PAIRS, SUITE
from report.verdicts.claims import Claim, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Mean Spearman of STS12–16 and nDCG@10, of all pairs and queries. Filled: codes as the tool compares "
    "them. Open: the same codes, each replaced by the middle of its cell (binary: by −1 and 1). The dotted "
    "line is uncompressed. All share the same items: differences are surer than bars suggest. Bars are 95 % "
    "intervals over pairs or queries."
)
METRICS = {PAIRS: "spearman@human", "nfcorpus": "ndcg@10", "scifact": "ndcg@10"}
TITLES = {
    PAIRS: "STS12–16, Spearman, %",
    "nfcorpus": "NFCorpus, nDCG@10, %",
    "scifact": "SciFact, nDCG@10, %",
}
NAMES = {
    "wrapper-int8": "wrapper, int8",
    "wrapper-uint8": "wrapper, uint8",
    "wrapper-int4": "wrapper, int4",
    "wrapper-uint4": "wrapper, uint4",
    "wrapper-binary": "wrapper, binary",
    "calibrated-inner-product": "calibrated int8, inner products",
    "calibrated-cosine": "calibrated int8, cosines",
}

MARKS: dict[str, Any] = {
    "marker": "o",
    "linestyle": "none",
    "markersize": 5.5,
    "markeredgecolor": _style.BLACK,
    "markeredgewidth": 0.7,
    "ecolor": "0.45",
    "elinewidth": 0.8,
}


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point an encoder, data set and pipeline."""
    own = [row for row in rows if row.suite == SUITE]
    keys = ("encoder", "dataset", "pipeline", "metric", "bytes_per_vector")
    points = [
        point
        for dataset, metric in METRICS.items()
        for point in _style.means(own, keys, dataset=dataset, metric=metric)
    ]
    return {"points": points}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: int8 as it is reported and decoded, in the first space."""
    chosen = [
        _titles.selected(numbers["points"], dataset=PAIRS, pipeline=name)
        for name in ("identity", "wrapper-int8", DECODED["wrapper-int8"])
    ]
    if not all(chosen):
        return "What default tools report of their codes, and the same codes decoded"
    whole, reported, decoded = (percent(points[0]["value"], 2) for points in chosen)
    return (
        f"CompressionWrapper reports {reported} % for int8 where the same codes decoded have {decoded} %, "
        f"and uncompressed vectors {whole} %"
    )


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a panel a space and data set, a line a setting."""
    from matplotlib.figure import Figure

    panels = list(dict.fromkeys((point["encoder"], point["dataset"]) for point in numbers["points"]))
    panels = panels or [("minilm", PAIRS)]
    figure = Figure(figsize=(2.2 + 2.9 * len(panels), 4.4), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axis, (encoder, dataset) in zip(axes, panels, strict=True):
        own = _titles.selected(numbers["points"], encoder=encoder, dataset=dataset)
        _panel(axis, {point["pipeline"]: point for point in own})
        axis.set_title(f"{words.encoder(encoder)}: {TITLES[dataset]}", fontsize=9)
    axes[0].set_yticks(range(len(NAMES)), list(NAMES.values()), fontsize=9)
    axes[0].set_ylim(len(NAMES) - 0.5, -0.5)
    _style.legend(figure, list(axes), 2)
    _style.heading(figure, title(numbers))
    return figure


def _panel(axis: Axes, points: dict[str, _style.Point]) -> None:
    if "identity" in points:
        axis.axvline(100 * points["identity"]["value"], color="0.0", linewidth=0.8, linestyle=":")
    codes = [(line - 0.15, points[name]) for line, name in enumerate(NAMES) if name in points]
    decoded = [
        (line + 0.15, points[DECODED[name]]) for line, name in enumerate(NAMES) if DECODED[name] in points
    ]
    for placed, label, colour in (
        (codes, "codes, as the tool compares them", _style.BLUE),
        (decoded, "the same codes decoded", _style.WHITE),
    ):
        if placed:
            axis.errorbar(
                [100 * point["value"] for _, point in placed],
                [y for y, _ in placed],
                xerr=_style.errorbars([point for _, point in placed]),
                label=label,
                markerfacecolor=colour,
                **MARKS,
            )
    axis.grid(axis="x", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)
