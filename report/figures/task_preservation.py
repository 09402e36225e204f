"""Figure 3: three stages at the published bytes, similarity and task preservation beside the published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.tables.published import published
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "8 bits, lens (or AQEA) and PQ at the published bytes: similarity preservation, and task preservation "
    "(agreement with people) on STS-B test where people rated pairs. Light: every pair, as published; dark: "
    "pairs that share no sentence with training. Bars are 95 % intervals. A space with a published star "
    "alone could not be measured here."
)
SUITE, POINT, CLAIM = "three-stage", "published", "C4"
METRICS = {"spearman@original": "similarity preservation, %", "retention@human": "task preservation, %"}
DATASETS = ("stsb-test", "speech-test")  # what the spaces were tested on; the second has no human scores
PIPELINES = {"three-stage": ("8 bits, lens, PQ", "s"), "three-stage-aqea": ("8 bits, AQEA, PQ", "d")}
KINDS = {"three-stage-aqea-audio": "three-stage-aqea"}
PROTOCOLS = {
    "as-published": ("as published", _style.VERMILLION),
    "decontaminated": ("decontaminated", _style.BLUE),
}


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:
    """Return the numbers to draw: a point a space, pipeline, metric and protocol; published values."""
    keys = ("encoder", "pipeline", "metric", "dataset", "protocol", "train")
    points = [
        {**point, "series": KINDS.get(point["pipeline"], point["pipeline"])}
        for point in _style.means(rows, keys, suite=SUITE, point=POINT)
        if point["metric"] in METRICS
        and point["dataset"] in DATASETS
        and KINDS.get(point["pipeline"], point["pipeline"]) in PIPELINES
    ]
    printed = [
        {"claim": CLAIM, "encoder": encoder, "metric": metric, "value": number.value}
        for metric in METRICS
        for encoder, number in published(claims, CLAIM, metric).items()
    ]
    return {"suite": SUITE, "point": POINT, "points": points, "published": printed}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: the agreement that three stages keep, here and as published."""
    clean = _titles.selected(numbers["points"], series="three-stage", protocol="decontaminated")
    task = _titles.selected(clean, metric="retention@human")
    printed = _titles.selected(numbers["published"], metric="retention@human")
    spaces = {point["encoder"] for point in task}
    same = [number for number in printed if number["encoder"] in spaces]
    if not same:
        return "What three stages keep of similarities and of the agreement with people"
    return (
        f"Three stages keep {_titles.share(task)} of the agreement with people on unseen pairs; "
        f"published for the same spaces: {_titles.share(same)}"
    )


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a line a space, a panel for similarity and one for the task."""
    from matplotlib.figure import Figure

    spaces = list(dict.fromkeys(point["encoder"] for point in [*numbers["published"], *numbers["points"]]))
    series = [(pipeline, protocol) for pipeline in PIPELINES for protocol in PROTOCOLS]
    figure = Figure(figsize=(10.5, 1.6 + 0.75 * len(spaces)), layout="constrained")
    axes = figure.subplots(1, len(METRICS), sharey=True)
    for axis, (metric, label) in zip(axes, METRICS.items(), strict=True):
        for number, (pipeline, protocol) in enumerate(series):
            wanted = {"metric": metric, "series": pipeline, "protocol": protocol}
            own = [point for point in numbers["points"] if wanted.items() <= point.items()]
            axis.errorbar(
                [100 * point["value"] for point in own],
                [spaces.index(point["encoder"]) + 0.15 * (number - 1) for point in own],
                xerr=_style.errorbars(own), fmt=PIPELINES[pipeline][1], markersize=7,
                label=PIPELINES[pipeline][0] + "; " + PROTOCOLS[protocol][0],
                markerfacecolor=PROTOCOLS[protocol][1], markeredgecolor="0.0", ecolor="0.5",
                elinewidth=0.8, capsize=2,
            )  # fmt: skip
        own = [point for point in numbers["published"] if point["metric"] == metric]
        axis.plot(
            [100 * point["value"] for point in own],
            [spaces.index(point["encoder"]) - 0.38 for point in own],
            "*", label="published", **_style.PUBLISHED,
        )  # fmt: skip
        axis.set_xlabel(label)
        _style.grid(axis, "x")
    axes[0].set_yticks(range(len(spaces)), spaces)
    axes[0].set_ylim(len(spaces) - 0.45, -0.6)
    _style.legend(figure, list(axes), 3)
    _style.heading(figure, title(numbers))
    return figure
