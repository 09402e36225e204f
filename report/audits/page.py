"""``index.html`` of an audit: what to use, cost, loss, certainty, data, the whole frontier, commands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.evidence.schema.audit import Audit
from report.audits import numbers, words
from report.audits.figures import Drawn
from report.audits.marks import measured_at
from report.audits.selection import by_id, focus
from report.pages.page.html import html, scripts
from report.pages.page.inline import inline

TEMPLATES = Path(__file__).parents[1] / "templates"
STYLES = ("page/page.css", "audit/audit.css")


def page(audit: Audit, sha256: str, figures: Mapping[str, Drawn]) -> bytes:
    """Return the page; ``sha256`` is that of the audit's content, ``figures`` are drawn figures by name."""
    pictures = inline({name: (drawn.svg, drawn.title) for name, drawn in figures.items()})
    context = {
        "audit": audit,
        "best": focus(audit),
        "configurations": by_id(audit),
        "originals": {value.metric: value for value in audit.original},
        "predicts": any(each.prediction is not None for each in audit.frontier),
        "broken_rows": sum(broken.count for source in audit.sources for broken in source.broken),
        "at": measured_at(audit),
        "searched": f"at {numbers.count(audit.split.corpus)} rows searched",
        "meanings": words.meanings(value.metric for each in audit.frontier for value in each.values),
        "level": f"{audit.interval.level:g} %",
        "sha256": sha256,
        "figures": {
            name: {"title": drawn.title, "caption": drawn.caption, "svg": pictures[name]}
            for name, drawn in figures.items()
        },
    }
    style = "".join((TEMPLATES / name).read_text("utf-8") for name in STYLES)
    return html(TEMPLATES / "audit", context, style, scripts("theme", "sorting", "copying"), _filters())


def _filters() -> dict[str, Any]:
    return {
        "fraction": numbers.fraction,
        "estimate": numbers.estimate,
        "interval": lambda value: numbers.interval(value.low, value.high),
        "percent": numbers.percent,
        "percent_interval": numbers.percent_interval,
        "percent_estimate": numbers.percent_estimate,
        "count": numbers.count,
        "plain": numbers.plain,
        "small": numbers.small,
        "difference": numbers.small,
        "times": numbers.times,
        "amount": numbers.amount,
        "per_vector": numbers.bytes_a_vector,
        "relative": words.relative,
        "rescoring": words.rescoring,
        "words": lambda name: name.replace("_", " "),
    }
