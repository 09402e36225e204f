"""Latency and memory of pipelines, from their envelopes: they vary by run and by machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from harness.evidence.layout import Tree
from harness.evidence.schema.envelope import Timings
from report.evidence.envelopes import envelope_of
from report.evidence.results import Measured

Name: TypeAlias = tuple[str, str]  # pipeline and point
Line: TypeAlias = list[str]

READING = """\
Measured once, in one thread, on the machine named; timings of different machines are not to be compared.
Search is exhaustive over decoded vectors; with two stages the originals are kept in memory as well."""


def timed(pipelines: Iterable[tuple[Name, Measured]], tree: Tree) -> list[str]:
    """Return the tables of latency and memory, two a machine, from the envelopes of a result a pipeline."""
    machines: dict[str, list[tuple[Line, Timings]]] = {}
    for (pipeline, point), measured in pipelines:
        envelope = envelope_of(tree.root, measured.suite, measured.name)
        if envelope is not None:
            name = [pipeline, point, str(measured.sizes.bytes_per_vector)]
            lines = [(name, timings) for timings in envelope.timings.values()]
            machines.setdefault(envelope.machine, []).extend(lines)
    parts = ["## Latency and memory"]
    if not any(machines.values()):
        return [*parts, "Not recorded with these results."]
    parts.append(READING)
    for machine, lines in machines.items():
        stages = _stages(lines[0][1])
        columns = [f"{stage}: {what}" for stage in stages for what in ("p50 ms", "p95 ms", "queries/s")]
        parts += [
            f"### {machine}, {lines[0][1].rows} rows",
            table(("pipeline", "point", "bytes", *_ENCODED), [[*name, *_encoded(t)] for name, t in lines]),
            table(("pipeline", "point", "bytes", *columns), [[*name, *_searched(t)] for name, t in lines]),
        ]
    return parts


_ENCODED = ("encode one: p50 ms", "p95 ms", "batch: vectors/s", "bytes of codes", "decoded", "originals")


def _encoded(timings: Timings) -> Line:
    one, memory = timings.encode_one_ms, timings.bytes
    speeds = [f"{one.p50:.3f}", f"{one.p95:.3f}", f"{timings.encode_batch_per_second:.0f}"]
    return [*speeds, *(str(size) for size in (memory.codes, memory.decoded, memory.originals))]


def _stages(timings: Timings) -> list[str]:
    # One stage first; of two stages 2x before 10x.
    return sorted(timings.search_ms, key=lambda stage: (len(stage), stage))


def _searched(timings: Timings) -> Line:
    spreads = [timings.search_ms[stage] for stage in _stages(timings)]
    return [
        text
        for spread in spreads
        for text in (f"{spread.p50:.3f}", f"{spread.p95:.3f}", f"{spread.per_second:.0f}")
    ]


def table(columns: Iterable[str], lines: Iterable[Line]) -> str:
    """Return a Markdown table: the first two columns are names, all others numbers."""
    names = list(columns)
    rule = ["---" if i < 2 else "---:" for i in range(len(names))]  # noqa: PLR2004 - pipeline and point
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [names, rule, *lines])
