"""Judged rows to start from: a test changes what it is about."""

from __future__ import annotations

from typing import Any

from harness.evidence.schema.verdict import VerdictRow
from support.evidence import SHA256

ROW: dict[str, Any] = {
    "id": "X1", "kind": "extrinsic", "source": "here", "origin": "published", "sentence": "s",
    "role": "as published", "verdict": "HOLDS", "number": None, "selected_here": False, "arithmetic": False,
    "lock": "locked", "reason": "", "row": "kept", "what": "w", "encoder": "minilm", "train": "t",
    "protocol": "decontaminated", "metric": "m", "rule": "at least", "headline": True, "published": 0.9,
    "value": 0.95, "low": 0.94, "high": 0.96, "n": 9, "seeds": 1,
    "printed": {"published": "90%", "value": "95.0", "low": "94.0", "high": "96.0"},
    "evidence": [{"cell": "s/c", "sha256": SHA256}],
}  # fmt: skip
UNMEASURED: dict[str, Any] = {
    "verdict": "BLOCKED", "reason": "no hub", "value": None, "low": None, "high": None,
    "printed": {"published": "90%"}, "evidence": [],
}  # fmt: skip


def a_row(**changes: Any) -> VerdictRow:
    """Return a judged row; ``changes`` say what is not as usual."""
    return VerdictRow.model_validate({**ROW, **changes})
