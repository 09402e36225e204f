"""Figure: norms of mapped rows and cosines of random pairs while a student is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collapse import CLOSE
from report.claims import Claim
from report.figures import _style
from report.figures.neighbours_dims import BACKEND, METHODS, SUITE, method

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINT = "d32"
CAPTION = (
    "Norms of mapped training rows, whose inputs have length one, and cosines of random pairs of them, at "
    "the checkpoints of training to 32 dimensions: means over seeds, with bars of one standard deviation "
    "over rows and pairs to each side. A mean cosine above the dotted line makes a checkpoint suspect of a "
    "collapse."
)
STATISTICS = {"norm": "norms", "cosine": "cosines of random pairs"}


def data(rows: list[dict[str, Any]], claims: list[Claim]) -> dict[str, Any]:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space, method, checkpoint and moment of a statistic."""
    mine = [
        {**row, "method": method(row["compressor"])}
        for row in rows
        if (row["suite"], row["point"]) == (SUITE, POINT)
        and row["compressor"].endswith(BACKEND)
        and row["metric"].endswith("@training")
    ]
    moments = [f"{name}_{moment}@training" for name in STATISTICS for moment in ("mean", "std")]
    keys = ("encoder", "metric", "method", "step")
    return {"points": [p for metric in moments for p in _style.means(mine, keys, metric=metric)]}


def draw(found: dict[str, Any]) -> Figure:
    """Return the figure: a row of panels a space, a column a statistic."""
    from matplotlib.figure import Figure

    spaces = sorted({point["encoder"] for point in found["points"]})
    figure = Figure(figsize=(9.0, 1.0 + 2.8 * len(spaces)), layout="constrained")
    axes = figure.subplots(len(spaces), len(STATISTICS), squeeze=False)
    for line, encoder in zip(axes, spaces, strict=True):
        for axis, (name, title) in zip(line, STATISTICS.items(), strict=True):
            _lines(axis, [p for p in found["points"] if p["encoder"] == encoder], name)
            axis.set_title(f"{encoder}: {title}", fontsize=10)
        line[-1].axhline(CLOSE, color="0.0", linewidth=0.8, linestyle=":")
    _style.legend(figure, list(axes.ravel()), len(METHODS))
    return figure


def _lines(axis: Any, points: list[dict[str, Any]], name: str) -> None:
    moments = {
        (p["method"], p["step"], moment): p["value"]
        for p in points
        for moment in ("mean", "std")
        if p["metric"] == f"{name}_{moment}@training"
    }
    for number, (label, (_, marker, grey, line)) in enumerate(METHODS.items()):
        steps = sorted({step for method, step, _ in moments if method == label})
        if steps:
            aside = 0.15 * (steps[-1] - steps[0]) / len(steps) * (number - 1)  # bars can be told apart
            axis.errorbar(
                [step + aside for step in steps], [moments[label, step, "mean"] for step in steps],
                yerr=[moments[label, step, "std"] for step in steps], fmt=marker, linestyle=line, color="0.3",
                label=label, markersize=5, markerfacecolor=grey, markeredgecolor="0.0", ecolor="0.6",
                elinewidth=0.7, linewidth=0.9, capsize=2,
            )  # fmt: skip
    axis.set_xlabel("steps")
    axis.grid(axis="y", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)
