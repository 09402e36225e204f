"""Curves over dimensions, a line for each method: what three figures share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.figures import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ASIDE = 1.02  # methods stand this factor apart, so that their bars can be told apart

# Marker, colour and line by a method's label: they tell methods apart without colour.
Methods = dict[str, tuple[str, str, str]]


def draw(axis: Axes, points: list[_style.Point], methods: Methods) -> None:
    """Draw the points of each of ``methods`` with its ``method``, of float32 vectors, over dimensions."""
    middle = len(methods) // 2
    for number, (label, (marker, colour, line)) in enumerate(methods.items()):
        curve = sorted((p for p in points if p["method"] == label), key=lambda p: p["bytes_per_vector"])
        if curve:
            axis.errorbar(
                [ASIDE ** (number - middle) * point["bytes_per_vector"] / 4 for point in curve],
                [100 * point["value"] for point in curve], yerr=_style.errorbars(curve), fmt=marker,
                linestyle=line, color="0.3", label=label, markersize=6, markerfacecolor=colour,
                markeredgecolor="0.0", ecolor="0.6", elinewidth=0.7, linewidth=0.9, capsize=2,
            )  # fmt: skip
    sizes = sorted({point["bytes_per_vector"] // 4 for point in points if point["method"] in methods})
    _style.sizes_axis(axis, sizes, "dimensions (log scale)")
