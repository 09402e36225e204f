"""Rules on the data: drift, copies, labels, norms, broken rows, and what the time left out."""

from __future__ import annotations

from harness.audit.facts import Facts, warn
from harness.evidence.schema.audit import RuleWarning

_MANY_COPIES, _UNEVEN_NORMS, _FEW_QUERIES = 0.01, 1.01, 200


def drift(facts: Facts) -> RuleWarning | None:
    """Warn where another file has drifted."""
    drift = facts.drift
    if drift is None or not drift.drifted:
        return None
    numbers = {"mean_shift": drift.mean_shift, "noise_shift": drift.noise_shift}
    values = ""
    if drift.here is not None and drift.there is not None:
        numbers |= {"here": drift.here.value, "there": drift.there.value}
        values = f": {drift.here.metric} is {drift.here.value:.3f} here and {drift.there.value:.3f} there"
    return warn("drift", f"{drift.name} differs from the audited rows{values}. Fit on both.", numbers)


def near_duplicates(facts: Facts) -> RuleWarning | None:
    """Warn where many rows are copies."""
    profile = facts.profile
    copies = profile.exact_duplicates + profile.near_duplicates
    if copies <= _MANY_COPIES * profile.rows:
        return None
    return warn(
        "near-duplicates",
        f"{copies:,} of {profile.rows:,} rows are copies of others. Copies never stand on both sides of the"
        " split; among the rows searched they make recall look higher than it is for new rows.",
        {"copies": float(copies), "rows": float(profile.rows)},
    )


def few_queries(facts: Facts) -> RuleWarning | None:
    """Warn where intervals are wide for lack of queries."""
    if facts.queries >= _FEW_QUERIES:
        return None
    return warn(
        "few-queries",
        f"There are {facts.queries} queries; with {_FEW_QUERIES} or more the intervals are narrower.",
        {"queries": float(facts.queries)},
    )


def labels_missing(facts: Facts) -> RuleWarning | None:
    """Warn where nothing that people judged is measured."""
    if {"scored pairs", "judgements"} & set(facts.labels):
        return None
    return warn(
        "labels-missing",
        "Values compare neighbours with those before compression. What people judge is not measured:"
        " --pairs with scores, or --queries and --qrels, would do that.",
        {},
    )


def norms(facts: Facts) -> RuleWarning | None:
    """Warn where norms differ: cosines ignore them."""
    profile = facts.profile
    if profile.norm_max <= _UNEVEN_NORMS * profile.norm_min:
        return None
    return warn(
        "norms",
        f"Norms run from {profile.norm_min:.3g} to {profile.norm_max:.3g}. Everything here is measured by"
        " cosine; inner products also depend on norms, which codes may not keep.",
        {"norm_min": profile.norm_min, "norm_max": profile.norm_max},
    )


def broken_rows(facts: Facts) -> RuleWarning | None:
    """Warn where broken rows were left out."""
    broken = sum(each.count for source in facts.sources for each in source.broken)
    if not broken:
        return None
    return warn("broken-rows", f"{broken:,} broken rows were left out.", {"broken": float(broken)})


def time(facts: Facts) -> RuleWarning | None:
    """Warn where the time left pipelines out."""
    left_out = [each for each in facts.left_out if each.reason == "time"]
    if not left_out:
        return None
    return warn(
        "time",
        f"{len(left_out)} pipelines did not fit into the time. A longer --time measures them.",
        {"left_out": float(len(left_out))},
    )
