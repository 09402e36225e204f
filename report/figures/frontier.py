"""Figure: the best quality at each number of bytes, a panel for each embedding space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _slots, _style
from report.findings.words import encoder, listed
from report.verdicts.claims import Claim, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Quality kept against bytes per vector. The line is the most that any pipeline keeps in that many bytes "
    "or fewer, selected on the sets that are drawn. Pipelines that compress one vector of a pair are left "
    "out. MiniLM: agreement with people on decontaminated STS12–16. Other spaces have no human scores: the "
    "share of the ten nearest neighbours found again. Bars are 95 % intervals."
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
ENOUGH = 0.95
UNCOMPRESSED = "uncompressed"  # the family of vectors as they are


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space and pipeline; ``best`` marks those on the frontier."""
    own_rows = [row for row in rows if row.protocol == PROTOCOL and comparable(row)]
    keys = ("encoder", "bytes_per_vector", "suite", "pipeline", "point", "grid", "family")
    points = []
    for name, dataset, metric, train, _ in PANELS:
        wanted = {"encoder": name, "dataset": dataset, "metric": metric, "train": train}
        points += frontier(_style.means(own_rows, keys, **wanted))
    return {"protocol": PROTOCOL, "points": points}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: the fewest bytes that keep ENOUGH on each space, compressed."""
    sizes: dict[str, list[int]] = {point["encoder"]: [] for point in numbers["points"]}
    for point in numbers["points"]:
        if point["value"] >= ENOUGH and point["family"] != UNCOMPRESSED:
            sizes[point["encoder"]].append(point["bytes_per_vector"])
    words = [f"from {min(reached)} bytes on {encoder(name)}" for name, reached in sizes.items() if reached]
    missed = [encoder(name) for name, reached in sizes.items() if not reached]
    words += [f"by no compressed vector on {' or '.join(missed)}"] if missed else []
    return f"{percent(ENOUGH, 0)} % is kept {listed(words)}"


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: small multiples, each with its own sizes."""
    from matplotlib.figure import Figure

    spaces = {point["encoder"] for point in numbers["points"]}
    panels = [(panel[0], panel[-1]) for panel in PANELS if panel[0] in spaces]
    figure = Figure(figsize=(10.5, 1.2 + 3.0 * len(panels)), layout="constrained")
    axes = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
    for axis, (space, name) in zip(axes, panels, strict=True):
        own = [point for point in numbers["points"] if point["encoder"] == space]
        staircase(axis, own, _style.scatter(axis, own))
        axis.set_title(name, fontsize=10, loc="left")
    _style.legend(figure, list(axes), 4)
    _style.heading(figure, title(numbers))
    return figure


def comparable(row: Row) -> bool:
    """Return whether a row's pipeline compresses both vectors of a pair, with settings of its own."""
    return row.suite != SEARCH and not row.asymmetric


def frontier(points: list[_style.Point]) -> list[_style.Point]:
    """Return the points, each marked ``best`` where no point of as many bytes or fewer has more."""
    ranked = sorted(points, key=lambda point: (point["bytes_per_vector"], -point["value"]))
    marked, most = [], float("-inf")
    for point in ranked:
        marked.append({**point, "best": point["value"] > most})
        most = max(most, point["value"])
    return marked


def staircase(axis: Axes, points: list[_style.Point], sizes: list[_slots.Group]) -> None:
    """Draw the line through the points of groups ``sizes`` that are marked ``best``."""
    best = [(x, 100 * point["value"]) for x, point in _slots.placed(sizes, points) if point["best"]]
    best.append((sizes[-1].end, best[-1][1]))
    axis.step(
        [x for x, _ in best], [value for _, value in best], where="post", color="0.3", linewidth=1.0,
        zorder=1, label="most in that many bytes or fewer",
    )  # fmt: skip
