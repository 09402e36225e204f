"""Rules on the size of the corpus: what is predicted at it, and what only measured below it."""

from __future__ import annotations

from harness.audit.facts import Facts, warn
from harness.evidence.schema.audit import RuleWarning

_LARGER = 2  # times the measured rows
_WIDE = 0.2  # width of an interval that says little


def prediction_impossible(facts: Facts) -> RuleWarning | None:
    """Warn where the rows asked for cannot be predicted."""
    summary = facts.prediction
    if summary is None or summary.possible:
        return None
    needed = {"rows_needed": float(summary.rows_needed)} if summary.rows_needed else {}
    return warn(
        "prediction-rows",
        f"No prediction at {summary.rows:,} rows: {summary.reason}. Values are for"
        f" {len(facts.split.corpus):,} rows searched, and recall falls as a corpus grows.",
        {"corpus": float(len(facts.split.corpus)), **needed},
    )


def prediction_missed(facts: Facts) -> RuleWarning | None:
    """Warn where the recommended prediction missed its check."""
    best = facts.recommended
    if best is None or best.prediction is None or best.prediction.hold_out.covered:
        return None
    check = best.prediction.hold_out
    return warn(
        "prediction-missed",
        f"The prediction of the recommended configuration missed its check: at {check.rows:,} rows it was"
        f" {check.predicted:.3f} and {check.measured:.3f} was measured. The interval at full size is wider"
        " for it.",
        {"predicted": check.predicted, "measured": check.measured},
    )


def measured_size(facts: Facts) -> RuleWarning | None:
    """Warn where the corpus is larger than what was searched, and nothing is predicted."""
    rows, corpus = facts.question.rows, len(facts.split.corpus)
    if facts.prediction is not None or rows < _LARGER * corpus:
        return None
    return warn(
        "measured-size",
        f"Values are for {corpus:,} rows searched, and the file has {rows:,}: recall falls as a corpus"
        f" grows. --rows {rows} predicts it.",
        {"corpus": float(corpus), "rows": float(rows)},
    )


def prediction_wide(facts: Facts) -> RuleWarning | None:
    """Warn where the recommended prediction says little."""
    best = facts.recommended
    if best is None or best.prediction is None or best.prediction.high - best.prediction.low <= _WIDE:
        return None
    value, times = best.prediction, best.prediction.rows / len(facts.split.corpus)
    return warn(
        "prediction-wide",
        f"The prediction is wide, {value.low:.2f} to {value.high:.2f}: {value.rows:,} rows are {times:,.0f}"
        " times the rows that could be searched. A larger file narrows it.",
        {"low": value.low, "high": value.high, "times": times},
    )
