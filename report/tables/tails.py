"""The columns of a full table that have the lower tail of queries beside a mean over queries."""

from __future__ import annotations

from harness.types import Json
from report.evidence.values import Mean

ENDS = ("percentile", "low", "high", "lost", "lost_low", "lost_high", "lowest")
NAMES = ("percentile_5", "percentile_5_low", "percentile_5_high", *ENDS[3:])


def columns(mean: Mean | None, before: str = "") -> Json:
    """Return the columns of a mean's tail, named with ``before``; all empty where it has none."""
    tail = mean and mean.tail
    return {
        before + name: getattr(tail, end) if tail else None for name, end in zip(NAMES, ENDS, strict=True)
    }
