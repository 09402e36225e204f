"""``SUMMARY.md`` of an audit, one screen: advice, warnings, frontier in few rows, prediction, commands."""

from __future__ import annotations

from collections.abc import Sequence

from harness.evidence.schema.audit import Audit
from harness.evidence.schema.audit_frontier import Configuration
from report.audits.marks import measured_at
from report.audits.numbers import (
    amount,
    bytes_a_vector,
    count,
    estimate,
    fraction,
    interval,
    percent_estimate,
)
from report.audits.selection import by_id, excerpt, focus

ROWS = 12


def summary(audit: Audit) -> bytes:
    """Return the summary as Markdown."""
    source = audit.sources[0]
    shape = f"{count(source.rows)} vectors, {count(source.dimension)} dimensions"
    parts = [
        f"# Audit of {_code(source.name)}: {shape}",
        f"**{_plain(audit.advice.sentence)}**",
        f"Rule: {_plain(audit.advice.rule)}",
        *_cost_and_tail(audit),
        *_warnings(audit),
        _frontier(audit),
        prediction(audit),
        *_commands(audit),
        "Whole frontier, figures and data: [index.html](index.html). Every number: [audit.json](audit.json).",
    ]
    return ("\n\n".join(parts) + "\n").encode()


def prediction(audit: Audit) -> str:
    """Return what is predicted at full size, and how the check came out, in one or two sentences."""
    outlook, best = audit.prediction, focus(audit)
    if outlook is None:
        return (
            f"No prediction was asked for: values are for {count(audit.split.corpus)} rows searched, and"
            " recall falls as a corpus grows."
        )
    if not outlook.possible:
        needed = f" The file needs {count(outlook.rows_needed)} rows." if outlook.rows_needed else ""
        return f"No prediction at {count(outlook.rows)} rows: {outlook.reason}.{needed}"
    checks = f"{outlook.covered} of {outlook.checked} checks inside their interval"
    text = f"Prediction at {count(outlook.rows)} rows: {checks}"
    if best is None or best.prediction is None:
        return text + "."
    check = best.prediction.hold_out
    return (
        f"{text}. This configuration at {count(check.rows)} rows: predicted {fraction(check.predicted)}"
        f" {interval(check.low, check.high)}, measured {fraction(check.measured)}."
    )


def cost(audit: Audit) -> str:
    """Return what the corpus takes by the configuration in focus, codec included; empty without one."""
    best = focus(audit)
    if best is None:
        return ""
    sizes = best.sizes
    return (
        f"{count(audit.storage.rows)} rows take {amount(sizes.corpus_bytes)}"
        f" (codec {amount(sizes.state_bytes)}) instead of {amount(audit.storage.original_bytes)}."
    )


def tail(audit: Audit) -> str:
    """Return how the worst queries fare with the configuration in focus; empty where it is not measured."""
    best = focus(audit)
    if best is None or best.tail is None:
        return ""
    return (
        f"5th percentile of {best.tail.metric} over queries, {count(audit.split.corpus)} rows searched:"
        f" {fraction(best.tail.p5)}; {percent_estimate(best.tail.lost)} of the queries lose everything."
    )


def _cost_and_tail(audit: Audit) -> list[str]:
    text = " ".join(part for part in (cost(audit), tail(audit)) if part)
    return [text] if text else []


def _warnings(audit: Audit) -> list[str]:
    listed = [f"- {warning.rule}: {_plain(warning.message)}" for warning in audit.advice.warnings]
    return ["Warnings:\n\n" + "\n".join(listed)] if listed else []


def _frontier(audit: Audit) -> str:
    rows, others = excerpt(audit, ROWS), by_id(audit)
    metric = f"{audit.task.target_metric} {measured_at(audit)}"
    head = ["bytes", metric, "best untrained", "5th percentile", "pipeline", "queries"]
    body = [_row(each, others, audit) for each in rows]
    marks = ["---:", "---:", "---:", "---:", "---", "---"]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, marks, *body))


def _row(each: Configuration, others: dict[str, Configuration], audit: Audit) -> Sequence[str]:
    chosen = focus(audit)
    mark = "**" if chosen is not None and each.id == chosen.id else ""
    untrained = others[each.guard.baseline].decided_by if each.guard else None
    cells = [
        bytes_a_vector(each.sizes.amortised_bytes),
        estimate(each.decided_by),
        fraction(untrained.value) if untrained else "–",
        fraction(each.tail.p5) if each.tail else "–",
        _code(each.pipeline.replace("|", "\\|")),
        each.query,
    ]
    return [f"{mark}{cell}{mark}" for cell in cells]


def _commands(audit: Audit) -> list[str]:
    return [f"{each.purpose}\n\n{_indented(each.command)}" for each in audit.commands]


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _code(text: str) -> str:
    """Return text as code, on one line."""
    return f"`{' '.join(text.replace('`', '′').split())}`"


def _plain(text: str) -> str:
    """Return text on one line in which nothing is a link, an image or markup of HTML."""
    line = " ".join(text.split())
    return line.replace("<", "&lt;").replace("[", "\\[").replace("`", "\\`")
