"""Figure: the disputed quantizers at equal bytes, on every space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.findings.words import encoder
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUITE, METRIC = "disputes", "knn-recall@10"
CAPTION = (
    "The share of the ten nearest neighbours found again (knn-recall@10), queries coded too, over ten "
    "rotations (others: up to three seeds). In a column all methods take the same bytes, side bytes counted; "
    "methods with fewer side bytes spend the rest on further dimensions. Bars are 95 % intervals over "
    "queries and rotations."
)
# Marker and colour of a method, by how the names of its pipelines begin.
LOOKS = {
    "rabitq": ("RaBitQ", "D", _style.YELLOW),
    "eden": ("EDEN", "o", _style.BLUE),
    "turboquant": ("TurboQuant_mse", "s", _style.VERMILLION),
    "turboquant-prod": ("TurboQuant_prod", "^", _style.SKY),
    "opq-wide": ("OPQ", "h", _style.BLACK),
    "pq-wide": ("PQ", "*", _style.GREY),
    "projection-sign": ("random projection, signs (untrained)", "v", _style.WHITE),
}
BITS = (1, 2, 4)


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space, method and size."""
    own = [row for row in rows if row.suite == SUITE and row.protocol == "decontaminated"]
    points = []
    for point in _style.means(own, ("encoder", "pipeline", "point", "bytes_per_vector"), metric=METRIC):
        method, bits = _method(point)
        if method in LOOKS and bits:
            points.append({**point, "method": method, "bits": bits})
    return {"metric": METRIC, "points": points}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: the values of the methods at two bits on the first space."""
    own = _titles.selected(numbers["points"], encoder="minilm", bits=2)
    values = [
        (LOOKS[name][0], _titles.selected(own, method=name)) for name in ("eden", "turboquant", "rabitq")
    ]
    if not all(points for _, points in values):
        return "The disputed quantizers at equal bytes"
    parts = [f"{label} {_titles.share(points)}" for label, points in values]
    return (
        f"In {own[0]['bytes_per_vector']} bytes of a MiniLM vector, nearest neighbours found again: "
        f"{', '.join(parts)}"
    )


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a panel a space, a column a size."""
    from matplotlib.figure import Figure

    spaces = list(dict.fromkeys(point["encoder"] for point in numbers["points"]))
    figure = Figure(figsize=(2.3 * max(len(spaces), 2), 4.6), layout="constrained")
    axes = figure.subplots(1, max(len(spaces), 1), sharey=True, squeeze=False)[0]
    for axis, space in zip(axes, spaces, strict=False):
        own = _titles.selected(numbers["points"], encoder=space)
        _panel(axis, own)
        axis.set_title(encoder(space), fontsize=10)
    axes[0].set_ylabel("knn-recall@10, %")
    _style.legend(figure, list(axes), 4)
    _style.heading(figure, title(numbers))
    return figure


def _panel(axis: Axes, points: list[_style.Point]) -> None:
    for place, (name, (label, marker, colour)) in enumerate(LOOKS.items()):
        own = _titles.selected(points, method=name)
        shift = (place - len(LOOKS) / 2 + 0.5) * 0.1
        _style.series(axis, [(BITS.index(p["bits"]) + shift, p) for p in own], label, (marker, colour))
    sizes = {point["bits"]: point["bytes_per_vector"] for point in points}
    axis.set_xticks(range(len(BITS)), [str(sizes.get(bits, "")) for bits in BITS], fontsize=8)
    axis.set_xlim(-0.5, len(BITS) - 0.5)
    axis.set_xlabel("bytes per vector")
    _style.grid(axis, "y")


def _method(point: _style.Point) -> tuple[str, int]:
    """Return the method of a point and its column: the bits that RaBitQ has there; 0 without a column."""
    if point["point"] is not None:
        return point["pipeline"], 2 * (point["point"] == "2-bits")
    name, _, bits = point["pipeline"].rpartition("-")
    return name, int(bits) if bits.isdigit() else 0
