"""Matrices of the OpenAI spaces: every number from a row, and a certificate over the file's own bytes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from support.evidence import ENVELOPE, a_result, measured

from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stamp import dumps
from report.evidence.values import Mean
from report.export.matrix import CANNOT_BE, matrices

METRICS = ("knn-recall@10", "success@1", "success@10", "success@100", "knn-ndcg@10", "mrr@100", "rescored@2")
SPREAD = {"p50": 0.25, "p95": 0.5, "per_second": 3999.6}
TIMINGS = {
    "rows": 376,
    "encode_one_ms": SPREAD,
    "encode_batch_ms": {"vectors": 256, **SPREAD},
    "index_build_seconds": 0.5,
    "encode_batch_per_second": 12345.6,
    "search_ms": {
        "one stage": SPREAD,
        "two stages, 10x": {**SPREAD, "p50": 1.0},
        "two stages, 2x": {**SPREAD, "p50": 0.75},
    },
    "bytes": {"codes": 24064, "decoded": 96256, "index": 96256, "originals": 2310144},
}
MACHINE = {"processor": "Processor of a test", "cores": 2, "platform": "Linux x86_64"}


def result(
    seed: int, number: float, *, original: int = 6144, encoder: str = "openai-ada-002"
) -> dict[str, Any]:
    """Return a result in which every metric has the same value, one point inside its interval."""
    cell = {
        "encoder": encoder, "train": "a-train", "pipeline": "lens-64-pq-64", "point": "pq-64", "seed": seed,
        "tests": ["a-test"], "grid": {}, "asymmetric": False, "guardrails": {},
    }  # fmt: skip
    values = [
        {"protocol": "decontaminated", "dataset": "a-test", "metric": metric, "value": number,
         "low": number - 0.01, "high": number + 0.01, "n": 50}
        for metric in METRICS
    ]  # fmt: skip
    datasets = {
        "a-test": {"origin": 0, "path": "x/embeddings.npy", "rows": {"part": "test"}, "use": "mirror"}
    }
    space = {"dimension": original // 4, "use": "as-is"}
    content = a_result(
        cell,
        suite="openai-matrix",
        sizes={"bytes_per_vector": 64, "original_bytes": original, "ratio": original / 64},
        values=values,
    )
    content["cell"] = f"{encoder}.a-train.lens-64-pq-64.pq-64.s{seed}"
    content["inputs"] |= {"datasets": datasets, "encoder": space}
    return content


def lines_of(text: bytes, start: str) -> list[str]:
    """Return the lines of a file that begin with ``start``."""
    return [line for line in text.decode().splitlines() if line.startswith(start)]


def test_the_last_line_certifies_all_bytes_before_it(tmp_path: Path) -> None:
    """The digest is what sha256sum says of the file without its last line."""
    files = matrices(measured(result(0, 0.5)), Tree(tmp_path), {})
    assert ["matrix_openai-ada-002.md"] == list(files)
    data = files["matrix_openai-ada-002.md"]
    body, _, sha256 = data.rpartition(b"Certificate: sha256:")
    assert hashlib.sha256(body).hexdigest() == sha256.decode().removesuffix("\n")


def test_numbers_are_means_over_seeds_with_their_interval(tmp_path: Path) -> None:
    """0.5 and 0.7 average to 60 per cent, here from 49 to 71; 6144 bytes in 64 are 96 times."""
    mean = Mean(0.6, 0.49, 0.71, n=50, seeds=2)
    seeds = [
        replace(seed, values=tuple(replace(value, mean=mean) for value in seed.values))
        for seed in measured(result(0, 0.5), result(1, 0.7))
    ]
    text = matrices(seeds, Tree(tmp_path), {})["matrix_openai-ada-002.md"]
    first_stage, rescored, similar = lines_of(text, "| lens-64-pq-64 |")
    value = "60.0 | " * 6
    assert f"| lens-64-pq-64 | pq-64 | 64 | 96.0 | 2 | {value}49.0 … 71.0 |" == first_stage
    assert "| lens-64-pq-64 | pq-64 | 64 | 60.0 | 60.0 | – | – |" == rescored
    assert "| lens-64-pq-64 | pq-64 | 64 | – | – | – | – |" == similar


def test_the_evidence_and_the_vectors_are_named(tmp_path: Path) -> None:
    """Every cell stands there with its certificate, and every set with where it was read from."""
    text = matrices(measured(result(0, 0.5)), Tree(tmp_path), {"openai-ada-002": "analogue"})
    data = text["matrix_openai-ada-002.md"]
    assert [f"- `openai-matrix/{result(0, 0.5)['cell']}` sha256:{0:064x}"] == lines_of(
        data, "- `openai-matrix"
    )
    assert ["- data set `a-test`: path `x/embeddings.npy`, rows (part `test`), use `mirror`"] == lines_of(
        data, "- data set"
    )
    assert ["To the published claim this space is: analogue."] == lines_of(data, "To the published")


def test_what_cannot_exist_is_said_where_the_report_has_it(tmp_path: Path) -> None:
    """PQ-64 of 52 dimensions is asked of 1536 dimensions; 3072 are compressed to 105."""
    small, large = result(0, 0.5), result(0, 0.5, original=12288, encoder="openai-3-large")
    files = matrices(measured(small, large), Tree(tmp_path), {})
    assert CANNOT_BE.encode() in files["matrix_openai-ada-002.md"]
    assert CANNOT_BE.encode() not in files["matrix_openai-3-large.md"]


def test_timings_stand_beside_the_machine_that_they_were_taken_on(tmp_path: Path) -> None:
    """They are read from the envelope; without one the file says that there are none."""
    tree = Tree(tmp_path)
    without = matrices(measured(result(0, 0.5)), tree, {})["matrix_openai-ada-002.md"]
    assert ["Not recorded with these results."] == lines_of(without, "Not recorded")
    path = tree.envelope("openai-matrix", str(result(0, 0.5)["cell"]))
    write_atomic(path, dumps({**ENVELOPE, **MACHINE, "timings": {"a-test": TIMINGS}}))
    text = matrices(measured(result(0, 0.5)), tree, {})["matrix_openai-ada-002.md"]
    assert ["### Processor of a test, 2 cores, Linux x86_64, 376 rows"] == lines_of(text, "###")
    encoded, searched = lines_of(text, "| lens-64-pq-64 |")[3:]
    sizes = "24064 | 96256 | 2310144"
    assert f"| lens-64-pq-64 | pq-64 | 64 | 0.250 | 0.500 | 12346 | {sizes} |" == encoded
    stages = " | ".join(f"{p50} | 0.500 | 4000" for p50 in ("0.250", "0.750", "1.000"))
    assert f"| lens-64-pq-64 | pq-64 | 64 | {stages} |" == searched


def test_a_space_without_evidence_has_no_file(tmp_path: Path) -> None:
    """Results of other suites make no matrix."""
    assert {} == matrices(measured({**result(0, 0.5), "suite": "sample"}), Tree(tmp_path), {})
