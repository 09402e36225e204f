"""Whole documents of evidence to start from: a test changes what it is about."""

from __future__ import annotations

import copy
from typing import Any

from harness.evidence.schema.result import Result
from harness.evidence.schema.version import SCHEMA_VERSION
from report.evidence.results import Measured
from report.evidence.values import Mean, MeasuredValue

SHA256 = "0" * 64
CELL: dict[str, Any] = {
    "encoder": "minilm", "train": "stsb-train", "pipeline": "lens-pq", "point": None, "seed": 0,
    "steps": [{"use": "identity", "params": {}}], "tests": ["sts12-16"],
    "metrics": {"sts12-16": ["retention@human"]}, "stages": False, "asymmetric": False, "index": None,
    "grid": {}, "guardrails": {},
}  # fmt: skip
VALUE = {
    "protocol": "as-published", "dataset": "sts12-16", "metric": "retention@human",
    "value": 0.95, "low": 0.94, "high": 0.96, "n": 9,
}  # fmt: skip
AUDIT = {
    "pairs": 100, "shared_pairs": 30, "pairs_with_a_seen_sentence": 40, "pairs_with_a_near_duplicate": 7,
    "unseen_pairs_with_a_near_duplicate": 1, "pairs_by_protocol": {"as-published": 100, "decontaminated": 60},
    "near_duplicates_by_protocol": {"as-published": 7, "decontaminated": 1},
}  # fmt: skip
SIZES = {
    "payload_bytes": 13, "side_bytes": 0, "bytes_per_vector": 13, "original_bytes": 1248, "ratio": 96.0,
    "state_bytes": 0,
}  # fmt: skip
RESULT: dict[str, Any] = {
    "schema": SCHEMA_VERSION,
    "suite": "s",
    "cell": "c.s0",
    "inputs": {
        "cell": CELL, "protocols": ["as-published", "decontaminated"], "combine": {},
        "encoder": {"use": "as-is", "dimension": 312}, "datasets": {}, "loaded": {}, "code": [],
    },
    "sizes": SIZES,
    "training_rows": 100,
    "contamination": {},
    "interval": {"level": 95.0, "resamples": 5000},
    "values": [VALUE],
    "files": {
        "before": {"path": "scores/s/minilm.npz", "sha256": SHA256},
        "after": {"path": "scores/s/c.s0.npz", "sha256": SHA256},
    },
}  # fmt: skip
ENVELOPE: dict[str, Any] = {
    "schema": SCHEMA_VERSION,
    "made": "2026-01-01T00:00:00+00:00", "seconds": 4.5, "peak_memory_bytes": 700_000_000,
    "commit": {"sha": "0" * 40, "dirty": False}, "claims_lock": None,
    "python": "3.11.7", "platform": "Linux x86_64",
    "processor": "a processor", "cores": 2, "threads": 1,
    "numerics": {"simd": "avx2", "version": 1, "flags": [], "dispatch": {}, "overridden": {}},
    "packages": {},
}  # fmt: skip
SPREAD = {"p50": 0.25, "p95": 0.5, "per_second": 4000.0}
TIMINGS: dict[str, Any] = {
    "rows": 3, "encode_one_ms": SPREAD, "encode_batch_ms": {"vectors": 3, **SPREAD},
    "encode_batch_per_second": 100_000.0, "index_build_seconds": 0.5,
    "search_ms": {"one stage": SPREAD, **{f"two stages, {times}x": SPREAD for times in (2, 4, 10)}},
    "bytes": {"codes": 1, "decoded": 2, "index": 3, "originals": 4},
}  # fmt: skip
TRANSCRIPT: dict[str, Any] = {
    "schema": SCHEMA_VERSION,
    "claim": "C6", "server": {"host": "loopback", "name": "a server"}, "sample": 32, "key": "none",
    "checks": [], "counts": {"PASS": 0, "FAIL": 0, "SKIPPED": 0},
}  # fmt: skip
SUITE: dict[str, Any] = {
    "schema": SCHEMA_VERSION, "suite": "s", "suite_file": "suites/s.toml", "title": "A suite",
    "question": "What is left?", "pipelines": {}, "metrics": {}, "blocked": [],
}  # fmt: skip
MEANS: dict[str, Any] = {
    "schema": SCHEMA_VERSION,
    "suite": "s", "code": [], "interval": {"level": 95.0, "resamples": 5000}, "batches": []
}  # fmt: skip
BATCH_OF = {
    "encoder": "minilm",
    "train": "stsb-train",
    "bytes_per_vector": 13,
    "baselines": [],
    "results": {},
}
JITTER: dict[str, Any] = {
    "schema": SCHEMA_VERSION,
    "suite": "s", "disturbance": {"relative": 1e-7, "draws": 3}, "floors": {}, "cells": []
}  # fmt: skip


def changed(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a document with the changes in it: tables are merged, everything else replaced."""
    merged = copy.deepcopy(document)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = changed(merged[key], value) if both else copy.deepcopy(value)
    return merged


def a_suite(name: str, **changes: Any) -> dict[str, Any]:
    """Return the content of a suite's record; ``changes`` say what is not as usual."""
    return {**SUITE, "suite": name, "suite_file": f"suites/{name}.toml", **changes}


def a_result(spec: dict[str, Any], /, **changes: Any) -> dict[str, Any]:
    """Return the content of a result; ``spec`` (of the cell) and ``changes`` say what is not as usual."""
    content = changed(RESULT, changes)
    content["inputs"]["cell"] = {**CELL, **content["inputs"]["cell"], **spec}
    return content


def measured(*contents: dict[str, Any], family: str = "") -> list[Measured]:
    """Return results as a report reads them; those that differ in seed alone have their mean.

    ``family``: what their suite groups their pipelines in.
    """
    together: dict[str, list[dict[str, Any]]] = {}
    for content in contents:
        key = str({**content["inputs"]["cell"], "seed": None}) + content["suite"]
        together.setdefault(key, []).append(content)
    means = {
        id(content): mean for seeds in together.values() for mean in [_means(seeds)] for content in seeds
    }
    return [
        Measured(
            Result.model_validate(content),
            f"{number:064x}",
            tuple(
                MeasuredValue(**value, mean=mean)
                for value, mean in zip(content["values"], means[id(content)], strict=True)
            ),
            content["inputs"]["cell"]["pipeline"],
            family,
        )
        for number, content in enumerate(contents)
    ]


def _means(seeds: list[dict[str, Any]]) -> list[Mean]:
    """Return the mean of each value, and of its ends."""
    return [
        Mean(
            *(sum(value[key] for value in same) / len(same) for key in ("value", "low", "high")),
            n=same[0]["n"],
            seeds=len(same),
        )
        for same in zip(*(seed["values"] for seed in seeds), strict=True)
    ]
