"""Figure 1: quality against bytes a vector, every pipeline a point with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Agreement with people that is left (retention of Spearman, mean of STS12–16) against bytes a vector. "
    "MiniLM, trained on STS-B train; bars are 95 % intervals over items and seeds. "
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
SIZES = {"lens": 140, "lens_pq": 35}  # 35 float32 values, 35 bytes: the report's setup


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:
    """Return the numbers to draw: a point a pipeline and protocol, and the published points."""
    wanted = {"suite": SUITE, "encoder": ENCODER, "train": TRAIN, "dataset": DATASET, "metric": METRIC}
    keys = ("protocol", "pipeline", "bytes_per_vector", "point", "grid", "family")
    return {**wanted, "points": _style.means(rows, keys, **wanted), "published": _published(claims)}


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a panel a protocol, a logarithmic axis of bytes."""
    from matplotlib.figure import Figure

    protocols = sorted({point["protocol"] for point in numbers["points"]})
    figure = Figure(figsize=(10.5, 5.2), layout="constrained")
    axes = figure.subplots(1, len(protocols), sharey=True, squeeze=False)[0]
    for axis, protocol in zip(axes, protocols, strict=True):
        own = [point for point in numbers["points"] if point["protocol"] == protocol]
        _style.scatter(axis, own, SPREAD)
        _style.bytes_axis(axis, own)
        axis.set_title(protocol)
        if protocol == "as-published":
            _stars(axis, numbers["published"])
    axes[0].set_ylabel("retention of Spearman against people, %")
    _style.legend(figure, list(axes), 3)
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


def _stars(axis: Axes, published: list[_style.Point]) -> None:
    sizes, values = ([point[key] for point in published] for key in ("bytes_per_vector", "value"))
    axis.plot(
        sizes, [100 * value for value in values], "*", label="published, E5-large", markersize=13,
        markerfacecolor="none", markeredgecolor="0.0",
    )  # fmt: skip
