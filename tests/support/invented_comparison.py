"""A comparison of planners that nobody made, as ``harness compare-planners`` would write it."""

from __future__ import annotations

import hashlib

import numpy as np

from harness.evidence import npz
from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stamp import write_stamped
from harness.types import Json


def _value(query: str, rows: int, value: float, rescored: int = 0) -> Json:
    return {
        "metric": "knn-recall@10", "value": value, "low": value - 0.01, "high": value + 0.01, "n": 100,
        "query": query, "rows": rows, "rescored": rescored,
    }  # fmt: skip


def _planner(planner: str, options: str, uncompressed: float) -> Json:
    values = [_value("uncompressed", 500, uncompressed + 0.02), _value("uncompressed", 1_000, uncompressed)]
    values += [_value("compressed", 1_000, 0.5), _value("uncompressed", 1_000, 0.98, 4)]
    return {
        "planner": planner, "version": "1.0", "options": options, "problem": "", "recommended": "pca | sign",
        "remarks": [], "values": values,
        "promise": {
            "bytes_per_vector": 17.25, "value": 0.926, "low": None, "high": None, "query": "uncompressed",
            "queries": 50, "rows": 50,
        },
        "sizes": {
            "payload_bytes": 14, "side_bytes": 12, "bytes_per_vector": 26, "state_bytes": 10_000,
            "amortised_bytes": 36.0, "corpus_bytes": 36_000, "original_bytes": 1_280, "ratio": 35.6,
        },
    }  # fmt: skip


def write_comparison(tree: Tree) -> None:
    """Write the comparison ``mine`` of the audit and ``tqp plan``, the latter twice, with scores and seconds.

    The audit meets the target of 0.9; ``tqp plan`` misses it at its defaults, and has no plan with a sample.
    """
    scores = npz.dumps({"0/uncompressed/1000 rows": np.full(100, 0.92)})
    none: Json = {
        "planner": "tqp plan", "version": "1.0", "options": "--sample 9",
        "problem": "Need at least 1152 samples", "recommended": "", "remarks": [],
        "promise": None, "sizes": None, "values": [],
    }  # fmt: skip
    source = {
        "role": "vectors", "name": "v.npy", "sha256": "0" * 64, "rows": 2_000, "dimension": 320,
        "dtype": "float32", "encoder": "", "broken": [],
    }  # fmt: skip
    content = {
        "name": "mine", "title": "My vectors", "source": source, "code": [], "k": 10, "target": 0.9,
        "seen": 1_000, "searched": 1_000, "queries": 100, "interval": {"level": 95.0, "resamples": 10},
        "planners": [_planner("harness audit", "--rows 1000", 0.92), _planner("tqp plan", "", 0.7), none],
        "files": {"scores": {"path": "peers/mine.npz", "sha256": hashlib.sha256(scores).hexdigest()}},
    }  # fmt: skip
    write_atomic(tree.root / "peers" / "mine.npz", scores)
    write_stamped(tree.comparison("mine"), content)
    times = [{"planner": "tqp plan", "options": "", "seconds": 4.2}]
    machine = {"name": "mine", "processor": "a processor", "cores": 2, "platform": "Linux", "planners": times}
    write_stamped(tree.planning_times("mine"), machine)
