"""``tqp plan`` as a planner."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from harness.audit.measuring import Encoded, HeldOut
from harness.evaluation.knn import unit
from harness.evidence.schema.peers import Promise
from harness.peers.planned import Planned, Recommendation
from harness.peers.tqp import Tqp, measured_on

COMMAND = "tqp plan"


def plan(tqp: Tqp, seen: Path, rows: int, k: int, recall: float, sample: int | None) -> Planned:
    """Return what ``tqp plan`` recommends for the ``rows`` rows of ``seen``; files go beside it."""
    options = "" if sample is None else f"--sample {sample}"
    folder = seen.parent / f"sample-{sample or 'default'}"
    folder.mkdir()
    out = folder / "plan.json"
    begun = time.monotonic()
    answer = tqp.plan(seen, k, recall, sample, out)
    planned = partial(Planned, COMMAND, tqp.version(), options, time.monotonic() - begun)
    if isinstance(answer, str):
        return planned(None, answer)
    best = answer.recommended
    queries, searched = measured_on(sample, rows)
    promise = Promise(
        bytes_per_vector=best.bytes_per_vector,
        value=best.recall,
        low=None,
        high=None,
        query="uncompressed",
        queries=queries,
        rows=searched,
    )
    encoding = partial(_encoded, tqp, out, seen)
    return planned(Recommendation(best.label, tuple(answer.risk_flags), promise, encoding))


def _encoded(tqp: Tqp, plan_file: Path, seen: Path, data: HeldOut) -> tuple[Encoded, Mapping[str, int]]:
    """Return the rows as the tool itself decodes them; an uncompressed query is the vector itself."""
    decoded, sizes = tqp.decoded(plan_file, seen, data.corpus, plan_file.parent)
    corpus = unit(decoded)
    codes = np.empty((0, 0), np.uint8)  # they stay with the tool
    return Encoded(codes, corpus, corpus[data.own], unit(data.queries)), sizes.model_dump()
