"""Speed of codes: what the envelope of a line's first seed has."""

from __future__ import annotations

from dataclasses import dataclass

from harness.evidence.schema.envelope import Envelope, Timings
from report.tables.codes import CodeLine


@dataclass(frozen=True, slots=True)
class Speed:
    """A line's envelope: timings, seconds to measure and to fit, peak memory, machine."""

    line: CodeLine
    machine: str
    times: Timings
    seconds: float
    fitted: float | None
    peak: float
    batch: float


def speed_of(line: CodeLine, envelope: Envelope, times: Timings) -> Speed:
    """Return the speed of a line, by the envelope of its first seed and the timings of its test set."""
    return Speed(
        line=line,
        machine=envelope.machine,
        times=times,
        seconds=envelope.seconds,
        fitted=envelope.training_seconds,
        peak=envelope.peak_memory_bytes,
        batch=times.encode_batch_ms.p50,
    )
