"""Measurements of a machine that nobody made, as ``harness bench`` would write them."""

from __future__ import annotations

from harness.bench.record import at_least, at_most, measurement
from harness.evidence.layout import Tree
from harness.evidence.schema.bench import Bench
from harness.evidence.schema.version import SCHEMA_VERSION
from harness.evidence.stamp import write_stamped
from support.evidence import ENVELOPE


def invented_bench() -> Bench:
    """Return the group ``invented``: a ratio that is met, a value that is missed, one without target."""
    copy = ("plain copy", [8.0, 10.0, 10.0])
    return Bench.model_validate(
        {
            "schema": SCHEMA_VERSION,
            "name": "invented",
            "title": "Invented work",
            "machine": ENVELOPE,
            "measurements": [
                measurement("sign", "9 vectors", "GB/s", [4.0, 6.0, 5.0], copy, at_least(0.5, "half"), "no"),
                measurement("report", "a process", "s", [12.5], None, at_most(10, "in ten"), "It draws."),
                measurement("fit pq", "9 | 3", "vectors/s", [1234.0, 1236.0]),
            ],
        }
    )


def write_bench(tree: Tree) -> None:
    """Write the group ``invented``, stamped."""
    write_stamped(tree.bench("invented"), invented_bench().model_dump(mode="json", by_alias=True))
