"""Table of the page's section on disputed quantizers."""

from __future__ import annotations

from harness.types import Json
from report.figures import disputes as disputed_methods
from report.figures._titles import selected
from report.findings.words import encoder
from report.pages.page.cells import ROWS, Table, measured, word


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
