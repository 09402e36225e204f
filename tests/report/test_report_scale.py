"""Section 5.12: recall and cost by the size of the corpus."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from support.evidence import ENVELOPE, VALUE, a_result, measured

from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stamp import dumps
from report.evidence.results import Measured
from report.evidence.values import Mean
from report.findings.scale import findings
from report.tables.durations import seconds_by_suite
from report.tables.scale import ScaleLine, lines
from report.tables.source import Source

COST = {"vectors": 4, "encode_seconds": 2e-5, "decode_seconds": 4e-6, "products": 8, "search_seconds": 6e-6}


def result(cell: str, size: str) -> dict[str, Any]:
    """Return a result of the suite on one corpus."""
    test = f"scale-{size}"
    values = [
        {**VALUE, "dataset": test, "metric": metric, "value": value, "low": value, "high": value}
        for metric, value in (("knn-recall@10", 0.5), ("rescored@4", 0.75))
    ]
    spec = {"tests": [test], "encoder": f"planted-{size}", "pipeline": cell.split(".")[1]}
    return a_result(spec, suite="scale", cell=cell, values=values)


def test_costs_are_microseconds_a_vector(tmp_path: Path) -> None:
    """Decoding counts as searching; a result without costs has no line; small corpora come first."""
    results: list[Measured] = measured(*(result(f"{size}.pq.s0", size) for size in ("1m", "10k", "100k")))
    tree = Tree(tmp_path)
    for size, vectors in (("1m", 8), ("10k", 4)):
        costs = {f"scale-{size}": {**COST, "vectors": vectors}}
        write_atomic(tree.envelope("scale", f"{size}.pq.s0"), dumps({**ENVELOPE, "costs": costs}))
    write_atomic(tree.envelope("scale", "100k.pq.s0"), dumps(ENVELOPE))
    small, large = lines(results, tree)
    assert ("scale/10k.pq", 4, 0.5, 0.75) == (
        small.id,
        small.vectors,
        small.recall.value,
        small.rescored.value,
    )
    assert pytest.approx((5.0, 2.5)) == (small.encode, small.search)
    assert ("scale/1m.pq", 8, 700_000_000) == (large.id, large.vectors, large.memory)


def line(label: str, vectors: int, recall: float) -> ScaleLine:
    """Return a pipeline of 48 bytes at one size."""
    value = Mean(recall, recall, recall, 500, 1)
    return ScaleLine(f"scale/{vectors}.{label}", label, label, 48, vectors, value, value, 1.0, 1.0, 1.0)


def test_a_finding_is_of_pipelines_at_the_same_sizes() -> None:
    """One that was not measured in the largest corpus is not said to be."""
    table = [line("PQ", 10, 0.6), line("PQ", 1000, 0.4), line("signs", 10, 0.5), line("signs", 100, 0.3)]
    (finding,) = findings(cast("Source", SimpleNamespace(tables=SimpleNamespace(scale=table))))
    assert ("scale/10.PQ", "scale/1000.PQ") == finding.evidence
    assert "signs" not in finding.sentence
    assert (
        "48 bytes find 60.0 to 60.0 % of the ten nearest among 10 planted vectors and 40.0 to 40.0 % among "
        "1,000, there most with PQ."
    ) == finding.sentence


def test_suites_take_the_seconds_of_their_envelopes(tmp_path: Path) -> None:
    """Summed over cells, the longest suite first; a cell without an envelope takes none."""
    names = (("a", "x"), ("b", "x"), ("b", "y"), ("a", "z"))
    results = [SimpleNamespace(suite=suite, name=name) for suite, name in names]
    for (suite, name), seconds in zip(names, (1.5, 2.0, 0.25), strict=False):
        write_atomic(Tree(tmp_path).envelope(suite, name), dumps({**ENVELOPE, "seconds": seconds}))
    assert [("b", 2.25), ("a", 1.5)] == list(
        seconds_by_suite(cast("list[Measured]", results), tmp_path).items()
    )
