"""How long the cells of each suite took, on the machines of their envelopes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from report.evidence.envelopes import envelope_of
from report.evidence.results import Measured

GOAL = 40  # minutes for all suites together, on two cores with vectors at hand


def seconds_by_suite(results: Iterable[Measured], root: Path) -> dict[str, float]:
    """Return the seconds of the cells of each suite, the longest suite first; none without envelopes."""
    seconds: dict[str, float] = {}
    for measured in results:
        envelope = envelope_of(root, measured.suite, measured.name)
        if envelope is not None:
            seconds[measured.suite] = seconds.get(measured.suite, 0.0) + envelope.seconds
    return dict(sorted(seconds.items(), key=lambda item: -item[1]))
