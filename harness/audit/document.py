"""The document of an audit: what was prepared and measured, as its schema states it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.audit.code import code
from harness.audit.neighbors import NEAR
from harness.audit.preparing import Prepared, Request, rows_needed
from harness.audit.profile import Profile
from harness.audit.sweep import Sweep
from harness.audit.values import Wanted, resampled, stated
from harness.evidence import npz
from harness.evidence.schema.audit import (
    Advice,
    Audit,
    AuditFiles,
    DataProfile,
    Drift,
    NextCommand,
    PredictionSummary,
    SplitRecord,
    Storage,
    Task,
    TimePlan,
)
from harness.evidence.schema.audit_frontier import Configuration, MetricValue
from harness.evidence.schema.result import File, Interval
from harness.evidence.schema.version import SCHEMA_VERSION
from harness.statistics.bootstrap import LEVEL, RESAMPLES

SPLIT, SCORES, CODEC = "split.npz", "scores.npz", "codec"
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Findings:
    """What follows from the sweep."""

    profile: DataProfile
    prediction: PredictionSummary | None
    drift: Drift | None
    advice: Advice
    commands: tuple[NextCommand, ...]


def document(
    prepared: Prepared, swept: Sweep, request: Request, findings: Findings, files: Mapping[str, bytes]
) -> Audit:
    """Return the audit; ``files`` are the bytes of the archives beside it, by name."""
    frontier = [each.entry for each in swept.rows]
    best = next((each for each in frontier if each.id == findings.advice.recommended), None)
    stated_files = {
        name: File(path=name, sha256=hashlib.sha256(data).hexdigest()) for name, data in files.items()
    }
    return Audit(
        schema=SCHEMA_VERSION,
        sources=list(prepared.inputs.sources),
        code=code({step.use for each in frontier for step in each.steps}),
        task=_task(prepared),
        interval=Interval(level=LEVEL, resamples=RESAMPLES),
        profile=findings.profile,
        split=_split(prepared, stated_files[SPLIT]),
        plan=_plan(prepared, swept, request),
        original=_original(prepared),
        frontier=frontier,
        prediction=findings.prediction,
        advice=findings.advice,
        storage=_storage(prepared, best),
        drift=findings.drift,
        commands=list(findings.commands),
        files=AuditFiles(scores=stated_files[SCORES], codec=CODEC if best else None),
    )


def archives(prepared: Prepared, swept: Sweep) -> dict[str, bytes]:
    """Return the bytes of split.npz and scores.npz by name."""
    rows, parts = prepared.inputs.rows, prepared.split
    own = prepared.data.own
    queries = np.arange(len(prepared.data.queries)) if own is None else rows[parts.corpus][own]
    numbers = {"train": rows[parts.train], "corpus": rows[parts.corpus], "queries": queries}
    scores: dict[str, NDArray[Any]] = {
        f"original/{name}": series for each in prepared.before for name, series in each.items()
    }
    for each in swept.rows:
        scores |= {f"{each.entry.id}/{name}": series for name, series in each.series.items()}
    return {SPLIT: npz.dumps(numbers), SCORES: npz.dumps(scores)}


def data_profile(described: Profile) -> DataProfile:
    """Return the profile as the schema states it, to 6 digits."""
    stated_fields = {each.name: getattr(described, each.name) for each in fields(described)}
    rounded: dict[str, Any] = {
        name: round(value, _DIGITS) if isinstance(value, float) else value
        for name, value in stated_fields.items()
        if name not in {"broken", "spectrum_rows"}
    }
    return DataProfile(sampled_rows=described.spectrum_rows, **rounded)


def prediction_summary(prepared: Prepared, swept: Sweep, request: Request) -> PredictionSummary | None:
    """Return whether the rows asked for can be predicted, and how the checks came out; None if not asked."""
    if request.rows is None:
        return None
    checks = [row.entry.prediction.hold_out for row in swept.rows if row.entry.prediction is not None]
    errors = [abs(check.predicted - check.measured) for check in checks]
    short = bool(prepared.unpredicted) and prepared.question.target.metric.startswith("knn-recall")
    return PredictionSummary(
        rows=request.rows,
        possible=not prepared.unpredicted,
        reason=prepared.unpredicted,
        rows_needed=rows_needed(prepared.question.target.k) if short else 0,
        checked=len(checks),
        covered=sum(check.covered for check in checks),
        largest_error=round(max(errors, default=0.0), _DIGITS),
    )


def _task(prepared: Prepared) -> Task:
    target, question = prepared.question.target, prepared.question
    return Task(
        k=target.k,
        tolerance=NEAR,
        target_metric=target.metric,
        target_value=target.value,
        target_text=target.text,
        default_target=target.default,
        budget_bytes=question.budget,
        rows=question.rows,
        labels=list(prepared.labels),
    )


def _split(prepared: Prepared, file: File) -> SplitRecord:
    parts, data = prepared.split, prepared.data
    return SplitRecord(
        train=len(parts.train),
        corpus=len(parts.corpus),
        queries=len(data.queries),
        pairs=0 if data.pairs is None else len(data.pairs),
        unused=len(parts.unused),
        groups=len(np.unique(parts.groups)),
        duplicates=int((parts.copies != np.arange(len(parts.copies))).sum()),
        grouping=parts.grouping,
        file=file,
    )


def _plan(prepared: Prepared, swept: Sweep, request: Request) -> TimePlan:
    return TimePlan(
        limit_s=request.seconds,
        estimated_s=round(prepared.estimated, 1),
        planned=len(prepared.planned.chosen),
        measured=len(swept.pipelines),
        left_out=[*prepared.left_out, *swept.left_out],
    )


def _original(prepared: Prepared) -> list[MetricValue]:
    """Return the labelled metrics before compression."""
    pairs, judged = prepared.before
    values: list[MetricValue | None] = []
    if prepared.samples.pairs is not None and "human" in pairs:
        wanted = [Wanted("spearman@human", ("original", "human"))]
        estimates = resampled(prepared.samples.pairs, pairs, wanted)
        values += [stated(name, each, len(pairs["human"])) for name, each in estimates.items()]
    if prepared.samples.judged is not None and judged:
        wanted = [Wanted("ndcg@10", ("original ndcg@10",))]
        estimates = resampled(prepared.samples.judged, judged, wanted)
        count = len(judged["original ndcg@10"])
        values += [stated(name, each, count) for name, each in estimates.items()]
    return [value for value in values if value is not None]


def _storage(prepared: Prepared, best: Configuration | None) -> Storage:
    rows, dimension = prepared.question.rows, prepared.data.corpus.shape[1]
    original = 4 * dimension * rows
    if best is None:
        return Storage(
            rows=rows,
            original_bytes=original,
            compressed_bytes=None,
            codes_bytes=None,
            state_bytes=None,
            with_originals_bytes=None,
        )
    sizes = best.sizes
    return Storage(
        rows=rows,
        original_bytes=original,
        compressed_bytes=sizes.corpus_bytes,
        codes_bytes=sizes.bytes_per_vector * rows,
        state_bytes=sizes.state_bytes,
        with_originals_bytes=sizes.corpus_bytes + original,
    )
