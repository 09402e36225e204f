"""Which configuration to take, by rule, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Sequence

from harness.audit.frontier import Question
from harness.evidence.schema.audit import Advice, RuleWarning
from harness.evidence.schema.audit_frontier import Configuration

CHEAPEST = (
    "Fewest amortised bytes a vector among the configurations whose lower bound meets the target"
    " and that, where trained, beat untrained ones of no more bytes by 1.25 times the noise."
)
BEST = (
    "Highest lower bound among the configurations within the budget"
    " that, where trained, beat untrained ones of no more bytes by 1.25 times the noise."
)


def admissible(each: Configuration) -> bool:
    """Return whether a configuration may be taken: untrained, or clearly better than untrained ones."""
    return each.guard is None or each.guard.better


def advice(frontier: Sequence[Configuration], question: Question, warnings: Sequence[RuleWarning]) -> Advice:
    """Return the advice: the cheapest that meets the target, or the best within a budget without target."""
    reachable = [each for each in frontier if each.within_budget and admissible(each)]
    if question.target.value is None:
        best = max(reachable, key=_highest, default=None)
    else:
        met = [each for each in reachable if each.meets_target]
        best = min(met, key=lambda each: (each.sizes.amortised_bytes, each.query), default=None)
    nearest = None if best else max(reachable or frontier, key=_highest)
    return Advice(
        rule=BEST if question.target.value is None else CHEAPEST,
        recommended=best.id if best else None,
        sentence=_take(best, question) if best else _none(nearest, question, bool(reachable)),
        nearest=nearest.id if nearest else None,
        warnings=list(warnings),
    )


def _highest(each: Configuration) -> tuple[float, float]:
    return each.decided_by.low, -each.sizes.amortised_bytes


def _take(best: Configuration, question: Question) -> str:
    sizes, target = best.sizes, question.target
    met = "" if target.value is None else f", which meets {target.text}"
    return (
        f"Take '{best.pipeline}' with {best.query} queries: {_bytes(best)},"
        f" {sizes.ratio:.3g} times smaller than float32, {_value(best, question)}{met}."
    )


def _none(nearest: Configuration | None, question: Question, within_budget: bool) -> str:
    aim = question.target.text or "the budget"
    limit = "" if question.budget is None else f" within {question.budget:g} bytes"
    if nearest is None:
        return f"No configuration meets {aim}{limit}."
    if not within_budget:
        return f"No configuration fits {question.budget:g} bytes; the smallest measured has more."
    return (
        f"No configuration meets {aim}{limit}. The nearest is '{nearest.pipeline}' with {nearest.query}"
        f" queries: {_bytes(nearest)}, {_value(nearest, question)}."
    )


def _value(each: Configuration, question: Question) -> str:
    value, predicted = each.decided_by, each.prediction is not None
    rows = f" predicted at {question.rows:,} rows" if predicted else " on held-out rows"
    return f"{value.metric} {value.value:.3f} [{value.low:.3f}, {value.high:.3f}]{rows}"


def _bytes(each: Configuration) -> str:
    """Return the amortised bytes, to one decimal where the state of the codec adds to whole ones."""
    total = f"{each.sizes.amortised_bytes:.1f}".removesuffix(".0")
    code = str(each.sizes.bytes_per_vector)
    return f"{total} bytes a vector" if total == code else f"{total} bytes a vector ({code} of code)"
