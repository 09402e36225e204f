"""The part of README.md that is rendered from evidence, between two marks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from harness.errors import InputError
from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.schema.verdict import Verdict
from report.pages.render import rendered, template

START, END = "<!-- rendered from artifacts/: start -->\n", "<!-- rendered from artifacts/: end -->\n"


def block(tree: Tree) -> str:
    """Return the findings and the verdicts in numbers, for the evidence in ``tree``."""
    return block_of(rendered(tree))


def block_of(files: Mapping[str, bytes]) -> str:
    """Return the same from the report's files, by name: findings.json and claims.json."""
    entries = json.loads(files["claims.json"])["board"]
    published = [entry for entry in entries if entry["origin"] == "published"]
    verdicts = Counter("arithmetic" if entry["arithmetic"] else entry["verdict"] for entry in published)
    context = {
        "headlines": json.loads(files["findings.json"])["headlines"],
        "published": len(published),
        "counts": {name: verdicts[name] for name in (*get_args(Verdict), "arithmetic") if verdicts[name]},
    }
    return template("README.md.j2", context).decode()


def split(readme: Path) -> tuple[str, str, str]:
    """Return the text before, between and after the marks; raise InputError where they are missing."""
    text = readme.read_text("utf-8")
    head, start, rest = text.partition(START)
    between, end, tail = rest.partition(END)
    if not start or not end:
        raise InputError(f"{readme}: found no part between {START.strip()!r} and {END.strip()!r}")
    return head + start, between, end + tail


def refresh(readme: Path, tree: Tree) -> None:
    """Render the part anew from the report that is rendered in ``tree``, in place."""
    head, _, tail = split(readme)
    files = {name: (tree.report() / name).read_bytes() for name in ("claims.json", "findings.json")}
    write_atomic(readme, (head + block_of(files) + tail).encode())
