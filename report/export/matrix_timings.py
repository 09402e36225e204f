"""Latency and memory of chains, from their envelopes: volatile, and of the machine named beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.evidence.layout import Tree
from report.evidence.envelopes import envelope_of, machine_of

Row = dict[str, Any]
Line = list[str]

READING = """\
Measured once, in one thread, on the machine named; timings of different machines are not to be compared.
Search is exhaustive over decoded vectors; with two stages the originals are kept in memory as well."""


def timed(chains: list[tuple[tuple[str, str], Row]], tree: Tree) -> list[str]:
    """Return the tables of latency and memory, two a machine, from the envelopes of a result a chain."""
    machines: dict[str, list[tuple[Line, Row]]] = {}
    for (chain, point), result in chains:
        envelope = envelope_of(tree.root, result["suite"], result["cell"])
        for timings in envelope.get("timings", {}).values():
            machine = machine_of(envelope)
            name = [chain, point, str(result["sizes"]["bytes_per_vector"])]
            machines.setdefault(machine, []).append((name, timings))
    parts = ["## Latency and memory"]
    if not machines:
        return [*parts, "Not recorded with these results."]
    parts.append(READING)
    for machine, measured in machines.items():
        stages = _stages(measured[0][1])
        asked = [f"{stage}: {what}" for stage in stages for what in ("p50 ms", "p95 ms", "queries/s")]
        parts += [
            f"### {machine}, {measured[0][1]['rows']} rows",
            table(("chain", "point", "bytes", *_ENCODED), [[*name, *_encoded(t)] for name, t in measured]),
            table(("chain", "point", "bytes", *asked), [[*name, *_searched(t)] for name, t in measured]),
        ]
    return parts


_ENCODED = ("encode one: p50 ms", "p95 ms", "batch: vectors/s", "bytes of codes", "decoded", "originals")


def _encoded(timings: Row) -> Line:
    one, kept = timings["encode_one_ms"], timings["bytes"]
    speeds = [f"{one['p50']:.3f}", f"{one['p95']:.3f}", f"{timings['encode_batch_per_second']:.0f}"]
    return [*speeds, *(str(kept[key]) for key in ("codes", "decoded", "originals"))]


def _stages(timings: Row) -> list[str]:
    return sorted(
        timings["search_ms"], key=lambda stage: (len(stage), stage)
    )  # one stage; two, 2x before 10x


def _searched(timings: Row) -> Line:
    found = []
    for stage in _stages(timings):
        spread = timings["search_ms"][stage]
        found += [f"{spread['p50']:.3f}", f"{spread['p95']:.3f}", f"{spread['per_second']:.0f}"]
    return found


def table(columns: Iterable[str], lines: Iterable[Line]) -> str:
    """Return a Markdown table: the first two columns are names, all others numbers."""
    names = list(columns)
    rule = ["---" if i < 2 else "---:" for i in range(len(names))]  # noqa: PLR2004 - chain and point
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [names, rule, *lines])
