"""Figure 1: quality against bytes a vector, every compressor a point with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from report.claims import Claim
from report.evidence import over_seeds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Agreement with people that is left (retention of Spearman, mean of STS12–16) against bytes a vector. "
    "MiniLM, trained on STS-B train; bars are 95 % intervals over items, the widest of the seeds. "
    "Compressors of one size are spread sideways a little. "
    "Stars are the published points of E5-large, at their own bytes, trained and scored as published."
)
SUITE, ENCODER, TRAIN, DATASET, METRIC = (
    "sts-generalization",
    "minilm",
    "stsb-train",
    "sts12-16",
    "retention@human",
)
SPREAD = 1.03  # families at one size stand this factor apart, so that none hides another
# Marker and grey of a family tell it apart without colour; a family is what a chain's name begins with.
FAMILIES = {
    "lens-human": ("lens, human scores", "D", "0.45"),
    "lens-mixed": ("wide lens, both targets", "p", "0.0"),
    "lens-wide": ("wide lens, few bits", "o", "0.0"),
    "lens": ("lens, published design", "s", "0.25"),
    "opq": ("OPQ", "P", "0.6"),
    "pq": ("PQ", "X", "0.6"),
    "pca": ("PCA", "^", "0.6"),
    "projection": ("random projection, untrained", "v", "1.0"),
    "truncation": ("truncation, untrained", "<", "1.0"),
    "": ("scalar bits and signs of all dimensions", "h", "1.0"),
}


def data(rows: list[dict[str, Any]], claims: list[Claim]) -> dict[str, Any]:
    """Return the numbers to draw: a point a compressor and protocol, and the published points."""
    wanted = {"suite": SUITE, "encoder": ENCODER, "train": TRAIN, "dataset": DATASET, "metric": METRIC}
    together: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    for row in rows:
        if wanted.items() <= row.items():
            together.setdefault((row["protocol"], row["compressor"], row["bytes_per_vector"]), []).append(row)
    points = [
        {
            "protocol": protocol,
            "compressor": compressor,
            "bytes_per_vector": size,
            "cells": [row["cell"] for row in found],
            **{key: round(over_seeds(found)[key], 9) for key in ("value", "low", "high")},
        }
        for (protocol, compressor, size), found in sorted(together.items())
    ]
    return {**wanted, "points": points, "published": _published(claims)}


def draw(found: dict[str, Any]) -> Figure:
    """Return the figure: a panel a protocol, a logarithmic axis of bytes."""
    from matplotlib.figure import Figure

    protocols = sorted({point["protocol"] for point in found["points"]})
    figure = Figure(figsize=(10.5, 5.2), layout="constrained")
    axes = figure.subplots(1, len(protocols), sharey=True, squeeze=False)[0]
    for axis, protocol in zip(axes, protocols, strict=True):
        _panel(axis, [point for point in found["points"] if point["protocol"] == protocol])
        axis.set_title(protocol)
        if protocol == "as-published":
            _stars(axis, found["published"])
    axes[0].set_ylabel("retention of Spearman against people, %")
    handles = {
        label: line for axis in axes for line, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=3, frameon=False)
    return figure


def _published(claims: list[Claim]) -> list[dict[str, Any]]:
    points = []
    for claim in claims:
        if claim.table:
            for key, size in (
                ("lens", 140),
                ("lens_pq", 35),
            ):  # 35 float32 values, 35 bytes: the report's setup
                kept = [getattr(row, key) / row.original for row in claim.table]
                points.append(
                    {"claim": claim.id, "bytes_per_vector": size, "value": round(sum(kept) / len(kept), 9)}
                )
    return points


def _panel(axis: Axes, points: list[dict[str, Any]]) -> None:
    for place, (prefix, (label, marker, grey)) in enumerate(FAMILIES.items()):
        mine = [point for point in points if _family(point["compressor"]) == prefix]
        if not mine:
            continue
        centre = [100 * point["value"] for point in mine]
        aside = SPREAD ** (place - len(FAMILIES) // 2)
        ends = [[100 * abs(point["value"] - point[end]) for point in mine] for end in ("low", "high")]
        axis.errorbar(
            [aside * point["bytes_per_vector"] for point in mine], centre, yerr=ends, fmt=marker, label=label,
            markersize=6, markerfacecolor=grey, markeredgecolor="0.0", ecolor="0.5", elinewidth=0.8,
            capsize=2,
        )  # fmt: skip
    axis.set_xscale("log", base=2)
    # Sizes that lie too close for two labels share the larger one's.
    sizes = sorted({point["bytes_per_vector"] for point in points})
    ticks = [
        size for size, above in zip(sizes, [*sizes[1:], 2 * sizes[-1]], strict=True) if above > 1.2 * size
    ]
    axis.set_xticks(ticks, [str(tick) for tick in ticks], rotation=60, fontsize=8)
    axis.minorticks_off()
    axis.set_xlabel("bytes a vector (log scale)")
    axis.axhline(100, color="0.0", linewidth=0.6, linestyle=":")
    axis.grid(axis="y", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)


def _stars(axis: Axes, published: list[dict[str, Any]]) -> None:
    sizes, values = ([point[key] for point in published] for key in ("bytes_per_vector", "value"))
    axis.plot(
        sizes, [100 * value for value in values], "*", label="published, E5-large", markersize=13,
        markerfacecolor="none", markeredgecolor="0.0",
    )  # fmt: skip


def _family(compressor: str) -> str:
    return next(prefix for prefix in FAMILIES if compressor.startswith(prefix))
