"""The line of a claim's file that a judged row comes from."""

from __future__ import annotations

import functools
import re

from harness.evidence.schema.verdict import VerdictRow
from harness.verification.references import name_in_file
from report.verdicts.claims import FOLDER

_TABLES = ("[[table]]", "[training]")  # their rows are named by the set and the column


def place(row: VerdictRow) -> str:
    """Return ``report/claims/<claim>.toml:<line>``; the file alone where no line names the row."""
    number = _line(row.id, name_in_file(row))
    return f"report/claims/{row.id}.toml" + (f":{number}" if number else "")


@functools.cache
def _line(claim: str, name: str) -> int | None:
    path = FOLDER / f"{claim}.toml"
    ours = re.fullmatch(r"[A-Z]\d+", claim) and path.is_file()  # the id is of the evidence, a stranger's
    lines = path.read_text("utf-8").splitlines() if ours else []
    table_line = None
    for number, line in enumerate(lines, 1):
        key, _, quoted = (part.strip() for part in line.partition("="))
        value = re.match('"([^"]*)"', quoted)
        if value and key == "row" and value[1] == name:
            return number
        if value and key == "dataset" and name.startswith(f"{value[1]}-") and lines[number - 2] in _TABLES:
            table_line = table_line or number
    return table_line
