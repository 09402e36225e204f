"""Figure: back ends of search, by bytes against the teacher, and by their fidelity to the student."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from report.evidence.rows import Row
from report.figures import _slots, _style, _titles
from report.figures.frontier import frontier, staircase
from report.findings.words import encoder
from report.verdicts.claims import Claim, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUITE = "search"
ENOUGH = 0.9
TEACHER, STUDENT = "vs-teacher@knn-recall@10", "vs-student@knn-recall@10"
CAPTION = (
    "Left: the share of the uncompressed space's ten nearest neighbours that a search finds (vs_teacher), by "
    "the bytes per row of index and map; the line joins the configurations that no cheaper one exceeds. "
    "Right: the share of the ten nearest in the index (vs_student), which says nothing of the compression. "
    "Bars are 95 % intervals over queries."
)
EXHAUSTIVE = "flat"  # an index that misses no neighbour
# What a family is called, and the marker and colour of its points.
METHODS = {
    "plain-student": ("student without hard negatives", "s", _style.VERMILLION),
    "student": ("student, hard negatives", "o", _style.BLUE),
    "axes": ("principal axes, not centred", "D", _style.YELLOW),
    "pca": ("PCA", "^", _style.SKY),
    "projection": ("random projection", "v", _style.WHITE),
    "uncompressed": ("uncompressed", "h", _style.BLACK),
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
             "method": METHODS.get(point["family"], ("other",))[0]}
            for point in points if point["cells"][0] in sizes
        ]
    }  # fmt: skip


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: the cheapest configuration that finds ENOUGH, on each space."""
    enough = [p for p in _titles.selected(numbers["points"], metric=TEACHER) if p["value"] >= ENOUGH]
    cheapest = {p["encoder"]: p for p in sorted(enough, key=lambda p: -p["bytes"])}
    words = [
        f"on {encoder(name)}, {p['method']} in {p['backend']} ({p['bytes']:.0f} bytes per row)"
        for name, p in cheapest.items()
    ]
    if not words:
        return f"No index finds {percent(ENOUGH, 0)} % of the ten nearest neighbours"
    return f"The cheapest that finds {percent(ENOUGH, 0)} % of the ten nearest: {'; '.join(words)}"


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a row of two panels a space."""
    from matplotlib.figure import Figure

    spaces = sorted({point["encoder"] for point in numbers["points"]})
    figure = Figure(figsize=(11.0, 1.0 + 3.6 * len(spaces)), layout="constrained")
    axes = figure.subplots(len(spaces), 2, squeeze=False, width_ratios=(5, 2))
    for (left, right), space in zip(axes, spaces, strict=True):
        own = [point for point in numbers["points"] if point["encoder"] == space]
        _pareto(left, [point for point in own if point["metric"] == TEACHER])
        _fidelity(right, [point for point in own if point["metric"] == STUDENT])
        left.set_title(f"{encoder(space)}: end-to-end recall (vs_teacher), %", fontsize=10, loc="left")
        right.set_title("index-only recall (vs_student), %", fontsize=10, loc="left")
    _style.legend(figure, list(axes[:, 0]), 4)
    _style.heading(figure, title(numbers))
    return figure


def _pareto(axis: Any, points: list[_style.Point]) -> None:
    rounded = [{**point, "bytes_per_vector": round(point["bytes"])} for point in points]
    ranked = frontier(rounded)
    sizes = _slots.groups(ranked)
    placed = _slots.placed(sizes, ranked)
    _marks(axis, placed)
    for x, point in placed:
        _style.upright(axis, x, point, point["backend"], above=point["best"])  # the line passes below it
    staircase(axis, ranked, sizes)
    _style.columns(axis, sizes, [str(size.bytes) for size in sizes], "bytes of index and map per row")
    axis.tick_params(axis="x", labelrotation=90)
    _style.room(axis, 0.12, 0.12)
    _style.grid(axis, "y")


def _fidelity(axis: Any, points: list[_style.Point]) -> None:
    approximate = [point for point in points if point["backend"] != EXHAUSTIVE]
    names = sorted({point["backend"] for point in approximate})
    approximate.sort(key=lambda point: (point["backend"], point["method"], point["bytes"]))
    numbered = [{**point, "bytes_per_vector": names.index(point["backend"])} for point in approximate]
    sizes = _slots.groups(numbered)
    _marks(axis, _slots.placed(sizes, numbered))
    _style.columns(axis, sizes, names, "index")
    _style.grid(axis, "y")


def _marks(axis: Any, placed: list[tuple[float, _style.Point]]) -> None:
    for label, marker, colour in METHODS.values():
        own = [(x, point) for x, point in placed if point["method"] == label]
        _style.series(axis, own, label, (marker, colour))
