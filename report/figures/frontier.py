"""Figure: the best quality at each number of bytes, a panel for each embedding space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "What is left against bytes a vector, every pipeline a point, and as a line the most that any of them "
    "keeps in so many bytes or fewer: the best of many, read off the sets that it is drawn for. Text: "
    "agreement with people on decontaminated STS12–16. Elsewhere nobody rated anything: how many of the "
    "ten nearest neighbours are found again, for queries that training has not seen. Bars are 95 % intervals."
)
# Space, data set, metric, training split, and what the panel is called.
PANELS = (
    ("minilm", "sts12-16", "retention@human", "stsb-train", "MiniLM: retention against people, %"),
    (
        "esm2-peptides",
        "peptides-test",
        "knn-recall@10",
        "peptides-train",
        "ESM-2, peptides: knn-recall@10, %",
    ),
    ("openai-ada-002", "ada-002-test", "knn-recall@10", "ada-002-train", "OpenAI ada-002: knn-recall@10, %"),
)
SEARCH = "dev-search"  # its settings are measured on another set, and its cells are no evidence of STS12–16
PROTOCOL = "decontaminated"
SPREAD = 1.015


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space and pipeline; ``best`` marks those on the frontier."""
    own_rows = [row for row in rows if row.protocol == PROTOCOL and row.suite != SEARCH]
    keys = ("encoder", "bytes_per_vector", "suite", "pipeline", "point", "grid", "family")
    points = []
    for encoder, dataset, metric, train, _ in PANELS:
        wanted = {"encoder": encoder, "dataset": dataset, "metric": metric, "train": train}
        points += _frontier(_style.means(own_rows, keys, **wanted))
    return {"protocol": PROTOCOL, "points": points}


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: small multiples side by side, each with its own axis of bytes."""
    from matplotlib.figure import Figure

    spaces = {point["encoder"] for point in numbers["points"]}
    panels = [(encoder, title) for encoder, _, _, _, title in PANELS if encoder in spaces]
    figure = Figure(figsize=(max(7.0, 1.0 + 4.4 * len(panels)), 5.4), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, (encoder, title) in zip(axes, panels, strict=True):
        own = [point for point in numbers["points"] if point["encoder"] == encoder]
        _style.scatter(axis, own, SPREAD)
        _staircase(axis, [point for point in own if point["best"]])
        _style.bytes_axis(axis, own)
        axis.set_title(title, fontsize=10)
    _style.legend(figure, list(axes), 2 + (len(panels) > 1))
    return figure


def _frontier(points: list[_style.Point]) -> list[_style.Point]:
    """Return the points, each marked ``best`` where no point of as many bytes or fewer has more."""
    ranked = sorted(points, key=lambda point: (point["bytes_per_vector"], -point["value"]))
    marked, most = [], float("-inf")
    for point in ranked:
        marked.append({**point, "best": point["value"] > most})
        most = max(most, point["value"])
    return marked


def _staircase(axis: Axes, best: list[_style.Point]) -> None:
    axis.step(
        [point["bytes_per_vector"] for point in best], [100 * point["value"] for point in best],
        where="post", color="0.3", linewidth=1.0, zorder=1, label="most in so many bytes or fewer",
    )  # fmt: skip
