"""Figure: agreement with people kept by the sharper methods, by ratio, beside the earlier choice on dev."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.evidence.rows import Row
from report.figures import _style, _titles
from report.findings.words import encoder
from report.verdicts.claims import Claim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUITES = ("sharper-sts", "sts-generalization")
METHODS = ("sharp", "dev-best")  # families of the two suites
CAPTION = (
    "Agreement with people kept (retention of Spearman, mean of STS12–16 without pairs that share a sentence "
    "with STS-B train), by compression ratio. Two decoded vectors are compared; bars are 95 % intervals over "
    "items and three seeds. Dashes are the targets of claims F1 to F3."
)
LOOKS = {
    ("sharp", "minilm"): ("o", _style.BLUE, "solid", "MiniLM, chosen inside STS-B train"),
    ("sharp", "mpnet"): ("s", _style.VERMILLION, "solid", "MPNet, chosen inside STS-B train"),
    ("dev-best", "minilm"): ("^", _style.SKY, "dashed", "MiniLM, the earlier choice on STS-B dev"),
}
TARGETS = ("F1", "F2", "F3")


def data(rows: list[Row], claims: list[Claim]) -> _style.Data:
    """Return the numbers to draw: a point an encoder and size, and the targets by ratio."""
    own = [row for row in rows if row.suite in SUITES and row.family in METHODS and not row.asymmetric]
    keys = ("family", "encoder", "pipeline", "bytes_per_vector", "ratio")
    wanted = {
        "dataset": "sts12-16",
        "metric": "retention@human",
        "protocol": "decontaminated",
        "train": "stsb-train",
    }
    points = _style.means(own, keys, **wanted)
    bounds = {
        row.pipeline: row.published for claim in claims if claim.id in TARGETS for row in claim.rows[:1]
    }
    return {**wanted, "points": points, "targets": bounds}


def title(numbers: _style.Data) -> str:
    """Return what the figure shows: the values at the fewest bytes."""
    own = _titles.selected(numbers["points"], family="sharp")
    least = {
        name: min((p for p in own if p["encoder"] == name), key=lambda p: p["bytes_per_vector"], default=None)
        for name in ("minilm", "mpnet")
    }
    phrases = [
        f"{encoder(name)} keeps {_titles.share([point])} in {point['bytes_per_vector']} bytes"
        for name, point in least.items()
        if point
    ]
    return ", ".join(phrases) or "Agreement with people kept, by ratio"


def draw(numbers: _style.Data) -> Figure:
    """Return the figure: a line for each encoder and choice."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.5, 4.4), layout="constrained")
    axis = figure.subplots()
    for (family, name), (marker, colour, line, label) in LOOKS.items():
        own = sorted(
            _titles.selected(numbers["points"], family=family, encoder=name), key=lambda p: p["ratio"]
        )
        look = {"linestyle": line, "color": "0.3", "linewidth": 0.9}
        _style.series(axis, [(p["ratio"], p) for p in own], label, (marker, colour), **look)
        for point in own:
            bound = numbers["targets"].get(point["pipeline"])
            if bound is not None and name == "minilm":
                axis.plot([point["ratio"]], [100 * bound], marker="_", markersize=18, color=_style.BLACK)
    axis.set_xscale("log")
    ratios = sorted({round(point["ratio"]) for point in numbers["points"]})
    axis.set_xticks(ratios, [f"{ratio}×" for ratio in ratios], fontsize=8)
    axis.minorticks_off()
    axis.set_xlabel("compression ratio, uncompressed float32 = 1")
    axis.set_ylabel("retention of Spearman\nagainst people, %")
    _style.grid(axis, "y")
    _style.legend(figure, [axis], 3)
    _style.heading(figure, title(numbers))
    return figure
