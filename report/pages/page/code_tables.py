"""Tables of the page's sections on codes: default tools, judged documents, disputed methods, few bytes."""

from __future__ import annotations

from collections.abc import Sequence

from harness.types import Json
from report.figures import disputes as disputed_methods
from report.figures._style import Point
from report.figures._titles import selected
from report.figures.default_tools import NAMES
from report.findings.words import encoder
from report.pages.page.cells import ROWS, Table, measured, size, word
from report.tables.default_tools import DECODED, PAIRS
from report.tables.default_tools import SUITE as DEFAULT_TOOLS
from report.tables.judged_bytes import SUITE as JUDGED_BYTES
from report.tables.sharper import SUITE as SHARPER
from report.tables.sts import SUITE as GENERALIZATION

FITTED_ELSEWHERE = "decontaminated"
SIZES = (8, 32)


def default_tools(figure: Json) -> Table:
    """Return what each setting reports on the first space, and what the same codes have decoded."""
    first = figure["points"][0]["encoder"]
    own = selected(figure["points"], encoder=first, dataset=PAIRS)
    by_name = {point["pipeline"]: [point] for point in own}
    rows = [
        [
            word(label),
            size(by_name[name][0]["bytes_per_vector"]),
            measured(by_name[name], DEFAULT_TOOLS, 2),
            measured(by_name.get(DECODED[name], []), DEFAULT_TOOLS, 2),
        ]
        for name, label in NAMES.items()
        if name in by_name
    ]
    columns = ["setting", "bytes", "as the tool compares codes, %", "the same codes decoded, %"]
    return Table(f"Spearman with human scores, STS12–16, {encoder(first)}", columns, rows[:ROWS])


def judged_bytes(figure: Json) -> Table:
    """Return what is left of nDCG@10 with codecs that were fitted on other documents, at two sizes."""
    own = selected(figure["points"], protocol=FITTED_ELSEWHERE)
    sets = list(dict.fromkeys(point["dataset"] for point in own))
    rows = []
    for label in dict.fromkeys(point["label"] for point in own):
        for few in SIZES:
            points = selected(own, label=label, bytes_per_vector=few)
            if points:
                cells = [measured(selected(points, dataset=name), JUDGED_BYTES) for name in sets]
                rows.append([word(label), size(few), *cells])
    columns = ["pipeline", "bytes", *(f"{name}, %" for name in sets)]
    return Table("nDCG@10 kept, fitted on the other set, MiniLM", columns, rows[:ROWS])


def disputes(figure: Json) -> Table:
    """Return, of the first space, what each method finds of the ten nearest at each number of bytes."""
    first = figure["points"][0]["encoder"]
    own = selected(figure["points"], encoder=first)
    columns = sorted({(point["bits"], point["bytes_per_vector"]) for point in own})
    rows = [
        [
            word(label),
            *(measured(selected(own, method=name, bits=bits), disputed_methods.SUITE) for bits, _ in columns),
        ]
        for name, (label, _, _) in disputed_methods.LOOKS.items()
        if selected(own, method=name)
    ]
    headings = [f"{count} bytes, %" for _, count in columns]
    return Table(f"Ten nearest found again, {encoder(first)}", ["method", *headings], rows[:ROWS])


def sharper(figure: Json) -> Table:
    """Return what the methods chosen inside STS-B train keep, and the earlier choices of as many bytes."""
    rows = [
        [
            word(encoder(point["encoder"])),
            size(point["bytes_per_vector"]),
            measured([point], SHARPER),
            measured(_earlier(figure["points"], point), GENERALIZATION),
        ]
        for point in selected(figure["points"], family="sharp")
    ]
    columns = ["encoder", "bytes", "chosen inside STS-B train, %", "the earlier choice, on STS-B dev, %"]
    return Table("Agreement with people kept on unseen pairs of STS12–16", columns, rows[:ROWS])


def _earlier(points: Sequence[Point], point: Point) -> list[Point]:
    same = {key: point[key] for key in ("encoder", "bytes_per_vector")}
    return selected(points, family="dev-best", **same)
