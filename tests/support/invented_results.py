"""Results with invented values, as a run would have left them: for tests of what reads evidence."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from harness.evaluation.suite_record import described
from harness.evidence.layout import Tree
from harness.evidence.stamp import write_stamped
from harness.planning.cells import Cell, cells
from harness.planning.models import Suite
from support.evidence import AUDIT, a_result, a_suite
from support.invented_means import write_means


def invented(*names: str) -> float:
    """Return a number from 0.7 to 0.95 that follows from what it is of."""
    return 0.7 + 0.25 * int(hashlib.sha256(" ".join(names).encode()).hexdigest()[:6], 16) / 16**6


# What the training of a student notes, at two checkpoints of which the last looks like a collapse.
HISTORY = {
    "step": [20.0, 40.0],
    "loss": [5.0, 4.5],
    "norm_mean": [0.9, 1.5],
    "norm_std": [0.1, 0.2],
    "cosine_mean": [0.25, 0.95],
    "cosine_std": [0.2, 0.01],
    "collapse_suspect": [0.0, 1.0],
}


IRREGULARITIES = (
    *("own_documents_by_id", "own_documents_by_text", "negative_grades", "empty_documents"),
    *("judgements_of_missing_documents", "queries_without_a_relevant_document"),
)


def content_of(suite: Suite, cell: Cell) -> dict[str, Any]:
    """Return a result of a cell with invented values: all that a report reads of one."""
    original = 4 * suite.encoders[cell.encoder].dimension
    size = cell.target_bytes or original
    sets = [*cell.tests, *(name for name, parts in suite.combine.items() if set(parts) <= set(cell.tests))]
    metrics = {name: dict(cell.metrics).get(name, dict(cell.metrics)[cell.tests[0]]) for name in sets}
    values = [
        {"dataset": name, "metric": metric, "protocol": protocol, "n": 100, "value": value,
         "low": value - 0.01, "high": value + 0.01}
        for name in sets
        for metric in metrics[name]
        for protocol in suite.protocols
        for value in [invented(suite.name, cell.id, name, metric, protocol)]
    ]  # fmt: skip
    audit = {**AUDIT}
    if suite.name == "autoencoder":
        audit["irregularities"] = dict.fromkeys(IRREGULARITIES, 3)
    content = a_result(
        cell.spec(),
        suite=suite.name,
        sizes={
            "bytes_per_vector": size, "state_bytes": 100_000, "original_bytes": original,
            "ratio": original / size,
            **({"index": {"rows": 1000, "bytes": 1000 * size + 45}} if cell.index else {}),
        },
        contamination=dict.fromkeys(cell.tests, audit),
        values=values,
        interval={"resamples": 10000},
        **({"training": {"0.student": HISTORY}} if cell.steps[0].use == "student" else {}),
    )  # fmt: skip
    content["cell"] = cell.id
    content["inputs"] |= {
        "combine": suite.combine,
        "protocols": suite.protocols,
        "datasets": {name: {"use": "mirror", "path": name + ".jsonl", "sha256": "00"} for name in cell.tests},
        "encoder": suite.encoders[cell.encoder].raw(),
    }
    return content


def invent(root: Path, suite: Suite, encoders: set[str], seeds: int = 2) -> None:
    """Write results with invented values for some encoders of a suite, and the others as blocked."""
    tree, blocked = Tree(root), []
    own = described(suite, cells(suite, suite.name))
    for cell in cells(suite, suite.name):
        if cell.encoder in encoders and cell.seed < seeds:
            write_stamped(tree.result(suite.name, cell.id), content_of(suite, cell))
        elif cell.encoder not in encoders:
            blocked.append({
                "cell": cell.id, "encoder": cell.encoder, "train": cell.train,
                "missing": "model of " + cell.encoder, "remedy": "have the hub at hand",
            })  # fmt: skip
    write_stamped(tree.suite(suite.name), a_suite(suite.name, **own, blocked=blocked))
    write_means(tree, suite.name)
