"""The audit of this project as a planner."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from harness.audit.measuring import Encoded, HeldOut, encode
from harness.audit.preparing import Request
from harness.audit.rows import Options, Progress
from harness.audit.run import run
from harness.codecs.pipeline import Pipeline
from harness.data.packages import installed_version
from harness.evidence.schema.audit import Audit
from harness.evidence.schema.audit_frontier import Configuration
from harness.evidence.schema.peers import Promise
from harness.peers.planned import Planned, Recommendation

COMMAND, PACKAGE = "harness audit", "embedding-compression-evidence"


def plan(seen: Path, target: str, rows: int, seconds: float, on_progress: Progress) -> Planned:
    """Return what ``harness audit`` recommends for the rows of ``seen``, for a corpus of ``rows`` rows."""
    begun = time.monotonic()
    request = Request(target, None, rows, seconds)
    outcome = run(Options(str(seen)), request, "audit", on_progress, lambda _prepared: None)
    took = time.monotonic() - begun
    planned = partial(Planned, COMMAND, installed_version(PACKAGE) or "checkout", f"--rows {rows}", took)
    best = outcome.audit.recommended
    if best is None or outcome.codec is None:
        return planned(None, outcome.audit.advice.sentence)
    label = f"{best.pipeline}, {best.query} queries"
    remarks = tuple(warning.message for warning in outcome.audit.advice.warnings)
    encoding = partial(_encoded, outcome.codec.pipeline)
    return planned(Recommendation(label, remarks, _promise(outcome.audit, best), encoding))


def _promise(audit: Audit, best: Configuration) -> Promise:
    value = best.decided_by
    return Promise(
        bytes_per_vector=best.sizes.bytes_per_vector,
        value=value.value,
        low=value.low,
        high=value.high,
        query=best.query,
        queries=value.n,
        rows=audit.split.corpus if best.prediction is None else best.prediction.rows,
    )


def _encoded(pipeline: Pipeline, data: HeldOut) -> tuple[Encoded, Mapping[str, Any]]:
    encoded = encode(pipeline, data)
    return encoded, pipeline.sizes(encoded.codes, 4 * data.corpus.shape[1])
