"""The part of README.md that is rendered from evidence, between two marks."""

from __future__ import annotations

from pathlib import Path

from harness.errors import InputError
from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.schema.verdict import VerdictRow
from report.pages.render import template
from report.verdicts.claims import load_claims
from report.verdicts.judge import judge

START, END = "<!-- rendered from artifacts/: start -->\n", "<!-- rendered from artifacts/: end -->\n"


def block(tree: Tree) -> str:
    """Return the README's claims table for the evidence in ``tree``."""
    return block_of(judge(load_claims(), tree))


def block_of(judged: list[VerdictRow]) -> str:
    """Return the README's claims table for judged rows."""
    return template("README.md.j2", {"claims": [row for row in judged if row.headline]}).decode()


def split(readme: Path) -> tuple[str, str, str]:
    """Return the text before, between and after the marks; raise InputError where they are missing."""
    text = readme.read_text("utf-8")
    head, start, rest = text.partition(START)
    between, end, tail = rest.partition(END)
    if not start or not end:
        raise InputError(f"{readme}: found no part between {START.strip()!r} and {END.strip()!r}")
    return head + start, between, end + tail


def refresh(readme: Path, tree: Tree) -> None:
    """Render the part anew, in place."""
    head, _, tail = split(readme)
    write_atomic(readme, (head + block(tree) + tail).encode())
