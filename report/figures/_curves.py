"""Curves over dimensions, a line for each method: what three figures share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.figures import _slots, _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Marker, colour and line by a method's label: they tell methods apart without colour.
Methods = dict[str, tuple[str, str, str]]


def draw(axis: Axes, points: list[_style.Point], methods: Methods) -> None:
    """Draw the points of each of ``methods`` with its ``method``, of float32 vectors, over dimensions.

    Every point has a column of its own: those of as many dimensions stand side by side, in order of methods.
    """
    order = list(methods)
    own = sorted(
        (point for point in points if point["method"] in methods),
        key=lambda point: (point["bytes_per_vector"], order.index(point["method"])),
    )
    sizes = _slots.groups(own)
    placed = _slots.placed(sizes, own)
    for label, (marker, colour, line) in methods.items():
        curve = [(x, point) for x, point in placed if point["method"] == label]
        _style.series(axis, curve, label, (marker, colour), linestyle=line, color="0.3", linewidth=0.9)
    labels = [str(size.bytes // 4) for size in sizes]
    _style.columns(axis, sizes, labels, "dimensions, one column per method")
    axis.grid(axis="y", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)
