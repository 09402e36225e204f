"""An audit, from files to advice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.audit.advice import advice
from harness.audit.commands import commands
from harness.audit.document import (
    Findings,
    archives,
    data_profile,
    document,
    prediction_summary,
)
from harness.audit.drift import drift
from harness.audit.facts import Facts
from harness.audit.inputs import read_inputs
from harness.audit.preparing import MOST_QUERIES, Prepared, Request, prepare
from harness.audit.profile import profile
from harness.audit.rows import Options, Progress
from harness.audit.rules import warnings
from harness.audit.sweep import SEED, Sweep, now, sweep
from harness.deploy.card import DataCard, Measured
from harness.deploy.codec import Codec
from harness.deploy.fitting import fit
from harness.errors import InputError
from harness.evidence.schema.audit import Audit, DataProfile, Drift
from harness.evidence.schema.audit_frontier import Configuration
from harness.parallel.resources import default_jobs, use_threads

WORKERS = 2  # threads at most, a pipeline each


@dataclass(frozen=True, slots=True)
class Outcome:
    """An audit, the archives beside it by name, the recommended codec or None, and seconds by step."""

    audit: Audit
    archives: Mapping[str, bytes]
    codec: Codec | None
    seconds: Mapping[str, float]


def run(
    options: Options,
    request: Request,
    folder: str,
    on_progress: Progress,
    on_plan: Callable[[Prepared], None],
    clock: Callable[[], float] = now,
) -> Outcome:
    """Return the audit of a file; ``folder`` is where it will be written, for the commands to run next.

    ``on_plan`` is called once it is decided what fits into the time, which counts from there: reading, and
    encoding texts, come before it. Raises InputError, in one line, for input that cannot be audited.
    """
    begun = clock()
    use_threads()
    workers = min(WORKERS, default_jobs())
    inputs = read_inputs(options, on_progress)
    read = clock()
    prepared = prepare(inputs, request, workers)
    on_plan(prepared)
    swept = sweep(prepared, read + request.seconds, workers, on_progress, clock)
    if not swept.rows:  # the machine is slower than the plan takes it to be
        problem = f"found {request.seconds:g} seconds, in which no pipeline was measured"
        raise InputError(f"--time: {problem}, expected a longer time such as {2 * request.seconds:g}s")
    described = data_profile(profile(inputs.vectors, {}, copies=prepared.split.copies))
    findings = _findings(prepared, swept, request, options, folder, described)
    files = archives(prepared, swept)
    audit = document(prepared, swept, request, findings, files)
    codec = _codec(prepared, audit)
    seconds = {"read": round(read - begun, 3), "all": round(clock() - begun, 3), **swept.seconds}
    return Outcome(audit, files, codec, seconds)


def _findings(
    prepared: Prepared,
    swept: Sweep,
    request: Request,
    options: Options,
    folder: str,
    described: DataProfile,
) -> Findings:
    frontier = [each.entry for each in swept.rows]
    by_id = {each.id: each for each in frontier}
    advised = advice(frontier, prepared.question, [])
    best = by_id.get(advised.recommended or "")
    drifted = _drift(prepared, swept, options, best, described)
    summary = prediction_summary(prepared, swept, request)
    fired = warnings(
        Facts(
            sources=prepared.inputs.sources,
            profile=described,
            split=prepared.split,
            queries=len(prepared.data.queries),
            labels=prepared.labels,
            frontier=frontier,
            recommended=best,
            left_out=(*prepared.left_out, *swept.left_out),
            prediction=summary,
            drift=drifted,
            question=prepared.question,
        )
    )
    following = commands(prepared, options, folder, best, by_id.get(advised.nearest or ""))
    advised = advised.model_copy(update={"warnings": fired})
    return Findings(described, summary, drifted, advised, following)


def _drift(
    prepared: Prepared,
    swept: Sweep,
    options: Options,
    best: Configuration | None,
    described: DataProfile,
) -> Drift | None:
    other = prepared.inputs.against
    if other is None or options.against is None:
        return None
    train = prepared.inputs.vectors[prepared.split.train]
    dims = max(1, min(described.dimensions_90, len(train), train.shape[1]))
    recommended = None if best is None else (best, swept.pipelines[best.pipeline])
    return drift(
        Path(options.against).name,
        prepared.data.corpus,
        np.ascontiguousarray(train),
        other,
        dims,
        recommended,
        prepared.question.target.k,
        MOST_QUERIES,
    )


def _codec(prepared: Prepared, audit: Audit) -> Codec | None:
    """Return the recommended codec, fitted again on the same rows: the same bytes, with a card."""
    best = audit.recommended
    if best is None:
        return None
    inputs, source = prepared.inputs, prepared.inputs.sources[0]
    train = np.ascontiguousarray(inputs.vectors[prepared.split.train])
    data = DataCard(
        name=source.name,
        sha256=source.sha256,
        rows=source.rows,
        broken=sum(each.count for each in source.broken),
        fitted_rows=len(train),
        held_out_rows=len(prepared.split.corpus),
        sample_seed=0 if len(inputs.vectors) < source.rows else None,
    )
    protocol = f"audit: {len(prepared.split.corpus):,} held-out rows searched, queries {best.query}"
    measured = [Measured(**value.model_dump(), protocol=protocol) for value in (*best.values, *best.rescored)]
    lines = [audit.advice.sentence, *(warning.message for warning in audit.advice.warnings)]
    steps = next(each.steps for each in prepared.planned.chosen if each.text == best.pipeline)
    return fit(train, steps, seed=SEED, data=data, measured=measured, advice=lines)
