"""What measuring a cell cost on one machine, from its envelope, as flat rows."""

from __future__ import annotations

from collections.abc import Iterator

from harness.evidence.layout import Tree
from report.evidence.envelopes import envelope_of
from report.evidence.results import Measured
from report.evidence.rows import Row, exact


def costs_of(measured: Measured, tree: Tree) -> Iterator[Row]:
    """Yield the costs of a result on each test set, and the memory of the process; none without an envelope.

    ``encode@cost`` and ``search@cost`` are CPU microseconds a vector: the second to decode it, to compare it
    with every query and to rank it. Their ``n`` is the number of vectors. ``memory@cost`` is in bytes.
    """
    envelope = envelope_of(tree.root, measured.suite, measured.name)
    if envelope is None:
        return
    for dataset, cost in envelope.costs.items():
        searched = cost.decode_seconds + cost.search_seconds
        if cost.vectors and cost.products:
            count = cost.vectors
            yield exact(measured, dataset, "encode@cost", 1e6 * cost.encode_seconds / count, count)
            yield exact(measured, dataset, "search@cost", 1e6 * searched / count, count)
            yield exact(measured, dataset, "memory@cost", envelope.peak_memory_bytes, count)
