"""Warnings, each by a rule with the numbers that made it fire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.audit.frontier import CLEAR, Question
from harness.audit.split import Split
from harness.codecs.codebooks import CENTROIDS
from harness.evidence.schema.audit import (
    DataProfile,
    Drift,
    LeftOutConfiguration,
    PredictionSummary,
    RuleWarning,
    Source,
)
from harness.evidence.schema.audit_frontier import Configuration

ROWS_A_CENTROID = 39  # from which faiss takes a codebook of k-means for well trained
_CODEBOOKS = frozenset({"pq", "opq-rotation"})
_MANY_COPIES, _UNEVEN_NORMS, _FEW_QUERIES, _MANY_LOST = 0.01, 1.01, 200, 0.01
_LARGER = 2  # times the measured rows


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules look at."""

    sources: Sequence[Source]
    profile: DataProfile
    split: Split
    queries: int
    labels: Sequence[str]
    frontier: Sequence[Configuration]
    recommended: Configuration | None
    left_out: Sequence[LeftOutConfiguration]
    prediction: PredictionSummary | None
    drift: Drift | None
    question: Question


def warnings(facts: Facts) -> list[RuleWarning]:
    """Return the warnings of every rule that fires."""
    rules = (
        _prediction_impossible,
        _prediction_missed,
        _measured_size,
        _learned_not_better,
        _codebook_rows,
        _drift,
        _near_duplicates,
        _lost_queries,
        _uncompressed_queries,
        _few_queries,
        _labels_missing,
        _norms,
        _broken_rows,
        _time,
    )
    fired = (rule(facts) for rule in rules)
    return [warning for warning in fired if warning is not None]


def _prediction_impossible(facts: Facts) -> RuleWarning | None:
    summary = facts.prediction
    if summary is None or summary.possible:
        return None
    needed = {"rows_needed": float(summary.rows_needed)} if summary.rows_needed else {}
    return _warn(
        "prediction-rows",
        f"No prediction at {summary.rows:,} rows: {summary.reason}. Values are for"
        f" {len(facts.split.corpus):,} rows searched, and recall falls as a corpus grows.",
        {"corpus": float(len(facts.split.corpus)), **needed},
    )


def _prediction_missed(facts: Facts) -> RuleWarning | None:
    best = facts.recommended
    if best is None or best.prediction is None or best.prediction.hold_out.covered:
        return None
    check = best.prediction.hold_out
    return _warn(
        "prediction-missed",
        f"The prediction of the recommended configuration missed its check: at {check.rows:,} rows it was"
        f" {check.predicted:.3f} and {check.measured:.3f} was measured. The interval at full size is wider"
        " for it.",
        {"predicted": check.predicted, "measured": check.measured},
    )


def _measured_size(facts: Facts) -> RuleWarning | None:
    rows, corpus = facts.question.rows, len(facts.split.corpus)
    if facts.prediction is not None or rows < _LARGER * corpus:
        return None
    return _warn(
        "measured-size",
        f"Values are for {corpus:,} rows searched, and the file has {rows:,}: recall falls as a corpus"
        f" grows. --rows {rows} predicts it.",
        {"corpus": float(corpus), "rows": float(rows)},
    )


def _learned_not_better(facts: Facts) -> RuleWarning | None:
    passed = [
        each
        for each in facts.frontier
        if each.meets_target and each.within_budget and each.guard is not None and not each.guard.better
    ]
    cheaper = [
        each
        for each in passed
        if facts.recommended is None or each.sizes.amortised_bytes < facts.recommended.sizes.amortised_bytes
    ]
    if not cheaper or cheaper[0].guard is None:
        return None
    guard = cheaper[0].guard
    return _warn(
        "learned-not-better",
        f"'{cheaper[0].pipeline}' is not taken: on held-out rows it does not beat the untrained"
        f" configuration {guard.baseline} by {CLEAR} times the noise.",
        {"difference": guard.difference.value, "required": guard.required},
    )


def _codebook_rows(facts: Facts) -> RuleWarning | None:
    best, rows = facts.recommended, len(facts.split.train)
    if best is None or not _CODEBOOKS & {step.use for step in best.steps}:
        return None
    needed = ROWS_A_CENTROID * CENTROIDS
    if rows >= needed:
        return None
    return _warn(
        "codebook-rows",
        f"The codebooks of the recommended configuration are fitted on {rows:,} rows; {needed:,} are usual"
        f" ({ROWS_A_CENTROID} a centroid).",
        {"rows": float(rows), "needed": float(needed)},
    )


def _drift(facts: Facts) -> RuleWarning | None:
    drift = facts.drift
    if drift is None or not drift.drifted:
        return None
    numbers = {"mean_shift": drift.mean_shift, "noise_shift": drift.noise_shift}
    values = ""
    if drift.here is not None and drift.there is not None:
        numbers |= {"here": drift.here.value, "there": drift.there.value}
        values = f": {drift.here.metric} is {drift.here.value:.3f} here and {drift.there.value:.3f} there"
    return _warn("drift", f"{drift.name} differs from the audited rows{values}. Fit on both.", numbers)


def _near_duplicates(facts: Facts) -> RuleWarning | None:
    profile = facts.profile
    copies = profile.exact_duplicates + profile.near_duplicates
    if copies <= _MANY_COPIES * profile.rows:
        return None
    return _warn(
        "near-duplicates",
        f"{copies:,} of {profile.rows:,} rows are copies of others. Copies never stand on both sides of the"
        " split; among the rows searched they make recall look higher than it is for new rows.",
        {"copies": float(copies), "rows": float(profile.rows)},
    )


def _lost_queries(facts: Facts) -> RuleWarning | None:
    tail = facts.recommended.tail if facts.recommended else None
    if tail is None or tail.lost.value <= _MANY_LOST:
        return None
    return _warn(
        "lost-queries",
        f"{tail.lost.value:.1%} of the queries lose every neighbour with the recommended configuration:"
        f" their {tail.metric} is 0.",
        {"lost": tail.lost.value, "p5": tail.p5},
    )


def _uncompressed_queries(facts: Facts) -> RuleWarning | None:
    if facts.recommended is None or facts.recommended.query == "compressed":
        return None
    return _warn(
        "uncompressed-queries",
        "The recommended value is that of uncompressed queries: the index has to compute asymmetric"
        " distances, as faiss does; comparing codes with codes keeps less.",
        {},
    )


def _few_queries(facts: Facts) -> RuleWarning | None:
    if facts.queries >= _FEW_QUERIES:
        return None
    return _warn(
        "few-queries",
        f"There are {facts.queries} queries; with {_FEW_QUERIES} or more the intervals are narrower.",
        {"queries": float(facts.queries)},
    )


def _labels_missing(facts: Facts) -> RuleWarning | None:
    if {"scored pairs", "judgements"} & set(facts.labels):
        return None
    return _warn(
        "labels-missing",
        "Values compare neighbours with those before compression. What people judge is not measured:"
        " --pairs with scores, or --queries and --qrels, would do that.",
        {},
    )


def _norms(facts: Facts) -> RuleWarning | None:
    profile = facts.profile
    if profile.norm_max <= _UNEVEN_NORMS * profile.norm_min:
        return None
    return _warn(
        "norms",
        f"Norms run from {profile.norm_min:.3g} to {profile.norm_max:.3g}. Everything here is measured by"
        " cosine; inner products also depend on norms, which codes may not keep.",
        {"norm_min": profile.norm_min, "norm_max": profile.norm_max},
    )


def _broken_rows(facts: Facts) -> RuleWarning | None:
    broken = sum(each.count for source in facts.sources for each in source.broken)
    if not broken:
        return None
    return _warn("broken-rows", f"{broken:,} broken rows were left out.", {"broken": float(broken)})


def _time(facts: Facts) -> RuleWarning | None:
    left_out = [each for each in facts.left_out if each.reason == "time"]
    if not left_out:
        return None
    return _warn(
        "time",
        f"{len(left_out)} pipelines did not fit into the time, the first of them '{left_out[0].pipeline}'."
        " A longer --time measures them.",
        {"left_out": float(len(left_out))},
    )


def _warn(rule: str, message: str, numbers: dict[str, float]) -> RuleWarning:
    return RuleWarning(rule=rule, message=message, numbers=numbers)
