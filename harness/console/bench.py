"""The table of measurements that ``harness bench`` shows, and its progress."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from harness.console.progress import Progress
from harness.evidence.schema.bench import Bench, Measurement, Range

_VERDICTS = {True: "met", False: "missed", None: ""}


def steps(names: Sequence[str], on_progress: Progress) -> Callable[[str, Measurement | None], None]:
    """Return what reports each measurement of the groups ``names`` as a step, once it is made."""

    def on_measurement(group: str, measured: Measurement | None) -> None:
        if measured is None:
            on_progress("groups", names.index(group), len(names))
            return
        on_progress(f"{group}: {measured.name}: {measured.value.median:.4g} {measured.unit}", 1, 1)

    return on_measurement


def benches_json(benches: Sequence[Bench]) -> str:
    """Return the groups as a JSON list."""
    return json.dumps([each.model_dump(mode="json", by_alias=True) for each in benches], indent=2)


def bench_table(benches: Sequence[Bench]) -> Any:
    """Return a table with a row a measurement: its median and extremes, ratio, target and verdict."""
    from rich.table import Table

    title = "; ".join(dict.fromkeys(each.machine.machine for each in benches))
    table = Table("group", "measured", "median", "range", "unit", "baseline", "ratio", title=title)
    table.add_column("target")
    table.add_column("")
    for group in benches:
        for each in group.measurements:
            table.add_row(
                group.name,
                each.name,
                f"{each.value.median:.4g}",
                _ends(each.value),
                each.unit,
                f"{each.baseline.value.median:.4g}, {each.baseline.name}" if each.baseline else "",
                f"{each.ratio.median:.3g}" if each.ratio else "",
                each.target.text if each.target else "",
                _VERDICTS[each.met],
            )
    return table


def _ends(values: Range) -> str:
    return f"{values.low:.4g} … {values.high:.4g}"
