"""Commands that say where a number comes from, and what differs between two trees: ``explain``, ``diff``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.cli.evidence import existing
from harness.cli.options import ARTIFACTS, AsJson, From
from harness.console.output import show


def explain(
    named: Annotated[
        str, typer.Argument(metavar="ID", help="A cell, a value of one, a transcript or a claim.")
    ],
    source: From = ARTIFACTS,
    as_json: AsJson = False,
) -> None:
    """Say where a number comes from: cell, inputs, code, files, machine, claims, and how to run it again.

    \b
    Examples: harness explain C8
              harness explain C8:lens-pq-13
              harness explain sample/minilm.lee-background.identity.s0
              harness explain SUITE/CELL/decontaminated/sts12-16/retention@human --json
    """
    from harness.console import provenance as shown
    from harness.verification import provenance, references

    tree, what = existing(source), references.reference(named)
    if isinstance(what, references.ClaimReference):
        explained, text = provenance.explain_claim(tree, what), shown.claim
    elif isinstance(what, references.TranscriptReference):
        explained, text = provenance.explain_transcript(tree, what), shown.transcript
    else:
        explained, text = provenance.explain_cell(tree, what), shown.cell
    show(json.dumps(explained, indent=2, ensure_ascii=False) if as_json else text(explained))


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A folder of evidence, or a git commit.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The same, to compare with it.")],
    as_json: AsJson = False,
) -> None:
    """Show every value, cell and verdict in which two trees of evidence differ, as Markdown.

    Each value has its interval. Values that moved by more than a rerun may, by the metric's tolerance or the
    pipeline's jitter, come first.

    \b
    Examples: harness diff artifacts out
              harness diff v0.1.0 HEAD --json
    """
    from harness.console.difference import markdown
    from harness.run.difference import difference
    from harness.run.snapshots import evidence

    with evidence(before) as old, evidence(after) as new:
        different = difference(old, new)
    as_text = json.dumps(different.as_json(), indent=2, ensure_ascii=False) if as_json else ""
    show(as_text or markdown((before, after), different))
