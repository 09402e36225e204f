"""Figure: retention as published against decontaminated, a line a pipeline and size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.verdicts.claims import Claim, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Retention of Spearman against people, mean of STS12–16, on every pair and decontaminated: on the pairs "
    "that share no sentence with the training split. MiniLM, trained on STS-B train; largest loss first. "
    "Changes below a point are left out."
)
WANTED = {
    "suite": "sts-generalization",
    "encoder": "minilm",
    "train": "stsb-train",
    "dataset": "sts12-16",
    "metric": "retention@human",
}
SMALL = 0.01  # changes below are left out, where more than FEW pipelines are there
FEW = 12
PROTOCOLS = {
    "as-published": ("every pair", _style.VERMILLION),
    "decontaminated": ("decontaminated", _style.BLUE),
}


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: both protocols' points of each pipeline and size that has both."""
    keys = ("pipeline", "bytes_per_vector", "point", "grid", "label", "protocol")
    pairs: dict[tuple[Any, ...], dict[str, _style.Point]] = {}
    for point in _style.means(rows, keys, **WANTED):
        pairs.setdefault(tuple(point[key] for key in keys[:-1]), {})[point["protocol"]] = point
    both = [pair for pair in pairs.values() if set(pair) == set(PROTOCOLS)]
    both.sort(key=lambda pair: pair["decontaminated"]["value"] - pair["as-published"]["value"])
    return {**WANTED, "points": [pair[protocol] for pair in both for protocol in PROTOCOLS]}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: how many pipelines keep less, and which loses most."""
    every, clean = (_titles.selected(numbers["points"], protocol=protocol) for protocol in PROTOCOLS)
    drops = [before["value"] - after["value"] for before, after in zip(every, clean, strict=True)]
    return (
        f"Without pairs that training has seen, {sum(drop > 0 for drop in drops)} of {len(drops)} pipelines "
        f"keep less; {every[0]['label']}, loses most: {percent(drops[0])} points"
    )


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a dumbbell a pipeline and size."""
    from matplotlib.figure import Figure

    every, clean = (_titles.selected(numbers["points"], protocol=protocol) for protocol in PROTOCOLS)
    pairs = [
        pair
        for pair in zip(every, clean, strict=True)
        if abs(pair[0]["value"] - pair[1]["value"]) >= SMALL or len(every) <= FEW
    ]
    names = [f"{point['label']}: {point['bytes_per_vector']} bytes" for point, _ in pairs]
    heights = list(range(len(names)))
    figure = Figure(figsize=(10.5, 1.1 + 0.24 * len(names)), layout="constrained")
    axis = figure.subplots()
    ends = [[100 * point["value"] for point in points] for points in zip(*pairs, strict=True)]
    axis.hlines(heights, ends[0], ends[1], color="0.5", linewidth=1.5, zorder=1)
    for values, marker, (label, colour) in zip(ends, "so", PROTOCOLS.values(), strict=True):
        axis.plot(
            values, heights, marker, markersize=6, markerfacecolor=colour, markeredgecolor="0.0",
        )  # fmt: skip
        _style.beside(axis, (values[0], 0), f" {label} ", right=values[0] == max(end[0] for end in ends))
    axis.set_yticks(heights, names, fontsize=8)
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.set_xlabel("retention of Spearman against people, %")
    _style.grid(axis, "x")
    _style.heading(figure, title(numbers))
    return figure
