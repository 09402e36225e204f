"""Section 5.13: the disputed quantizers at equal bytes."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any, cast

import pytest
from support.evidence import VALUE, a_result, measured

from harness.evidence.schema.means import MeanDifference
from report.evidence.means import Comparisons
from report.findings.disputes import findings
from report.tables.disputes import CODED, SEARCHED, Disputes
from report.tables.source import Source

KEY = ("decontaminated", "stsb-test", "knn-recall@10")


def coded(pipeline: str, point: str | None = None, recall: float = 0.7) -> dict[str, Any]:
    """Return a result of a codec on MiniLM."""
    cell = ".".join(part for part in ("minilm.stsb-train", pipeline, point, "s0") if part)
    spec = {
        "encoder": "minilm",
        "train": "stsb-train",
        "pipeline": pipeline,
        "point": point,
        "tests": [KEY[1]],
    }
    value = {**VALUE, "protocol": KEY[0], "dataset": KEY[1], "metric": KEY[2]}
    return a_result(
        spec, suite=CODED, cell=cell, values=[{**value, "value": recall, "low": 0.6, "high": 0.8}]
    )


def searched(pipeline: str, index: dict[str, Any], size: int) -> dict[str, Any]:
    """Return a result of an index of 1,000 rows of 384 dimensions that takes ``size`` bytes."""
    test, metric = "scifact-documents", "vs-teacher@knn-recall@10"
    use, params = index["use"], {key: value for key, value in index.items() if key != "use"}
    spec = {
        "encoder": "minilm", "train": "stsb-train", "pipeline": pipeline, "point": None, "tests": [test],
        "index": {"use": use, "params": params},
    }  # fmt: skip
    value = {**VALUE, "protocol": "decontaminated", "dataset": test, "metric": metric, "value": 0.8}
    sizes = {
        "payload_bytes": 1536, "side_bytes": 0, "bytes_per_vector": 1536, "original_bytes": 1536,
        "ratio": 1.0, "state_bytes": 0, "index": {"rows": 1000, "bytes": size},
    }  # fmt: skip
    values = [{**value, "low": 0.75, "high": 0.85}]
    return a_result(spec, suite=SEARCHED, cell=f"minilm.stsb-train.{pipeline}.s0", values=values, sizes=sizes)


@pytest.mark.parametrize(
    ("index", "size", "expected"),
    [
        ({"use": "rabitq", "bits": 2, "query_bits": 0}, 116_000 + 4 * 384 * 384 + 600, 116),
        ({"use": "turboquant", "bits": 2, "extra_bytes": 20}, 116_000 + 4 * 384 * 464 + 600, 116),
        ({"use": "pq", "subvectors": 128, "bits": 8}, 128_000 + 4 * 384 * 256 + 600, 128),
        ({"use": "flat"}, 1_536_045, 1536),
    ],
)
def test_bytes_are_measured_without_what_all_rows_share(
    index: dict[str, Any], size: int, expected: int
) -> None:
    """Rotation and codebooks are taken off an index's bytes; a header is less than a byte a row."""
    tables = Disputes(measured(searched("index-x", index, size)))
    (line,) = tables.searched()
    assert [] == tables.shown()  # no claim compares it
    assert expected == line.bytes


def test_what_is_fitted_on_the_searched_rows_has_its_bytes_apart() -> None:
    """The codebook of PQ: 256 entries of 384 floats. A rotation is drawn, not fitted."""
    pq, rabitq = (
        Disputes(measured(searched("index-x", index, 900_000))).searched()[0]
        for index in ({"use": "pq", "subvectors": 128, "bits": 8}, {"use": "rabitq", "bits": 2})
    )
    assert (4 * 384 * 256, 0) == (pq.codebook, rabitq.codebook)


def difference(key: tuple[str, str, str], value: float) -> dict[tuple[str, str, str], MeanDifference]:
    """Return a difference with an interval of 0.03 to each side."""
    place = dict(zip(("protocol", "dataset", "metric"), key, strict=True))
    ends = {"value": value, "low": value - 0.03, "high": value + 0.03, "p": 0.01}
    return {key: MeanDifference.model_validate({**place, **ends})}


def test_findings_say_who_is_better_at_equal_bytes() -> None:
    """Two bits of each search with their bytes, the tally over sizes and spaces, and OPQ beside them.

    What was compared is said: the bits, the spaces, and how queries are treated. An index of fewer bytes is
    no comparison at equal bytes.
    """
    wide = {"use": "turboquant", "bits": 2, "extra_bytes": 20}
    results = measured(
        searched("index-rabitq-2", {"use": "rabitq", "bits": 2}, 116_000 + 4 * 384 * 384),
        searched("index-turboquant-2-bytes", wide, 116_000 + 4 * 384 * 464),
        searched("index-eden-2-bytes", wide | {"use": "eden"}, 104_000 + 4 * 384 * 464),
        coded("rabitq-2"), coded("turboquant-2", recall=0.65), coded("eden-2"), coded("opq-wide", "2-bits"),
    )  # fmt: skip
    prefix = "minilm.stsb-train."
    raw = ("decontaminated", "scifact-documents", "vs-teacher@knn-recall@10")
    comparisons = Comparisons({
        (CODED, prefix + "rabitq-2", prefix + "turboquant-2"): difference(KEY, -0.05),
        (SEARCHED, prefix + "index-rabitq-2", prefix + "index-turboquant-2-bytes"): difference(raw, 0.05),
        (SEARCHED, prefix + "index-eden-2-bytes", prefix + "index-rabitq-2"): difference(raw, 0.05),
    })  # fmt: skip
    source = SimpleNamespace(
        tables=SimpleNamespace(disputes=Disputes(results)), evidence=SimpleNamespace(comparisons=comparisons)
    )
    searches, tally, codebooks = findings(cast("Source", source))
    assert "RaBitQ 80.0 % (75.0 … 85.0) in 116 bytes" in searches.sentence
    finds = "RaBitQ finds the ten nearest better than TurboQuant_mse in"
    of = "of 1 comparisons (2 bits, MiniLM)"
    assert (
        f"At equal bytes and with queries coded too, {finds} 0 and worse in 1 {of}. "
        f"At equal bytes and with raw queries, searched by faiss, {finds} 1 and worse in 0 {of}."
    ) == tally.sentence
    assert ("T6",) == tally.claims
    assert "65.0 % (TurboQuant_mse)" in codebooks.sentence
    assert "70.0 % (OPQ)" in codebooks.sentence


def test_the_full_table_has_a_line_a_value() -> None:
    """A codec's and an index's value each, with how queries are treated."""
    results = measured(coded("rabitq-2"), searched("index-x", {"use": "flat"}, 1_536_045))
    source = SimpleNamespace(tables=SimpleNamespace(disputes=Disputes(results)))
    lines = list(importlib.import_module("report.tables.full.disputes").rows(source))
    assert [("coded", "knn-recall@10"), ("raw", "vs-teacher@knn-recall@10")] == [
        (line["queries"], line["metric"]) for line in lines
    ]
