"""The page's figure: quality at equal bytes, a panel for each embedding space and protocol.

Sizes are groups side by side and every method has a slot of its own, so that no mark hides another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.evidence.schema.suite import SuiteRecord
from report.evidence.rows import Row
from report.figures import _slots
from report.figures._style import FAMILIES, Point, look, means
from report.figures.frontier import comparable, frontier
from report.findings.words import encoder as encoder_name
from report.verdicts.claims import percent

# Space, data set, metric, training split, and what the metric says is kept.
SPACES = (
    ("minilm", "sts12-16", "retention@human", "stsb-train", "agreement with people on STS12–16"),
    ("mpnet", "sts12-16", "retention@human", "stsb-train", "agreement with people on STS12–16"),
    ("esm2-peptides", "peptides-test", "knn-recall@10", "peptides-train", "the ten nearest neighbours"),
    ("openai-ada-002", "ada-002-test", "knn-recall@10", "ada-002-train", "the ten nearest neighbours"),
)
PROTOCOLS = ("decontaminated", "as-published")
QUALITY = 95  # per cent, where the slider begins
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 1230, 262, 34, 8, 8, 46
LABEL = 32  # how far apart labels of sizes stand on one line
MOST, FINE = 102.0, 70.0  # per cent at the top; where the lines across stand closer


@dataclass(frozen=True, slots=True)
class Mark:
    """A method at its size: texts as printed, fractions, and where it is drawn."""

    method: str
    kind: int
    bytes: int
    value: float
    low: float
    evidence: str
    printed: str
    interval: str
    best: bool
    x: float
    y: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Size:
    """A number of bytes on the axis, its group, the group's middle ``x``, and the line of its label."""

    bytes: int
    start: float
    x: float
    end: float
    line: int


@dataclass(frozen=True, slots=True)
class Panel:
    """Marks of one embedding space and protocol; ``grid``: height and label of the lines across."""

    space: str
    name: str
    protocol: str
    what: str
    marks: list[Mark]
    sizes: list[Size]
    grid: list[tuple[float, str]]
    floor: float

    @property
    def stairs(self) -> list[Mark]:
        """Return the marks that keep more than every mark of as many bytes or fewer."""
        return [mark for mark in self.marks if mark.best]

    @property
    def path(self) -> str:
        """Return the line that joins them, as SVG path data."""
        steps = "".join(f"H{mark.x:.1f}V{mark.y:.1f}" for mark in self.stairs[1:])
        first = self.stairs[0]
        return f"M{first.x:.1f} {first.y:.1f}{steps}H{WIDTH - RIGHT}"

    def cheapest(self, quality: float) -> Mark | None:
        """Return the mark of fewest bytes whose value reaches ``quality``; None without one."""
        return next((mark for mark in self.stairs if mark.value >= quality), None)

    def surely(self, quality: float) -> Mark | None:
        """Return the mark of fewest bytes whose whole interval reaches ``quality``; None without one."""
        return next((mark for mark in self.marks if mark.low >= quality), None)

    def most(self, size: int) -> Mark:
        """Return the mark that keeps most in ``size`` bytes or fewer, which one mark at least has."""
        return [mark for mark in self.stairs if mark.bytes <= size][-1]

    def size(self, quality: float) -> int:
        """Return the fewest bytes that keep ``quality``; the fewest of all where none do."""
        cheapest = self.cheapest(quality)
        return cheapest.bytes if cheapest else self.sizes[0].bytes


def panels(rows: Iterable[Row], suites: Mapping[str, SuiteRecord]) -> list[Panel]:
    """Return a panel for each space and protocol with evidence; the first is what the page begins with."""
    usable = [row for row in rows if comparable(row)]
    made = []
    for name, dataset, metric, train, what in SPACES:
        for protocol in PROTOCOLS:
            wanted = {
                "encoder": name,
                "dataset": dataset,
                "metric": metric,
                "train": train,
                "protocol": protocol,
            }
            keys = ("bytes_per_vector", "suite", "pipeline", "point", "grid", "family")
            points = frontier(means(usable, keys, **wanted))
            if points:
                marks, sizes, floor = _placed(points, suites)
                grid = [(_y(level, floor), f"{level:g}") for level in _levels(floor)]
                made.append(Panel(name, encoder_name(name), protocol, what, marks, sizes, grid, floor))
    return made


def _placed(points: list[Point], suites: Mapping[str, SuiteRecord]) -> tuple[list[Mark], list[Size], float]:
    """Return marks and sizes from left to right, and the lowest value of the axis in per cent."""
    groups = _slots.groups(points)
    scale = (WIDTH - LEFT - RIGHT) / groups[-1].end
    floor = max(0.0, 10 * (min(100 * point["low"] for point in points) // 10))
    middles = [LEFT + scale * middle for group in groups for middle in group.middles]
    marks = [_mark(point, suites, x, floor) for point, x in zip(points, middles, strict=True)]
    sizes: list[Size] = []
    for group in groups:
        start, middle, end = (LEFT + scale * x for x in (group.start, group.middle, group.end))
        crowded = bool(sizes) and sizes[-1].line == 0 and middle - sizes[-1].x < LABEL
        sizes.append(Size(group.bytes, start, middle, end, int(crowded)))
    return marks, sizes, floor


def _mark(point: Point, suites: Mapping[str, SuiteRecord], x: float, floor: float) -> Mark:
    record = suites.get(point["suite"])
    described = record.pipelines.get(point["pipeline"]) if record else None
    return Mark(
        method=described.label if described else point["pipeline"],
        kind=list(FAMILIES).index(look(point["family"])),
        bytes=point["bytes_per_vector"],
        value=point["value"],
        low=point["low"],
        evidence=f"{point['suite']}/{point['cells'][0]}",
        printed=percent(point["value"]),
        interval=f"{percent(point['low'])} … {percent(point['high'])}",
        best=point["best"],
        x=x,
        y=_y(100 * point["value"], floor),
        top=_y(100 * point["high"], floor),
        bottom=_y(100 * point["low"], floor),
    )


def _levels(floor: float) -> list[float]:
    step = 5.0 if floor >= FINE else 10.0
    return [floor + step * number for number in range(int((100 - floor) / step) + 1)]


def _y(value: float, floor: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (MOST - max(floor, min(value, MOST))) / (MOST - floor)
