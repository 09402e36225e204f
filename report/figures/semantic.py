"""Figure: similarity kept by discrete codes, by bits and family, beside simpler codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _slots, _style, _titles

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from report.verdicts.claims import Claim

SUITE, PROTOCOL = "semantic-ids", "decontaminated"
CAPTION = (
    "Spearman with the original cosines by the bits of a code, in whole bytes, on the pairs of a set and on "
    "random pairs. The dashed line is the published goal. Coloured: learned codes of symbols. Grey and "
    "white: PQ, uncentred principal axes and signs of an untrained projection. Bars are 95 % intervals."
)
# Space, data set, metric, and what the panel is called.
PANELS = (
    ("minilm", "stsb-test", "spearman@original", "MiniLM, STS-B test, pairs"),
    ("minilm", "stsb-test", "spearman-random@original", "MiniLM, STS-B test, random pairs"),
    ("esm2-peptides", "peptides-test", "spearman-random@original", "ESM-2, peptides, random pairs"),
)
# Marker and colour of each family; colours differ in grey.
FAMILIES = {
    "fsq": ("FSQ", "o", _style.BLUE),
    "residual-fsq": ("residual FSQ", "s", _style.VERMILLION),
    "residual-vq": ("residual VQ", "D", _style.SKY),
    "hierarchical-vq": ("hierarchical VQ", "P", _style.YELLOW),
    "pq": ("PQ", "X", _style.GREY),
    "axes": ("axes, 4 bits", "^", _style.WHITE),
    "projection": ("signs", "v", _style.WHITE),
}
TARGET = 95.0
SMALL = 2  # bytes of the published number of codes


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:  # noqa: ARG001 - every figure's
    """Return the numbers to draw: a point a space, data set, metric, pipeline and size."""
    keys = ("encoder", "dataset", "metric", "pipeline", "label", "bytes_per_vector", "family")
    points = []
    for encoder, dataset, metric, _ in PANELS:
        wanted = {"encoder": encoder, "dataset": dataset, "metric": metric}
        points += _style.means(rows, keys, suite=SUITE, protocol=PROTOCOL, **wanted)
    return {"points": [point for point in points if point["family"] in FAMILIES]}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: learned codes of two bytes, and the fewest bits that keep the TARGET."""
    learned = [p for p in numbers["points"] if p["family"] == "fsq" and p["bytes_per_vector"] == SMALL]
    enough = [8 * p["bytes_per_vector"] for p in numbers["points"] if 100 * p["value"] >= TARGET]
    fewest = f"{min(enough)} bits are the fewest that keep" if enough else "no measured code keeps"
    share = (
        f"FSQ codes of {8 * SMALL} bits keep {_titles.share(learned)} of the similarities; "
        if learned
        else ""
    )
    return f"{share}{fewest} {TARGET:.0f} % anywhere"


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a panel a space, set and kind of pairs."""
    from matplotlib.figure import Figure

    measured = {(point["encoder"], point["dataset"], point["metric"]) for point in numbers["points"]}
    panels = [panel for panel in PANELS if panel[:3] in measured]
    figure = Figure(figsize=(10.5, 0.8 + 2.9 * len(panels)), layout="constrained")
    axes = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
    for axis, (*panel, name) in zip(axes, panels, strict=True):
        keys = ("encoder", "dataset", "metric")
        own = [point for point in numbers["points"] if [point[key] for key in keys] == panel]
        own.sort(key=lambda point: (point["bytes_per_vector"], -point["value"]))
        sizes = _slots.groups(own)
        placed = _slots.placed(sizes, own)
        for family, (label, marker, colour) in FAMILIES.items():
            points = [(x, point) for x, point in placed if point["family"] == family]
            _style.series(axis, points, label, (marker, colour))
            for x, point in points:
                _style.upright(axis, x, point, label)
        _style.room(axis, 0.48, 0.05)
        labels = [str(8 * size.bytes) for size in sizes]
        _style.columns(axis, sizes, labels, "bits stored, one column per code")
        axis.axhline(TARGET, color="0.0", linewidth=0.7, linestyle="--")
        axis.set_title(name, fontsize=10, loc="left")
        axis.set_ylabel("Spearman with the original, %")
    _style.heading(figure, title(numbers))
    return figure
