"""What work takes on one machine: each measurement with its baseline, its target and what was reached."""

from __future__ import annotations

from collections.abc import Iterator

from harness.evidence.schema.bench import Range
from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each measurement."""
    machines = {group.name: group.machine for group in source.tables.benches.groups}
    for line in source.tables.benches.lines():
        each, machine = line.measured, machines[line.group]
        yield {
            "group": line.group,
            "name": each.name,
            "what": each.what,
            "unit": each.unit,
            "repeats": each.repeats,
            **_ends("", each.value),
            "baseline": each.baseline.name if each.baseline else None,
            **_ends("baseline_", each.baseline.value if each.baseline else None),
            **_ends("ratio_", each.ratio),
            "target": each.target.text if each.target else None,
            "verdict": line.verdict,
            "reason": each.reason,
            "machine": machine.machine,
            "commit": machine.commit.sha if machine.commit else None,
        }


def _ends(prefix: str, values: Range | None) -> Json:
    ends = values.model_dump() if values else dict.fromkeys(Range.model_fields)
    return {prefix + name: value for name, value in ends.items()}
