"""What figures share: means over seeds, and the markers and greys of pipelines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from harness.types import Json
from report.evidence.rows import Row
from report.evidence.values import over_seeds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point: TypeAlias = dict[str, Any]  # JSON, as ``figures_data.json`` has it: keys differ by figure
Data: TypeAlias = Json  # a figure's numbers there: its ``points``, and what else it draws
# Marker and grey tell families apart without colour; several families may share a look.
FAMILIES = {
    "lens, human scores": (("lens-human",), "D", "0.45"),
    "wide lens, both targets": (("lens-mixed",), "p", "0.0"),
    "wide lens, few bits": (("lens-wide",), "o", "0.0"),
    "lens, published design": (("lens", "three-stage"), "s", "0.25"),
    "AQEA, reference method": (("aqea",), "d", "0.25"),
    "OPQ": (("opq",), "P", "0.6"),
    "PQ": (("pq",), "X", "0.6"),
    "PCA": (("pca", "half-whitened-pca"), "^", "0.6"),
    "RaBitQ": (("rabitq",), ">", "0.6"),
    "random projection, untrained": (("projection",), "v", "1.0"),
    "truncation, untrained": (("truncation",), "<", "1.0"),
    "scalar bits and signs of all dimensions": (("scalar", "sign", "uncompressed"), "h", "1.0"),
    "other": ((), "*", "0.6"),
}


def means(rows: Iterable[Row], keys: tuple[str, ...], **wanted: object) -> list[Point]:
    """Return a point for each different value of ``keys`` among the rows wanted, in order of those values.

    A point has the keys, the cells that it is the mean of, and value, low and high as fractions.
    """
    together: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        if all(getattr(row, name) == value for name, value in wanted.items()):
            together.setdefault(tuple(getattr(row, key) for key in keys), []).append(row)
    points = []
    for key, same in sorted(together.items(), key=lambda item: tuple(map(_sortable, item[0]))):
        mean = over_seeds(same)
        numbers = {name: round(getattr(mean, name), 9) for name in ("value", "low", "high")}
        points.append({**dict(zip(keys, key, strict=True)), "cells": [row.cell for row in same], **numbers})
    return points


def look(family: str) -> str:
    """Return the label that points of a family are drawn with."""
    return next((label for label, (families, _, _) in FAMILIES.items() if family in families), "other")


def errorbars(points: list[Point]) -> list[list[float]]:
    """Return how far the interval of each point reaches below and above it, in per cent."""
    return [[100 * abs(point["value"] - point[end]) for point in points] for end in ("low", "high")]


def bytes_axis(axis: Axes, points: list[Point]) -> None:
    """Label an axis with the sizes of its points, on a logarithmic scale."""
    axis.set_xscale("log", base=2)
    # Sizes that lie too close for two labels share the larger one's.
    sizes = sorted({point["bytes_per_vector"] for point in points})
    ticks = [
        size for size, above in zip(sizes, [*sizes[1:], 2 * sizes[-1]], strict=True) if above > 1.2 * size
    ]
    axis.set_xticks(ticks, [str(tick) for tick in ticks], rotation=60, fontsize=8)
    axis.minorticks_off()
    axis.set_xlabel("bytes a vector (log scale)")
    grid(axis, "y")


def sizes_axis(axis: Axes, sizes: list[int], label: str) -> None:
    """Give an axis the ticks ``sizes`` on a logarithmic scale, and a light grid across."""
    axis.set_xscale("log", base=2)
    axis.set_xticks(sizes, [str(size) for size in sizes], fontsize=8)
    axis.minorticks_off()
    axis.set_xlabel(label)
    axis.grid(axis="y", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)


def grid(axis: Axes, which: str) -> None:
    """Draw a light grid behind everything, across the axis ``which``, and a line at what is uncompressed."""
    line = axis.axhline if which == "y" else axis.axvline
    line(100, color="0.0", linewidth=0.6, linestyle=":")
    axis.grid(axis="y" if which == "y" else "x", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)


def scatter(axis: Axes, points: list[Point], spread: float) -> None:
    """Draw points over bytes, each family with its marker; families stand the factor ``spread`` apart."""
    for number, (label, (_, marker, grey)) in enumerate(FAMILIES.items()):
        own = [point for point in points if look(point["family"]) == label]
        if not own:
            continue
        aside = spread ** (number - len(FAMILIES) // 2)
        axis.errorbar(
            [aside * point["bytes_per_vector"] for point in own],
            [100 * point["value"] for point in own], yerr=errorbars(own), fmt=marker, label=label,
            markersize=6, markerfacecolor=grey, markeredgecolor="0.0", ecolor="0.5", elinewidth=0.8,
            capsize=2,
        )  # fmt: skip


def legend(figure: Any, axes: list[Axes], columns: int) -> None:
    """Give a figure one legend for all its axes, below them."""
    handles = {
        label: line for axis in axes for line, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=columns, frameon=False)


def _sortable(value: Any) -> tuple[bool, Any]:
    return value is not None, value
