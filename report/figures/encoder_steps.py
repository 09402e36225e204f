"""Figure: the auto-encoder system with real encoders on both sides, a line for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.tables.encoder_steps import (
    DATASET,
    LARGE,
    MEASURED,
    METRIC,
    PROTOCOL,
    SMALL,
    STEPS,
    called,
    step_of,
)
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "nDCG@10 on NFCorpus of each step, with its number of float32 dimensions. Squares are maps of the small "
    "encoders onto the auto-encoded large one. The dotted line is the small encoders as they are. "
    "Bars are 95 % intervals over queries and seeds."
)
LOOKS = {False: ("o", _style.BLUE, "no map"), True: ("s", _style.VERMILLION, "mapped")}


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space and step."""
    wanted = {"dataset": DATASET, "metric": METRIC, "protocol": PROTOCOL}
    keys = ("encoder", "pipeline", "bytes_per_vector")
    points = [
        {**point, "step": step, "what": called(point["encoder"], step)}
        for encoder, (suite, train) in MEASURED.items()
        for point in _style.means(rows, keys, suite=suite, encoder=encoder, train=train, **wanted)
        if (step := step_of(point["encoder"], point["pipeline"]))
    ]
    return {"metric": METRIC, "points": points}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: the small encoders mapped and unmapped, in the first space."""
    for space, small in SMALL.items():
        own = _titles.selected(numbers["points"], encoder=space)
        mapped, alone = (_titles.selected(own, step=step) for step in ("mapped-residual", "small"))
        if mapped and alone:
            return (
                f"nDCG@10 on NFCorpus: {small} {_titles.share(alone)}, mapped onto auto-encoded "
                f"{LARGE[space]} {_titles.share(mapped)}"
            )
    return "nDCG@10 on NFCorpus, step by step of the auto-encoder system"


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a panel a space, a line a step, all with one scale."""
    from matplotlib.figure import Figure

    spaces = [own for space in SMALL if (own := _titles.selected(numbers["points"], encoder=space))]
    figure = Figure(figsize=(10.5, 1.2 + 2.9 * len(spaces)), layout="constrained")
    axes = list(figure.subplots(len(spaces), 1, squeeze=False, sharex=True)[:, 0])
    for axis, own in zip(axes, spaces, strict=True):
        _panel(axis, sorted(own, key=lambda point: list(STEPS).index(point["step"])))
    axes[-1].set_xlabel("nDCG@10, %")
    _style.legend(figure, axes, 2)
    _style.heading(figure, title(numbers))
    return figure


def _panel(axis: Axes, own: list[_style.Point]) -> None:
    for is_map, (marker, colour, label) in LOOKS.items():
        placed = [(i, point) for i, point in enumerate(own) if point["step"].startswith("mapped") == is_map]
        if placed:
            points = [point for _, point in placed]
            axis.errorbar(
                [100 * point["value"] for point in points], [i for i, _ in placed],
                xerr=_style.errorbars(points), marker=marker, label=label, linestyle="none", markersize=5.5,
                markerfacecolor=colour, markeredgecolor=_style.BLACK, markeredgewidth=0.7, ecolor="0.45",
                elinewidth=0.8,
            )  # fmt: skip
    for point in _titles.selected(own, step="small"):
        axis.axvline(100 * point["value"], color="0.0", linewidth=0.8, linestyle=":")
    names = [f"{point['what']} ({point['bytes_per_vector'] // 4})" for point in own]
    axis.set_yticks(range(len(own)), names, fontsize=8)
    axis.invert_yaxis()
    axis.grid(axis="x", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)
