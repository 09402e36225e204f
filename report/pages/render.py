"""Everything that is rendered from evidence, deterministic to the byte."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stability import mark
from harness.evidence.stamp import dumps
from report.evidence import results
from report.export.matrix import SUITE, matrices
from report.tables.every import Tables
from report.verdicts.claims import Claim, load_claims
from report.verdicts.guardrails import guardrails
from report.verdicts.judge import judge_by

TEMPLATES = Path(__file__).parent.parent / "templates"
FIGURES = Path(__file__).parent.parent / "figures"


def render(tree: Tree) -> list[Path]:
    """Write claims.json, CLAIMS.md, figures, matrices and TECHNICAL_REPORT.md; return their paths.

    A matrix that there is no evidence for any longer is removed.
    """
    files = rendered(tree)
    for name, content in files.items():
        write_atomic(tree.report() / name, content)
    for path in tree.report().glob("matrix_*.md"):
        if path.name not in files:
            path.unlink()
    return [tree.report() / name for name in files]


def rendered(tree: Tree) -> dict[str, bytes]:
    """Return every file of the report by its name, as the evidence in ``tree`` has it; writes nothing."""
    claims, found = load_claims(), results.gather(tree)
    rows = [row for result in found.results for row in results.rows_of(result)]
    judged = judge_by(claims, found)
    checkpoints = [row for result in found.results for row in results.checkpoints_of(result)]
    numbers, pictures = _figures([*rows, *checkpoints], claims)
    roles = {name: role for claim in claims if claim.suite == SUITE for name, role in claim.encoders.items()}
    matrix = matrices(found.results, tree, roles)
    context = {
        "claims": judged,
        "published": claims,
        "figures": numbers,
        "results": found.results,
        "blocked": _reasons(found.blocked),
        "tables": Tables(found.results, rows, claims, tree.root, found.comparisons),
        "guardrails": guardrails(found.results),
        "matrix": list(matrix),
        "transcripts": found.transcripts,
    }
    return {
        "claims.json": dumps({"claims": judged}),
        "figures_data.json": dumps(numbers),
        **pictures,
        **matrix,
        "CLAIMS.md": template("CLAIMS.md.j2", context),
        "TECHNICAL_REPORT.md": template("TECHNICAL_REPORT.md.j2", context),
    }


def template(name: str, context: dict[str, Any]) -> bytes:
    """Return a rendered Markdown template; a name it uses and the context lacks is an error."""
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
    environment.filters |= {"percent": percent, "mark": mark}
    return environment.get_template(name).render(context).encode()


def _figures(rows: list[dict[str, Any]], claims: list[Claim]) -> tuple[dict[str, Any], dict[str, bytes]]:
    numbers: dict[str, Any] = {}
    pictures: dict[str, bytes] = {}
    for path in sorted(FIGURES.glob("[a-z]*.py")):
        module = importlib.import_module(f"report.figures.{path.stem}")
        found = module.data(rows, claims)
        if found["points"]:
            numbers[path.stem] = {"caption": module.CAPTION, **found}
            pictures[f"figure_{path.stem}.svg"] = svg(module.draw(found))
    return numbers, pictures


def svg(figure: Any) -> bytes:
    """Return a figure as SVG with nothing in it that differs between two runs."""
    import matplotlib as mpl

    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "harness", "svg.fonttype": "path", "path.simplify": False}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _reasons(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return why cells were blocked, each reason once, with the number of cells it holds up."""
    reasons: dict[tuple[str, str, str], int] = {}
    for entry in entries:
        key = (entry["suite"], entry["missing"], entry["remedy"])
        reasons[key] = reasons.get(key, 0) + 1
    return [{"suite": s, "missing": m, "remedy": r, "cells": n} for (s, m, r), n in reasons.items()]
