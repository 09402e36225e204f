"""Figure: norms of mapped rows and cosines of random pairs while a student is trained."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.figures.neighbours_dims import METHODS, exhaustive
from report.findings import words
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINT = "d32"
CAPTION = (
    "Norms of mapped training rows, whose inputs have length one, and cosines of random pairs of them, at "
    "the checkpoints of training to 32 dimensions: means over seeds, with bars of one standard deviation "
    "over rows and pairs to each side. A cross marks a checkpoint at which any seed is suspected of collapse."
)
STATISTICS = {"norm": "norms", "cosine": "cosines of random pairs"}
SUSPECT = "collapse_suspect@training"


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space, method, checkpoint and moment of a statistic."""
    named = [
        replace(row, method=method)
        for row in rows
        if row.point == POINT and row.metric.endswith("@training") and (method := exhaustive(row))
    ]
    metrics = [f"{name}_{moment}@training" for name in STATISTICS for moment in ("mean", "std")]
    keys = ("encoder", "metric", "method", "step")
    return {"points": [p for metric in (*metrics, SUSPECT) for p in _style.means(named, keys, metric=metric)]}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: how many checkpoints are suspect of a collapse."""
    checks = _titles.selected(numbers["points"], metric=SUSPECT)
    suspect = sum(point["value"] > 0 for point in checks)
    return f"{suspect} of {len(checks)} training checkpoints are suspected of collapse"


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a row of panels a space, a column a statistic."""
    from matplotlib.figure import Figure

    spaces = sorted({point["encoder"] for point in numbers["points"]})
    figure = Figure(figsize=(9.0, 1.0 + 2.8 * len(spaces)), layout="constrained")
    axes = figure.subplots(len(spaces), len(STATISTICS), squeeze=False)
    for line, encoder in zip(axes, spaces, strict=True):
        for axis, (name, what) in zip(line, STATISTICS.items(), strict=True):
            _lines(axis, [p for p in numbers["points"] if p["encoder"] == encoder], name)
            axis.set_title(f"{words.encoder(encoder)}: {what}", fontsize=10)
    _style.legend(figure, list(axes.ravel()), len(METHODS))
    _style.heading(figure, title(numbers))
    return figure


def _lines(axis: Any, points: list[_style.Point], name: str) -> None:
    values = {(p["method"], p["step"], p["metric"]): p["value"] for p in points}
    for number, (label, (marker, colour, line)) in enumerate(METHODS.items()):
        steps = sorted({step for method, step, _ in values if method == label})
        if not steps:
            continue
        mean, std = (
            [values[label, x, f"{name}_{moment}@training"] for x in steps] for moment in ("mean", "std")
        )
        aside = 0.5 * (steps[-1] - steps[0]) / len(steps) * (number - 1)  # no mark touches another
        axis.errorbar(
            [step + aside for step in steps], mean, yerr=std, fmt=marker, linestyle=line, color="0.3",
            label=label, markersize=4, markerfacecolor=colour, markeredgecolor="0.0", ecolor="0.6",
            elinewidth=0.7, linewidth=0.9, capsize=2,
        )  # fmt: skip
        crossed = [(x + aside, y) for x, y in zip(steps, mean, strict=True) if values[label, x, SUSPECT]]
        axis.plot([x for x, _ in crossed], [y for _, y in crossed], "x", color="0.0", markersize=11)
    axis.set_xlabel("steps")
    axis.grid(axis="y", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)
