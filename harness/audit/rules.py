"""Warnings, each by a rule, with the numbers that made it fire."""

from __future__ import annotations

from harness.audit import choice_rules, data_rules, prediction_rules
from harness.audit.facts import Facts
from harness.evidence.schema.audit import RuleWarning


def warnings(facts: Facts) -> list[RuleWarning]:
    """Return the warnings of every rule that fires, those that weigh most first."""
    rules = (
        prediction_rules.prediction_impossible,
        prediction_rules.prediction_missed,
        prediction_rules.prediction_wide,
        prediction_rules.measured_size,
        choice_rules.learned_not_better,
        choice_rules.larger_corpus,
        choice_rules.codebook_rows,
        data_rules.drift,
        data_rules.near_duplicates,
        choice_rules.lost_queries,
        choice_rules.uncompressed_queries,
        data_rules.few_queries,
        data_rules.labels_missing,
        data_rules.norms,
        data_rules.broken_rows,
        data_rules.time,
    )
    fired = (rule(facts) for rule in rules)
    return [warning for warning in fired if warning is not None]
