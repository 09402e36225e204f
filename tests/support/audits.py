"""An audit of invented vectors, small and valid."""

from __future__ import annotations

from typing import Any

from harness.evidence.schema.version import SCHEMA_VERSION

ZEROS = "0" * 64


def configuration(name: str, pipeline: str) -> dict[str, Any]:
    """Return a configuration whose knn-recall@10 is 0.75, [0.7, 0.8]."""
    value = {"metric": "knn-recall@10", "value": 0.75, "low": 0.7, "high": 0.8, "n": 200}
    sizes = {"payload_bytes": 2, "side_bytes": 0, "bytes_per_vector": 2, "state_bytes": 100}
    sizes |= {"amortised_bytes": 2.5, "corpus_bytes": 500, "original_bytes": 32, "ratio": 12.8}
    return {
        "id": name,
        "pipeline": pipeline,
        "steps": [{"use": part.split()[0], "params": {}} for part in pipeline.split("|")],
        "family": "pca | scalar",
        "trained": True,
        "query": "compressed",
        "sizes": sizes,
        "values": [value],
        "rescored": [],
        "tail": None,
        "prediction": None,
        "guard": None,
        "pareto": True,
        "decided_by": value,
        "meets_target": True,
        "within_budget": True,
    }


def audit(recommended: str | None, nearest: str | None, frontier: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an audit's content: what it recommends, or else the nearest, are ids of the frontier."""
    file = {"path": "split.npz", "sha256": ZEROS}
    source = {"role": "vectors", "name": "x.npy", "sha256": ZEROS, "rows": 2000, "dimension": 8}
    warning = {"rule": "codebook-rows", "message": "Few rows for a codebook.", "numbers": {"rows": 9.0}}
    counts = ("dimensions_90", "dimensions_95", "dimensions_99", "exact_duplicates", "near_duplicates")
    norms = ("norm_min", "norm_median", "norm_max", "mean_cosine", "mean_direction_norm")
    return {
        "schema": SCHEMA_VERSION,
        "sources": [{**source, "dtype": "float32", "encoder": "", "broken": []}],
        "code": [],
        "task": {
            "k": 10,
            "tolerance": 0.001,
            "target_metric": "knn-recall@10",
            "target_value": None,
            "target_text": "",
            "default_target": False,
            "budget_bytes": None,
            "rows": 2000,
            "labels": [],
        },
        "interval": {"level": 95.0, "resamples": 5000},
        "profile": {
            "rows": 2000,
            "sampled_rows": 2000,
            "dimension": 8,
            "effective_dimension": 7.5,
            **dict.fromkeys(norms, 0.5),
            **dict.fromkeys(counts, 0),
        },
        "split": {
            "train": 1600,
            "corpus": 400,
            "queries": 200,
            "pairs": 0,
            "unused": 0,
            "groups": 2000,
            "duplicates": 0,
            "grouping": "copies",
            "file": file,
        },
        "plan": {"limit_s": 9.0, "estimated_s": 1.0, "planned": 1, "measured": 1, "left_out": []},
        "original": [],
        "frontier": frontier,
        "prediction": None,
        "advice": {
            "rule": "The fewest bytes that meet the target.",
            "recommended": recommended,
            "sentence": "Take it.",
            "nearest": nearest,
            "warnings": [warning],
        },
        "storage": {
            "rows": 2000,
            "original_bytes": 64000,
            **dict.fromkeys(("compressed_bytes", "codes_bytes", "state_bytes", "with_originals_bytes"), None),
        },
        "drift": None,
        "commands": [],
        "files": {"scores": file, "codec": None},
    }
