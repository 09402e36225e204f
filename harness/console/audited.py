"""What a person sees of an audit: the plan at its start, and the advice at its end."""

from __future__ import annotations

import json
from pathlib import Path

from harness.audit.preparing import Prepared
from harness.evidence.schema.audit import Audit
from harness.evidence.schema.audit_frontier import Configuration

_SHOWN = 12  # rows of the frontier at most


def planned(prepared: Prepared) -> str:
    """Return one line: how long the audit will take, and what it measures in that time."""
    data, plan = prepared.data, prepared.planned
    left_out = f", {len(plan.left_out)} left out for time" if plan.left_out else ""
    return (
        f"about {_time(prepared.estimated)}: {len(plan.chosen)} pipelines{left_out}, fitted on"
        f" {len(prepared.split.train):,} rows, measured with {len(data.queries):,} queries on"
        f" {len(data.corpus):,} others"
    )


def summary(audit: Audit, out: Path, *, as_json: bool) -> str:
    """Return the advice, the frontier in short and the warnings; as JSON what a program needs of them."""
    best = audit.recommended
    if as_json:
        content = {
            "advice": audit.advice.model_dump(mode="json"),
            "recommended": None if best is None else best.model_dump(mode="json"),
            "commands": [each.model_dump() for each in audit.commands],
            "folder": str(out),
        }
        return json.dumps(content, indent=1)
    hull = [each for each in audit.frontier if each.pareto]
    step = max(1, -(-len(hull) // _SHOWN))
    lines = ["", f"{'bytes':>9}  {audit.task.target_metric:28}  pipeline"]
    lines += [_row(each, best) for each in hull if each == best or hull.index(each) % step == 0]
    lines += ["", audit.advice.sentence]
    lines += [f"- {warning.message}" for warning in audit.advice.warnings]
    lines += ["", *(f"{each.purpose}\n    {each.command}" for each in audit.commands)]
    return "\n".join([*lines, f"written: {out}"])


def _row(each: Configuration, best: Configuration | None) -> str:
    value = each.decided_by
    interval = f"{value.value:.3f} [{value.low:.3f}, {value.high:.3f}]"
    asymmetric = "" if each.query == "compressed" else ", queries uncompressed"
    mark = "  <- recommended" if each == best else ""
    return f"{each.sizes.amortised_bytes:9.1f}  {interval:28}  {each.pipeline}{asymmetric}{mark}"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 - 90 s, 2 min
