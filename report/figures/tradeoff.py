"""Figure 1: quality against bytes per vector, every pipeline a point with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Agreement with people kept (retention of Spearman, mean of STS12–16) against bytes per vector. "
    "MiniLM, trained on STS-B train; bars are 95 % intervals over items and seeds. "
    "Each method has a column of its own. "
    "Stars at the right edge are the published points of E5-large, trained and scored as published."
)
SUITE, ENCODER, TRAIN, DATASET, METRIC = (
    "sts-generalization",
    "minilm",
    "stsb-train",
    "sts12-16",
    "retention@human",
)
SIZES = {"lens": 140, "lens_pq": 35}  # 35 float32 values, 35 bytes: the report's setup


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:
    """Return the numbers to draw: a point a pipeline and protocol, and the published points."""
    wanted = {"suite": SUITE, "encoder": ENCODER, "train": TRAIN, "dataset": DATASET, "metric": METRIC}
    keys = ("protocol", "pipeline", "bytes_per_vector", "point", "grid", "family")
    return {**wanted, "points": _style.means(rows, keys, **wanted), "published": _published(claims)}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: untrained signs beside the published design."""
    clean = _titles.selected(numbers["points"], protocol="decontaminated", point="117x")
    signs, design = (_titles.selected(clean, pipeline=name) for name in ("projection-sign", "lens-pq"))
    if not (signs and design):
        return "Agreement with people kept, by bytes per vector"
    one, other = signs[0], design[0]
    return (
        f"In {one['bytes_per_vector']} bytes, signs of an untrained projection keep "
        f"{_titles.against(one, other)} the published design: {_titles.share([one])}, "
        f"{_titles.share([other])}"
    )


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a panel a protocol, a group of columns a size."""
    from matplotlib.figure import Figure

    protocols = sorted({point["protocol"] for point in numbers["points"]})
    figure = Figure(figsize=(10.5, 1.2 + 3.6 * len(protocols)), layout="constrained")
    axes = figure.subplots(len(protocols), 1, sharey=True, squeeze=False)[:, 0]
    for axis, protocol in zip(axes, protocols, strict=True):
        own = [point for point in numbers["points"] if point["protocol"] == protocol]
        own.sort(key=lambda point: (point["bytes_per_vector"], -point["value"]))
        sizes = _style.scatter(axis, own)
        axis.set_title(protocol, fontsize=10, loc="left")
        axis.set_ylabel("retention of Spearman\nagainst people, %")
        if protocol == "as-published":
            _stars(axis, numbers["published"], sizes[-1].end)
    _style.legend(figure, list(axes), 3)
    _style.heading(figure, title(numbers))
    return figure


def _published(claims: list[Claim]) -> list[_style.Point]:
    points = []
    for claim in claims:
        if claim.table:
            for key, size in SIZES.items():
                retained = [getattr(row, key) / row.original for row in claim.table]
                value = round(sum(retained) / len(retained), 9)
                points.append({"claim": claim.id, "bytes_per_vector": size, "value": value})
    return points


def _stars(axis: Axes, published: list[_style.Point], end: float) -> None:
    """Draw the published points in columns of their own, apart from what was measured."""
    axis.axvline(end, color=_style.BLACK, linewidth=0.8)
    for number, point in enumerate(sorted(published, key=lambda point: point["bytes_per_vector"])):
        x = end + 2 + 4 * number
        axis.plot([x], [100 * point["value"]], "*", **_style.PUBLISHED)
        text = f"{point['bytes_per_vector']} B"
        axis.annotate(
            text, (x, 100 * point["value"]), (0, 9), textcoords="offset points", ha="center", fontsize=8
        )
    axis.text(end + 0.5, axis.get_ylim()[0], " published,\n E5-large", fontsize=8, va="bottom")
    axis.set_xlim(0, end + 4 * len(published) + 1)
