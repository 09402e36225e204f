"""``frontier.svg``: the deciding value against amortised bytes, trained beside untrained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.evidence.schema.audit import Audit
from harness.evidence.schema.audit_frontier import Configuration
from report.audits.marks import BLACK, KINDS, WHITE, Kind, forms_differ, kind, measured_at
from report.audits.numbers import bytes_a_vector, estimate, fraction
from report.audits.selection import focus, staircase

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Marks of one size stand side by side: their bytes are drawn times these factors.
_ASIDE = {("untrained", "compressed"): 0.97, ("untrained", "uncompressed"): 0.99,
          ("trained", "compressed"): 1.01, ("trained", "uncompressed"): 1.03}  # fmt: skip


def title(audit: Audit) -> str:
    """Return what the figure shows: what is recommended, or that nothing is."""
    chosen, task = focus(audit), audit.task
    if chosen is None:
        return f"No configuration meets {task.target_text or 'the budget'}"
    word = "Recommended" if audit.advice.recommended else "Nothing qualifies; the nearest"
    return (
        f"{word}: {bytes_a_vector(chosen.sizes.amortised_bytes)} bytes a vector, {task.target_metric}"
        f" {estimate(chosen.decided_by)}"
    )


def caption(audit: Audit) -> str:
    """Return what is drawn, and how to read it."""
    return (
        f"{audit.task.target_metric} {measured_at(audit)} against amortised bytes a vector: code, side"
        " information, and the codec's state over the rows of the corpus. Each mark is a pipeline with one"
        " form of the query; marks of one size stand side by side. Lines join the highest value within as"
        f" many bytes, trained and untrained apart. Bars are {audit.interval.level:g} % intervals. Nothing"
        " here is rescored from original vectors."
    )


def draw(audit: Audit) -> Figure:
    """Return the figure."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 5.0), layout="constrained")
    axis = figure.subplots()
    end = max(each.sizes.amortised_bytes for each in audit.frontier)
    for each in KINDS:
        own = [configuration for configuration in audit.frontier if kind(configuration) == each]
        if own:
            _marks(axis, own, each, forms=forms_differ(audit))
            _stairs(axis, own, each, end)
    _axes(axis, audit)
    _limits(axis, audit)
    _chosen(axis, audit)
    axis.legend(
        loc="lower right", fontsize=8, frameon=True, framealpha=0.9, edgecolor="0.85", handletextpad=0.4
    )
    figure.suptitle(title(audit), fontsize=11, fontweight="bold", x=0.02, ha="left")
    return figure


def _marks(axis: Axes, configurations: Sequence[Configuration], kind: Kind, *, forms: bool) -> None:
    """Draw marks with their intervals; where ``forms`` differ, those of compressed queries are open."""
    for query, colour in (("uncompressed", kind.colour), ("compressed", WHITE if forms else kind.colour)):
        own = [each for each in configurations if each.query == query]
        values, aside = [each.decided_by for each in own], _ASIDE[kind.label, query]
        if own and (forms or query == "compressed"):
            axis.errorbar(
                [each.sizes.amortised_bytes * aside for each in own], [value.value for value in values],
                yerr=[[v.value - v.low for v in values], [v.high - v.value for v in values]],
                fmt=kind.marker, label=f"{kind.label}, {query} queries" if forms else kind.label,
                markersize=5, markerfacecolor=colour, markeredgecolor=kind.colour, markeredgewidth=1.0,
                ecolor="0.75", elinewidth=0.7, zorder=3,
            )  # fmt: skip


def _stairs(axis: Axes, configurations: Sequence[Configuration], kind: Kind, end: float) -> None:
    """Join the highest values within as many bytes, and label the line where it begins."""
    stairs = staircase(configurations)
    x = [*(each.sizes.amortised_bytes for each in stairs), end * 1.12]
    y = [each.decided_by.value for each in stairs]
    axis.step(x, [*y, y[-1]], where="post", color=kind.colour, linestyle=kind.line, linewidth=1.3, zorder=2)
    axis.annotate(
        f"best {kind.label}", (x[0], y[0]), (-9, 0), textcoords="offset points", fontsize=8, ha="right",
        va="bottom" if kind.trained else "top", color=kind.colour,
    )  # fmt: skip


def _axes(axis: Axes, audit: Audit) -> None:
    sizes = [each.sizes.amortised_bytes for each in audit.frontier]
    low, high = min(sizes), max(sizes)
    axis.set_xscale("log", base=2)
    axis.set_xlim(low / max(1.5, (high / low) ** 0.14), high * 1.2)
    ticks = [2**power for power in range(60) if low * 0.9 <= 2**power <= high * 1.2]
    axis.set_xticks(ticks, [f"{tick:,}" for tick in ticks], fontsize=8)
    axis.minorticks_off()
    axis.tick_params(axis="y", labelsize=8)
    axis.grid(axis="y", color="0.92", linewidth=0.6)
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)
    axis.set_xlabel("amortised bytes a vector, log scale")
    axis.set_ylabel(f"{audit.task.target_metric}\n{measured_at(audit)}")


def _limits(axis: Axes, audit: Audit) -> None:
    """Draw the target across and the budget upright, each with its label."""
    task = audit.task
    if task.target_value is not None:
        axis.axhline(task.target_value, color=BLACK, linewidth=0.9, linestyle=":")
        axis.annotate(
            f"target {fraction(task.target_value, 2)}", (0, task.target_value), (4, 3),
            xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=8,
        )  # fmt: skip
    if task.budget_bytes is not None:
        axis.axvline(task.budget_bytes, color=BLACK, linewidth=0.9, linestyle=":")
        axis.annotate(
            f"budget {bytes_a_vector(task.budget_bytes)} bytes", (task.budget_bytes, 1), (4, -10),
            xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=8,
        )  # fmt: skip


def _chosen(axis: Axes, audit: Audit) -> None:
    """Ring the configuration in focus, draw its interval in black, and label it."""
    chosen = focus(audit)
    if chosen is None:
        return
    value, word = chosen.decided_by, "recommended" if audit.advice.recommended else "nearest"
    size = chosen.sizes.amortised_bytes * _ASIDE[kind(chosen).label, chosen.query]
    axis.errorbar(
        [size], [value.value], yerr=[[value.value - value.low], [value.high - value.value]], fmt="o",
        markersize=12, markerfacecolor="none", markeredgecolor=BLACK, markeredgewidth=1.6, ecolor=BLACK,
        elinewidth=1.4, capsize=3, zorder=4,
    )  # fmt: skip
    low, high = axis.get_xlim()
    right = size < low ** (2 / 3) * high ** (1 / 3)  # in the left third, where lines are labelled
    axis.annotate(
        word, (size, value.value), (10 if right else -10, 6), textcoords="offset points", fontsize=9,
        fontweight="bold", ha="left" if right else "right", zorder=5,
        bbox={"boxstyle": "square,pad=0.1", "facecolor": WHITE, "edgecolor": "none"},
    )  # fmt: skip
