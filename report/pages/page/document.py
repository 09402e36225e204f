"""``index.html``: one file that asks for nothing, whose policy allows its own script and style alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.evidence.schema.suite import SuiteRecord
from harness.evidence.schema.verdict import BoardEntry, VerdictRow
from harness.types import Json
from report.evidence.rows import Row
from report.figures._style import FAMILIES
from report.findings.finding import Finding
from report.pages.page import frontier, inline, sections, verdicts

TEMPLATES = Path(__file__).parents[2] / "templates" / "page"


def page(
    board: Sequence[BoardEntry],
    judged: Sequence[VerdictRow],
    rows: Sequence[Row],
    suites: Mapping[str, SuiteRecord],
    figures: Mapping[str, Json],
    pictures: Mapping[str, bytes],
    findings: Mapping[str, Sequence[Finding]],
    headlines: Sequence[Finding],
) -> bytes:
    """Return the page; ``pictures``: SVG by file name, ``findings``: by question."""
    placed = [question.figure for question in sections.QUESTIONS if question.figure in figures]
    inlined = inline.inline(
        {name: (pictures[f"figure_{name}.svg"], figures[name]["title"]) for name in placed}
    )
    panels = frontier.panels(rows, suites)
    context = {
        "headlines": headlines,
        "lines": verdicts.lines(board, judged),
        "panels": panels,
        "kinds": list(FAMILIES),
        "quality": frontier.QUALITY,
        "plot": frontier,
        "sections": sections.sections(figures, inlined, findings),
    }
    style, script = ((TEMPLATES / name).read_text("utf-8") for name in ("page.css", "page.js"))
    environment = _environment()
    text = environment.get_template("index.html.j2").render(
        context, style=style, script=script, style_hash=_hash(style), script_hash=_hash(script)
    )
    return str(text).encode()


def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _hash(text: str) -> str:
    """Return a text's hash as a content security policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
