"""Everything that is rendered from evidence, deterministic to the byte."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stability import mark
from harness.evidence.stamp import dumps
from harness.types import Json
from report.evidence.costs import costs_of
from report.evidence.results import BlockedEntry, gather
from report.evidence.rows import Row, checkpoints_of, rows_of
from report.export.matrix import SUITE, matrices
from report.figures.scale import SUITE as SCALE
from report.findings.every import findings, findings_document, headlines
from report.pages.drawing import drawing, get_ready
from report.pages.page.document import page
from report.pages.points import in_points
from report.tables.every import Tables
from report.tables.full.files import files
from report.tables.source import Source
from report.verdicts.board import board, claims_document
from report.verdicts.claims import Claim, load_claims
from report.verdicts.guardrails import guardrails
from report.verdicts.judge import judge_by

TEMPLATES = Path(__file__).parent.parent / "templates"
FIGURES = Path(__file__).parent.parent / "figures"


def render(tree: Tree) -> list[Path]:
    """Write every file of the report and return their paths; what an earlier rendering left is removed."""
    contents = rendered(tree)
    for name, content in contents.items():
        write_atomic(tree.report() / name, content)
    for pattern in ("matrix_*.md", "tables/*.csv", "appendix/*.md"):
        for path in tree.report().glob(pattern):
            if path.relative_to(tree.report()).as_posix() not in contents:
                path.unlink()
    return [tree.report() / name for name in contents]


def rendered(tree: Tree) -> dict[str, bytes]:
    """Return every file of the report by its name, for the evidence in ``tree``; writes nothing."""
    get_ready()
    claims, evidence = load_claims(), gather(tree)
    rows = [row for measured in evidence.results for row in rows_of(measured)]
    judged = judge_by(claims, evidence)
    checkpoints = [row for measured in evidence.results for row in checkpoints_of(measured)]
    costs = [row for one in evidence.results if one.suite == SCALE for row in costs_of(one, tree)]
    numbers = _figures([*rows, *checkpoints, *costs], claims)
    pictures = drawing(numbers)  # until they are waited for, below
    roles = {name: role for claim in claims if claim.suite == SUITE for name, role in claim.encoders.items()}
    matrix = matrices(evidence.results, tree, roles)
    source = Source(evidence, Tables(evidence, rows, claims), claims, judged)
    full, by_question = files(source), findings(source)
    entries = board(judged)
    points = in_points(entries, claims)
    context = {
        "claims": judged,
        "board": entries,
        "in_points": points,
        "published": claims,
        "figures": numbers,
        "further_figures": [name for name in numbers if name not in _placed_figures()],
        "results": evidence.results,
        "blocked": _reasons(evidence.blocked),
        "tables": source.tables,
        "tables_csv": {name: title for name, (title, _) in full.items()},
        "findings": by_question,
        "headlines": headlines(by_question),
        "appendix": _appendix(),
        "guardrails": guardrails(evidence.results),
        "matrix": list(matrix),
        "transcripts": evidence.transcripts,
    }
    documents = {
        "CLAIMS.md": template("CLAIMS.md.j2", context),
        **{name: template(f"{name}.j2", context) for name in _appendix()},
        "TECHNICAL_REPORT.md": template("TECHNICAL_REPORT.md.j2", context),
    }
    svgs = {f"figure_{name}.svg": svg for name, svg in pictures().items()}
    return {
        "index.html": page(
            entries,
            points,
            judged,
            rows,
            evidence.suites,
            numbers,
            svgs,
            by_question,
            headlines(by_question),
            source.tables.benches.summary(),
        ),
        "claims.json": dumps(claims_document(judged)),
        "figures_data.json": dumps(numbers),
        "findings.json": dumps(findings_document(by_question)),
        **{f"tables/{name}.csv": data for name, (_, data) in full.items()},
        **svgs,
        **matrix,
        **documents,
    }


def _appendix() -> list[str]:
    """Return the appendix pages by their path in the report."""
    return [f"appendix/{path.stem}" for path in sorted(TEMPLATES.glob("appendix/*.md.j2"))]


def _placed_figures() -> set[str]:
    """Return the figures that a section of the report shows in a place of its own."""
    sections = (path.read_text("utf-8") for path in TEMPLATES.glob("sections/*.j2"))
    return {name for text in sections for name in re.findall(r'figure\(figures, "(\w+)"\)', text)}


def template(name: str, context: Json) -> bytes:
    """Return a rendered Markdown template; an undefined name is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from report.verdicts.claims import percent

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown, from our own results
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"percent": percent, "mark": _mark}
    return environment.get_template(name).render(context).encode()


def _mark(number: object) -> str:
    """Return the mark of a mean with jitter; a difference of means has none."""
    return mark(getattr(number, "jitter", None))


def _figures(rows: list[Row], claims: list[Claim]) -> dict[str, Json]:
    """Return the numbers of each figure that has some, with title and caption, by its module's name."""
    numbers: dict[str, Json] = {}
    for path in sorted(FIGURES.glob("[a-z]*.py")):
        module = importlib.import_module(f"report.figures.{path.stem}")
        figure = module.data(rows, claims)
        if figure["points"]:
            numbers[path.stem] = {"title": module.title(figure), "caption": module.CAPTION, **figure}
    return numbers


@dataclass(frozen=True, slots=True)
class Reason:
    """Why cells of a suite were blocked, and how many."""

    suite: str
    missing: str
    remedy: str
    cells: int


def _reasons(entries: Iterable[BlockedEntry]) -> list[Reason]:
    """Return why cells were blocked, each reason once, with the number of cells it holds up."""
    counts = Counter((entry.suite, entry.cell.missing, entry.cell.remedy) for entry in entries)
    return [Reason(*reason, cells) for reason, cells in counts.items()]
