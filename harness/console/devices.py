"""The table of devices that ``harness devices`` shows."""

from __future__ import annotations

from typing import Any

from harness.types import Json


def devices_table(document: Json) -> Any:
    """Return a table with a row a case: seconds on each device, and how far their outcomes are apart."""
    from rich.table import Table

    table = Table("case", "size", "cpu, s", "cuda, s", "times faster", "apart", "allowed", "in", "repeats")
    for row in document["cases"]:
        apart = row.get("apart")
        last = row.get("cuda", row["cpu"])
        compared = [f"{apart['by']:.2g}", f"{apart['allowed']:g}", apart["in"]] if apart else ["", "", ""]
        table.add_row(
            row["case"],
            row["size"],
            f"{row['cpu']['seconds']:.4g}",
            f"{row['cuda']['seconds']:.4g}" if apart else "",
            f"{row['times_faster']:g}" if apart else "",
            *compared,
            "same bytes" if last["repeats_same_bytes"] else "other bytes",
        )
    return table
