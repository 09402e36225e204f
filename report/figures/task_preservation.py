"""Figure 3: three stages at the published bytes, similarity and task preservation beside the published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.tables.published import published
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "8 bits, lens (or AQEA) and PQ at the published bytes, on STS-B test: similarity preservation, and task "
    "preservation (agreement with people), on every pair and on pairs that share no sentence with training "
    "(decontaminated). Published values are on grey. Bars are 95 % intervals."
)
SUITE, POINT, CLAIM = "three-stage", "published", "C4"
METRICS = {"spearman@original": "similarity preservation, %", "retention@human": "task preservation, %"}
DATASETS = ("stsb-test", "speech-test")  # what the spaces were tested on; the second has no human scores
PIPELINES = {"three-stage": ("lens", "s"), "three-stage-aqea": ("AQEA", "d")}
KINDS = {"three-stage-aqea-audio": "three-stage-aqea"}
PROTOCOLS = {
    "as-published": ("every pair", _style.VERMILLION),
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
    figure = Figure(figsize=(10.5, 1.1 + 0.85 * len(spaces)), layout="constrained")
    axes = figure.subplots(1, len(METRICS), sharey=True)
    for axis, (metric, label) in zip(axes, METRICS.items(), strict=True):
        own = [point for point in numbers["points"] if point["metric"] == metric]
        _style.published_strips(axis, spaces, {point["encoder"] for point in own})
        _measured(axis, own, spaces)
        printed = [point for point in numbers["published"] if point["metric"] == metric]
        places = [(100 * point["value"], spaces.index(point["encoder"]) - 0.35) for point in printed]
        axis.plot([x for x, _ in places], [y for _, y in places], "*", **_style.PUBLISHED)
        for place in places[:1]:
            _style.beside(axis, place, "published  ", right=False)
        axis.set_xlabel(label)
        _style.grid(axis, "x")
    _style.heading(figure, title(numbers))
    return figure


def _measured(axis: Axes, points: list[_style.Point], spaces: list[str]) -> None:
    """Draw the points of a panel, a line a map and protocol, labelled at the first space."""
    series = [(pipeline, protocol) for pipeline in PIPELINES for protocol in PROTOCOLS]
    for number, (pipeline, protocol) in enumerate(series):
        wanted = {"series": pipeline, "protocol": protocol}
        own = sorted(
            (point for point in points if wanted.items() <= point.items()),
            key=lambda point: spaces.index(point["encoder"]),
        )
        heights = [spaces.index(point["encoder"]) - 0.1 + 0.16 * number for point in own]
        (name, marker), (words, colour) = PIPELINES[pipeline], PROTOCOLS[protocol]
        axis.errorbar(
            [100 * point["value"] for point in own], heights, xerr=_style.errorbars(own), fmt=marker,
            markersize=6, markerfacecolor=colour, markeredgecolor="0.0", ecolor="0.5", elinewidth=0.8,
        )  # fmt: skip
        for point, height in list(zip(own, heights, strict=True))[:1]:
            _style.beside(axis, (100 * point["low"], height), f"{name}, {words}", right=False)
