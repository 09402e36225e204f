"""What figures share: means over seeds, titles, and the markers and colours of pipelines."""

from __future__ import annotations

import operator
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from harness.types import Json
from report.evidence.rows import Row
from report.evidence.values import over_seeds
from report.figures import _slots
from report.findings.words import encoder

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point: TypeAlias = dict[str, Any]  # JSON, as ``figures_data.json`` has it: keys differ by figure
Data: TypeAlias = Json  # a figure's numbers there: its ``points``, and what else it draws
# Colours that colour-blind readers tell apart, and that differ in grey, darkest first.
BLACK, BLUE, VERMILLION, SKY, YELLOW, WHITE = "#000000", "#0b4f8a", "#d1602b", "#6bbbe8", "#f4dc5a", "#ffffff"
GREY = "#8c8c8c"
# Families that look the same; marker and colour tell these kinds apart.
FAMILIES = {
    "lens, published design": (("lens", "three-stage", "aqea"), "s", VERMILLION),
    "other lenses": (("lens-wide", "lens-mixed", "lens-human", "dev-best"), "o", BLUE),
    "PCA": (("pca", "half-whitened-pca", "axes", "variance-bits"), "^", SKY),
    "PQ, OPQ, ITQ, RaBitQ": (("pq", "opq", "itq", "rabitq"), "D", YELLOW),
    "random projection, truncation": (("projection", "truncation"), "v", WHITE),
    "scalar bits and signs of all dimensions": (("scalar", "sign", "uncompressed"), "h", BLACK),
    "other": ((), "*", GREY),
}
PUBLISHED: dict[str, Any] = {
    "markersize": 9,
    "markerfacecolor": "none",
    "markeredgecolor": BLACK,
    "markeredgewidth": 1.4,
}


def means(rows: Iterable[Row], keys: tuple[str, ...], **wanted: object) -> list[Point]:
    """Return a point for each different value of ``keys`` among the rows wanted, in order of those values.

    A point has the keys, the cells that it is the mean of, and value, low and high as fractions.
    """
    together: dict[tuple[Any, ...], list[Row]] = {}
    of_row = operator.attrgetter("suite", *wanted)  # of one name alone it would give no tuple
    expected = tuple(wanted.values())
    for row in rows:
        if of_row(row)[1:] == expected:
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


def grid(axis: Axes, which: str) -> None:
    """Draw a light grid behind everything, across the axis ``which``, and a line at what is uncompressed."""
    line = axis.axhline if which == "y" else axis.axvline
    line(100, color="0.0", linewidth=0.6, linestyle=":")
    axis.grid(axis="y" if which == "y" else "x", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)


def scatter(axis: Axes, points: list[Point]) -> list[_slots.Group]:
    """Draw points in order of bytes, each in a slot of its own, and label the groups; return these."""
    sizes = _slots.groups(points)
    placed = _slots.placed(sizes, points)
    for label, (_, marker, colour) in FAMILIES.items():
        own = [(x, point) for x, point in placed if look(point["family"]) == label]
        series(axis, own, label, (marker, colour))
    columns(axis, sizes, [str(size.bytes) for size in sizes], "bytes per vector, one column per method")
    grid(axis, "y")
    return sizes


def series(
    axis: Axes, placed: list[tuple[float, Point]], label: str, kind: tuple[str, str], **line: Any
) -> None:
    """Draw points at their places with intervals; ``kind``: marker and colour, ``line``: what joins them."""
    if placed:
        points = [point for _, point in placed]
        axis.errorbar(
            [x for x, _ in placed], [100 * point["value"] for point in points], yerr=errorbars(points),
            marker=kind[0], label=label, markersize=5.5, markerfacecolor=kind[1], markeredgecolor=BLACK,
            markeredgewidth=0.7, ecolor="0.45", elinewidth=0.8, **{"linestyle": "none", **line},
        )  # fmt: skip


def beside(axis: Axes, place: tuple[float, float], text: str, *, right: bool = True) -> None:
    """Label a mark directly, to its right or left; ``place``: where the mark or its interval ends."""
    axis.annotate(
        text, place, (5 if right else -5, 0), textcoords="offset points", fontsize=8, va="center",
        ha="left" if right else "right",
    )  # fmt: skip


def upright(axis: Axes, x: float, point: Point, text: str, *, above: bool = False) -> None:
    """Label a mark directly in its own column: upright, below its interval or ``above`` it."""
    axis.annotate(
        text, (x, 100 * point["high" if above else "low"]), (0, 4 if above else -4), rotation=90,
        textcoords="offset points", fontsize=7, ha="center", va="bottom" if above else "top",
    )  # fmt: skip


def room(axis: Axes, below: float, above: float) -> None:
    """Leave room for labels below and above what is drawn, as shares of its height; ticks stay per cents."""
    low, high = axis.get_ylim()
    axis.set_ylim(low - below * (high - low), high + above * (high - low))
    axis.set_yticks([tick for tick in axis.get_yticks() if 0 <= tick <= 100])  # noqa: PLR2004 - per cent


def published_strips(axis: Axes, spaces: list[str], measured: set[str]) -> None:
    """Set the published marks of each space apart on a strip of grey; say which spaces were not measured."""
    for line, space in enumerate(spaces):
        axis.axhspan(line - 0.5, line - 0.18, color="0.93", linewidth=0, zorder=0)
        if space not in measured:
            axis.text(
                0.02, line + 0.15, "not measured here", fontsize=8, transform=axis.get_yaxis_transform()
            )
    axis.set_yticks(range(len(spaces)), [encoder(space) for space in spaces])
    axis.set_ylim(len(spaces) - 0.45, -0.55)


def columns(axis: Axes, sizes: list[_slots.Group], labels: list[str], label: str) -> None:
    """Give an axis the groups ``sizes``, every second one shaded, with their labels."""
    for size in sizes[1::2]:
        axis.axvspan(size.start, size.end, color="0.95", linewidth=0, zorder=0)
    axis.set_xticks([size.middle for size in sizes], labels, fontsize=8)
    axis.tick_params(axis="x", length=0)
    axis.set_xlim(0, sizes[-1].end if sizes else 1)
    axis.set_xlabel(label)


def heading(figure: Any, title: str) -> None:
    """Give a figure the title that says what it shows, wrapped to its width."""
    width = int(10.3 * figure.get_size_inches()[0])
    figure.suptitle("\n".join(textwrap.wrap(title, width)), fontsize=11, fontweight="bold", x=0.02, ha="left")


def legend(figure: Any, axes: list[Axes], columns: int) -> None:
    """Give a figure one legend for all its axes, below them."""
    handles = {
        label: line for axis in axes for line, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=columns, frameon=False)


def _sortable(value: Any) -> tuple[bool, Any]:
    return value is not None, value
