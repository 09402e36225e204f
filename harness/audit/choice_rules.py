"""Rules on the configuration that is recommended, and on those that are not."""

from __future__ import annotations

from harness.audit.facts import Facts, warn
from harness.audit.frontier import CLEAR
from harness.codecs.codebooks import CENTROIDS
from harness.evidence.schema.audit import RuleWarning

ROWS_A_CENTROID = 39  # from which faiss takes a codebook of k-means for well trained
_CODEBOOKS = frozenset({"pq", "opq-rotation"})
_MANY_LOST = 0.01  # of the queries


def learned_not_better(facts: Facts) -> RuleWarning | None:
    """Warn where a cheaper trained configuration meets the target and does not beat an untrained one."""
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
    return warn(
        "learned-not-better",
        f"'{cheaper[0].pipeline}' is not taken: on held-out rows it does not beat the untrained"
        f" configuration {guard.baseline} by {CLEAR} times the noise.",
        {"difference": guard.difference.value, "required": guard.required},
    )


def larger_corpus(facts: Facts) -> RuleWarning | None:
    """Warn where smaller codes with a larger codec meet the target, and at how many rows they pay."""
    best = facts.recommended
    smaller = [
        each
        for each in facts.frontier
        if best is not None
        and facts.question.target.value is not None
        and each.meets_target
        and each.sizes.bytes_per_vector < best.sizes.bytes_per_vector
        and each.sizes.amortised_bytes > best.sizes.amortised_bytes
    ]
    if best is None or not smaller:
        return None
    other = min(smaller, key=lambda each: (each.sizes.bytes_per_vector, each.sizes.state_bytes))
    state = other.sizes.state_bytes - best.sizes.state_bytes
    rows = -(-state // (best.sizes.bytes_per_vector - other.sizes.bytes_per_vector))
    return warn(
        "larger-corpus",
        f"The advice is for {facts.question.rows:,} rows, which share the {best.sizes.state_bytes:,} bytes of"
        f" the codec. From {rows:,} rows on '{other.pipeline}' takes fewer bytes:"
        f" {other.sizes.bytes_per_vector} a vector and {other.sizes.state_bytes:,} for the codec."
        " --rows sets the rows.",
        {"rows": float(rows), "bytes": float(other.sizes.bytes_per_vector)},
    )


def codebook_rows(facts: Facts) -> RuleWarning | None:
    """Warn where the recommended codebooks are fitted on few rows."""
    best, rows = facts.recommended, len(facts.split.train)
    if best is None or not _CODEBOOKS & {step.use for step in best.steps}:
        return None
    needed = ROWS_A_CENTROID * CENTROIDS
    if rows >= needed:
        return None
    return warn(
        "codebook-rows",
        f"The codebooks of the recommended configuration are fitted on {rows:,} rows; {needed:,} are usual"
        f" ({ROWS_A_CENTROID} a centroid).",
        {"rows": float(rows), "needed": float(needed)},
    )


def lost_queries(facts: Facts) -> RuleWarning | None:
    """Warn where queries lose every neighbour with the recommended configuration."""
    tail = facts.recommended.tail if facts.recommended else None
    if tail is None or tail.lost.value <= _MANY_LOST:
        return None
    return warn(
        "lost-queries",
        f"{tail.lost.value:.1%} of the queries lose every neighbour with the recommended configuration:"
        f" their {tail.metric} is 0.",
        {"lost": tail.lost.value, "p5": tail.p5},
    )


def uncompressed_queries(facts: Facts) -> RuleWarning | None:
    """Warn where the recommended value needs asymmetric distances."""
    if facts.recommended is None or facts.recommended.query == "compressed":
        return None
    return warn(
        "uncompressed-queries",
        "The recommended value is that of uncompressed queries: the index has to compute asymmetric"
        " distances, as faiss does; comparing codes with codes keeps less.",
        {},
    )
