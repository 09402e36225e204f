"""Figure: back ends of search, by bytes against the teacher, and by their fidelity to the student."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.findings.words import encoder
from report.verdicts.claims import Claim, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUITE = "search"
ENOUGH = 0.9
ASIDE = 1.05  # methods of one size stand this factor apart, so that none hides another
TEACHER, STUDENT = "vs-teacher@knn-recall@10", "vs-student@knn-recall@10"
CAPTION = (
    "Left: the share of the uncompressed space's ten nearest neighbours that is found (vs_teacher), against "
    "the bytes per row of the index file and the map. Methods are drawn slightly apart; the line joins the "
    "configurations that no cheaper one exceeds. Right: fidelity of each back end, the share of the ten "
    "nearest among the vectors that it holds (vs_student), which says nothing of the compression. Bars are "
    "95 % intervals over queries."
)
MARKERS = {"flat": "o", "ivf": "s", "hnsw": "^", "usearch": "v", "pq": "X", "rabitq": "D"}
# What a family is called, and the colour of its points.
METHODS = {
    "plain-student": ("student without hard negatives", _style.VERMILLION),
    "student": ("student, hard negatives", _style.BLUE),
    "axes": ("principal axes, not centred", _style.YELLOW),
    "pca": ("PCA", _style.SKY),
    "projection": ("random projection", _style.WHITE),
    "uncompressed": ("uncompressed", _style.BLACK),
}


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space, scope and configuration, with the index's bytes a row."""
    own_rows = [row for row in rows if row.suite == SUITE]
    sizes = {row.cell: row.value for row in own_rows if row.metric == "search@bytes"}
    keys = ("encoder", "metric", "pipeline", "point", "family", "index")
    points = [p for scope in (TEACHER, STUDENT) for p in _style.means(own_rows, keys, metric=scope)]
    return {
        "points": [
            {**point, "backend": point["index"], "bytes": round(sizes[point["cells"][0]], 3),
             "method": METHODS.get(point["family"], ("other", ""))[0]}
            for point in points if point["cells"][0] in sizes
        ]
    }  # fmt: skip


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: the cheapest configuration that finds ENOUGH, on each space."""
    enough = [p for p in _titles.selected(numbers["points"], metric=TEACHER) if p["value"] >= ENOUGH]
    cheapest = {p["encoder"]: p for p in sorted(enough, key=lambda p: -p["bytes"])}
    words = [
        f"{p['method']} in {p['backend']} on {encoder(name)}, {p['bytes']:.0f} bytes per row"
        for name, p in cheapest.items()
    ]
    if not words:
        return f"No index finds {percent(ENOUGH, 0)} % of the ten nearest neighbours"
    return f"The cheapest that finds {percent(ENOUGH, 0)} % of the ten nearest: {'; '.join(words)}"


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a row of two panels a space."""
    from matplotlib.figure import Figure

    spaces = sorted({point["encoder"] for point in numbers["points"]})
    figure = Figure(figsize=(11.0, 1.2 + 3.6 * len(spaces)), layout="constrained")
    axes = figure.subplots(len(spaces), 2, squeeze=False)
    for (left, right), space in zip(axes, spaces, strict=True):
        own = [point for point in numbers["points"] if point["encoder"] == space]
        _pareto(left, [point for point in own if point["metric"] == TEACHER])
        _fidelity(right, [point for point in own if point["metric"] == STUDENT])
        left.set_title(f"{space}: vs_teacher, knn-recall@10, %", fontsize=10)
        right.set_title(f"{space}: vs_student, knn-recall@10, %", fontsize=10)
    _legend(figure)
    _style.heading(figure, title(numbers))
    return figure


def _pareto(axis: Any, points: list[_style.Point]) -> None:
    methods = [label for label, _ in METHODS.values()]
    for point in points:
        aside = ASIDE ** (methods.index(point["method"]) - 2) if point["method"] in methods else 1.0
        axis.errorbar(
            [aside * point["bytes"]], [100 * point["value"]], yerr=_style.errorbars([point]), **_look(point)
        )
    best: list[_style.Point] = []
    for point in sorted(points, key=lambda point: (point["bytes"], -point["value"])):
        if not best or point["value"] > best[-1]["value"]:
            best.append(point)
    axis.step(
        [point["bytes"] for point in best], [100 * point["value"] for point in best], where="post",
        color="0.3", linewidth=0.9, zorder=1,
    )  # fmt: skip
    axis.set_xscale("log", base=2)
    axis.xaxis.set_major_formatter("{x:.0f}")
    axis.minorticks_off()
    axis.set_xlabel("bytes of index and map per row (log scale)")
    axis.grid(axis="y", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)


def _fidelity(axis: Any, points: list[_style.Point]) -> None:
    names = [name for name in MARKERS if any(point["backend"] == name for point in points)]
    for name in names:
        own = [point for point in points if point["backend"] == name]
        for number, point in enumerate(sorted(own, key=lambda p: (p["method"], p["bytes"]))):
            x = names.index(name) + 0.6 * ((number + 0.5) / len(own) - 0.5)
            axis.errorbar([x], [100 * point["value"]], yerr=_style.errorbars([point]), **_look(point))
    axis.set_xticks(range(len(names)), names)
    axis.grid(axis="y", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)


def _look(point: dict[str, Any]) -> dict[str, Any]:
    colour = METHODS.get(point["family"], ("", _style.GREY))[1]
    marker = MARKERS.get(point["backend"], "*")
    return {
        "fmt": marker, "markersize": 6, "markerfacecolor": colour, "markeredgecolor": "0.0", "ecolor": "0.6",
        "elinewidth": 0.7, "capsize": 2,
    }  # fmt: skip


def _legend(figure: Any) -> None:
    from matplotlib.lines import Line2D

    shapes = [
        Line2D([], [], marker=marker, linestyle="none", color="0.0", markerfacecolor="0.5", label=name)
        for name, marker in MARKERS.items()
    ]
    colours = [
        Line2D([], [], marker="o", linestyle="none", color="0.0", markerfacecolor=colour, label=label)
        for label, colour in METHODS.values()
    ]
    figure.legend(handles=[*shapes, *colours], loc="outside lower center", ncols=6, frameon=False)
