"""``prediction.svg``: how the value falls as the corpus grows, and predictions beside measurements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.evidence.schema.audit import Audit
from harness.evidence.schema.audit_frontier import Configuration, Form, Prediction
from report.audits.marks import BLACK, GREY, WHITE, kind
from report.audits.numbers import bytes_a_vector, count, estimate, fraction
from report.audits.selection import excerpt, focus

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CURVES = 4  # configurations whose fall is drawn
_STEPS = 100
_ASIDE = 1.3  # predictions stand this factor apart, so that their intervals do not hide one another
_TEN = 10


def predicted(audit: Audit) -> list[tuple[Configuration, Prediction]]:
    """Return the configurations with a prediction, from fewest bytes."""
    return [(each, each.prediction) for each in audit.frontier if each.prediction is not None]


def title(audit: Audit) -> str:
    """Return what the figure shows: the value predicted of the configuration in focus, and the check."""
    chosen, checks = focus(audit), [prediction.hold_out for _, prediction in predicted(audit)]
    inside = f"{sum(check.covered for check in checks)} of {len(checks)} checks inside their interval"
    if chosen is None or chosen.prediction is None:
        return f"Prediction at {count(audit.task.rows)} rows: {inside}"
    at = f"{bytes_a_vector(chosen.sizes.amortised_bytes)} bytes at {count(chosen.prediction.rows)} rows"
    return f"{at}: {audit.task.target_metric} {estimate(chosen.decided_by)}; {inside}"


def caption(audit: Audit) -> str:
    """Return what is drawn, and how to read it."""
    return (
        "Left: filled marks are measured in disjoint parts of the corpus, open marks are predicted at"
        f" {count(audit.task.rows)} rows; the band lies between the two forms fitted to all sizes. Bars are"
        f" {audit.interval.level:g} % intervals. Right: the check. The largest sizes were held out and"
        " predicted from the smaller ones; marks are measured minus predicted at the largest, bars the"
        " prediction's interval; crosses lie outside of it."
    )


def draw(audit: Audit) -> Figure | None:
    """Return the figure; None where nothing is predicted."""
    from matplotlib.figure import Figure

    if not predicted(audit):
        return None
    figure = Figure(figsize=(9.6, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.7, 1))
    _falls(left, audit)
    _checks(right, audit)
    for axis in (left, right):
        axis.tick_params(labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_axisbelow(True)
    figure.suptitle(title(audit), fontsize=11, fontweight="bold", x=0.02, ha="left")
    return figure


def curves(audit: Audit) -> list[tuple[Configuration, Prediction]]:
    """Return the configurations whose fall is drawn: the one in focus, and the best of fewer bytes."""
    chosen = focus(audit)
    rows = excerpt(audit, len(audit.frontier))
    if chosen is not None:
        rows = rows[: rows.index(chosen) + 1]
    return [(each, each.prediction) for each in rows if each.prediction is not None][-_CURVES:]


def _falls(axis: Axes, audit: Audit) -> None:
    chosen, drawn = focus(audit), curves(audit)
    for i, (each, prediction) in enumerate(reversed(drawn)):
        _fall(axis, each, prediction, audit.task.k, _ASIDE**i, focused=each is chosen)
    _labels(axis, drawn, chosen)
    if audit.task.target_value is not None:
        axis.axhline(audit.task.target_value, color=BLACK, linewidth=0.9, linestyle=":")
        axis.annotate(
            f"target {fraction(audit.task.target_value, 2)}", (0, audit.task.target_value), (4, 3),
            xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=8,
        )  # fmt: skip
    sizes = [point.rows for _, prediction in predicted(audit) for point in prediction.points]
    axis.set_xscale("log")
    axis.set_xlim(min(sizes) / 1.6, max(*sizes, audit.task.rows) * (max(sizes) / min(sizes)) ** 0.7)
    powers = range(math.floor(math.log10(min(sizes))), math.ceil(math.log10(audit.task.rows)) + 1)
    low, high = axis.get_xlim()
    ticks = [_TEN**power for power in powers if low <= _TEN**power <= high]
    axis.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axis.minorticks_off()
    axis.grid(color="0.92", linewidth=0.6)
    axis.set_xlabel("rows searched, log scale")
    axis.set_ylabel(audit.task.target_metric)


def _fall(
    axis: Axes, each: Configuration, prediction: Prediction, k: int, aside: float, *, focused: bool
) -> None:
    """Draw measured sizes, the band between the forms, and the prediction, set ``aside`` by a factor."""
    colour = kind(each).colour if focused else GREY
    marker, points = kind(each).marker, prediction.points
    axis.errorbar(
        [point.rows for point in points], [point.value for point in points],
        yerr=[[p.value - p.low for p in points], [p.high - p.value for p in points]], fmt=marker,
        color=colour, markersize=5, elinewidth=1, zorder=3,
    )  # fmt: skip
    rows = _between(points[0].rows, max(prediction.rows, points[-1].rows))
    values = [[value_at(form, size, k) for size in rows] for form in prediction.forms]
    bottom, top = ([pick(column) for column in zip(*values, strict=True)] for pick in (min, max))
    axis.fill_between(rows, bottom, top, color=colour, alpha=0.18, linewidth=0)
    for curve in values:
        axis.plot(rows, curve, color=colour, linewidth=0.8, zorder=2)
    axis.errorbar(
        [prediction.rows * aside], [prediction.value],
        yerr=[[prediction.value - prediction.low], [prediction.high - prediction.value]], fmt=marker,
        color=colour, markerfacecolor=WHITE, markersize=7, elinewidth=1.4, capsize=3, zorder=4,
    )  # fmt: skip


def _labels(
    axis: Axes, drawn: Sequence[tuple[Configuration, Prediction]], chosen: Configuration | None
) -> None:
    """Label each prediction with its bytes, right of them all, apart enough to be read."""
    low, high = axis.get_ylim()
    gap, below = 0.05 * (high - low), float("-inf")
    right = max(prediction.rows for _, prediction in drawn) * _ASIDE ** len(drawn)
    for each, prediction in sorted(drawn, key=lambda pair: pair[1].value):
        below = max(prediction.value, below + gap)
        axis.annotate(
            f"{bytes_a_vector(each.sizes.amortised_bytes)} bytes", (right, below), fontsize=8, va="center",
            color=BLACK if each is chosen else "0.35", fontweight="bold" if each is chosen else "normal",
        )  # fmt: skip


def _checks(axis: Axes, audit: Audit) -> None:
    checks = [(each, prediction.hold_out) for each, prediction in predicted(audit)]
    chosen = focus(audit)
    for each, check in checks:
        own = kind(each)
        if each is chosen:
            axis.plot(
                [check.predicted], [check.measured - check.predicted], marker="o", markersize=11,
                markerfacecolor="none", markeredgecolor=BLACK, markeredgewidth=1.5, zorder=4,
            )  # fmt: skip
        axis.vlines(
            check.predicted, check.low - check.predicted, check.high - check.predicted, color="0.75",
            linewidth=1.0, zorder=1,
        )  # fmt: skip
        axis.plot(
            [check.predicted], [check.measured - check.predicted], color=own.colour, markerfacecolor=WHITE,
            marker=own.marker if check.covered else "x", markersize=4 if check.covered else 6,
            markeredgewidth=1.0 if check.covered else 1.8, zorder=3,
        )  # fmt: skip
    axis.axhline(0, color="0.5", linewidth=0.8)
    axis.grid(color="0.92", linewidth=0.6)
    axis.set_xlabel(f"predicted at {count(checks[0][1].rows)} rows, from {_listed(checks[0][1].fitted)}")
    axis.set_ylabel("measured minus predicted")


def _listed(sizes: Sequence[int]) -> str:
    return f"{count(sizes[0])} to {count(sizes[-1])}"


def _between(first: int, last: int) -> list[float]:
    return [first * (last / first) ** (step / _STEPS) for step in range(_STEPS + 1)]


def value_at(form: Form, rows: float, k: int) -> float:
    """Return the value of a fitted form at a number of rows, by the formulas of its schema."""
    regressor = math.log(rows) if form.name == "log-rows" else math.log(math.log(2 * rows / k))
    return 1 / (1 + math.exp(-(form.intercept + form.slope * regressor)))
