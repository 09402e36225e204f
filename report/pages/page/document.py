"""``index.html`` of the report: one file that asks for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.evidence.schema.suite import SuiteRecord
from harness.evidence.schema.verdict import BoardEntry, VerdictRow
from harness.types import Json
from report.evidence.rows import Row
from report.figures._style import FAMILIES
from report.findings.finding import Finding
from report.pages.page import frontier, inline, sections, verdicts
from report.pages.page.html import html, scripts

TEMPLATES = Path(__file__).parents[2] / "templates" / "page"


def page(
    board: Sequence[BoardEntry],
    in_points: str,
    judged: Sequence[VerdictRow],
    rows: Sequence[Row],
    suites: Mapping[str, SuiteRecord],
    figures: Mapping[str, Json],
    pictures: Mapping[str, bytes],
    findings: Mapping[str, Sequence[Finding]],
    headlines: Sequence[Finding],
    speed: str,
) -> bytes:
    """Return the page; ``pictures``: SVG by file name, ``findings``: by question, ``speed``: a sentence.

    ``in_points``: which claims are losses or differences, a clause.
    """
    placed = [question.figure for question in sections.QUESTIONS if question.figure in figures]
    inlined = inline.inline(
        {name: (pictures[f"figure_{name}.svg"], figures[name]["title"]) for name in placed}
    )
    panels = frontier.panels(rows, suites)
    context = {
        "headlines": headlines,
        "speed": speed,
        "in_points": in_points,
        "lines": verdicts.lines(board, judged),
        "panels": panels,
        "kinds": list(FAMILIES),
        "quality": frontier.QUALITY,
        "plot": frontier,
        "sections": sections.sections(figures, inlined, findings),
    }
    style = (TEMPLATES / "page.css").read_text("utf-8")
    script = scripts("theme", "claims", "sorting", "frontier", "copying")
    return html(TEMPLATES, context, style, script)
