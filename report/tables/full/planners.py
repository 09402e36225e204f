"""Planners given the same rows: bytes and recall that each promises, and what is measured on other rows."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.planners import PlannerLine
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each measured value of a plan, and one for a planner without a plan."""
    for line in source.tables.planners.lines:
        common = _common(line)
        for value in line.outcome.values:
            yield {
                **common,
                "query": value.query,
                "rows": value.rows,
                "rescored": value.rescored,
                "value": value.value,
                "low": value.low,
                "high": value.high,
                "n": value.n,
            }
        if not line.outcome.values:
            yield common


def _common(line: PlannerLine) -> Json:
    comparison, outcome = line.comparison, line.outcome
    promise, sizes = outcome.promise, outcome.sizes
    return {
        "comparison": comparison.name,
        "planner": outcome.planner,
        "version": outcome.version,
        "options": outcome.options,
        "metric": f"knn-recall@{comparison.k}",
        "target": comparison.target,
        "seen": comparison.seen,
        "recommended": outcome.recommended,
        "problem": outcome.problem,
        "remarks": outcome.remarks,
        "verdict": line.verdict,
        "seconds": line.seconds,
        "promised_bytes": promise.bytes_per_vector if promise else None,
        "promised_value": promise.value if promise else None,
        "promised_low": promise.low if promise else None,
        "promised_high": promise.high if promise else None,
        "promised_query": promise.query if promise else None,
        "promised_queries": promise.queries if promise else None,
        "promised_rows": promise.rows if promise else None,
        "payload_bytes": sizes.payload_bytes if sizes else None,
        "side_bytes": sizes.side_bytes if sizes else None,
        "state_bytes": sizes.state_bytes if sizes else None,
        "amortised_bytes": sizes.amortised_bytes if sizes else None,
    }
