"""The report: figures that run nothing, and verdicts that stand on evidence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from repro.canonical import check_version
from repro.listing import Problems

CLAIMS = "artifacts/report/claims.json"
UNMEASURED = ("BLOCKED", "NOT_RUN")  # verdicts that need no evidence
# What a browser would run or load; a reference to a part of the same drawing is neither.
ACTIVE = re.compile(
    rb"(?i)<script|<foreignobject|<iframe|<image|<!entity|javascript:|\bon[a-z]+\s*=|href\s*=\s*[\"'](?!#)"
)
LINK = re.compile(r"\]\((?:\.\./)?((?:tables|appendix)/[\w.-]+)\)")


def check_report(root: Path, values: dict[str, Any], hashes: dict[str, str], problems: Problems) -> set[str]:
    """Return the paths of the report's files; check that figures run nothing and verdicts have evidence."""
    figures = values.get("artifacts/report/figures_data.json")
    names = ["claims.json", "figures_data.json", "findings.json", "CLAIMS.md", "TECHNICAL_REPORT.md"]
    names += [f"figure_{name}.svg" for name in (figures if isinstance(figures, dict) else ())]
    for path in (path for path in hashes if path.endswith(".svg")):
        if active := ACTIVE.search((root / path).read_bytes()):
            problems.append(f"{path}: has {active[0].decode('ascii', 'replace')!r}, expected a drawing alone")
    claims = values.get(CLAIMS)
    try:
        check_version(claims)
    except ValueError as error:
        problems.append(f"{CLAIMS}: {error}")
    rows = claims.get("claims") if isinstance(claims, dict) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("verdict") not in UNMEASURED and not row.get("evidence"):
            verdict = f"{row.get('id')} {row.get('row')}: {row.get('verdict')}"
            problems.append(f"{CLAIMS}: {verdict} without evidence")
    return {f"artifacts/report/{name}" for name in (*names, *_linked(root / "artifacts/report"))}


def _linked(folder: Path) -> set[str]:
    """Return the tables and appendix pages that the report, or its list of tables, links."""
    pages = [folder / "TECHNICAL_REPORT.md", folder / "appendix" / "tables.md"]
    texts = [page.read_text("utf-8", "replace") for page in pages if page.is_file()]
    return {name for text in texts for name in LINK.findall(text)}


def check_evidence(claims: Any, evidence: dict[tuple[str, str], str], problems: Problems) -> None:
    """Check that everything that claims name as evidence is in ``evidence``: sha256 by kind and name."""
    for entry in _entries(claims):
        kind = "transcript" if isinstance(entry, dict) and "transcript" in entry else "cell"
        if (
            not isinstance(entry, dict)
            or ((kind, str(entry.get(kind))), entry.get("sha256")) not in evidence.items()
        ):
            problems.append(f"{CLAIMS}: no {kind} has the name and certificate of {entry}")


def _entries(claims: Any) -> list[Any]:
    """Return every entry of every list called evidence, at any depth."""
    entries, parts = [], [claims]
    for part in parts:  # grows while it is walked: no recursion, so no depth is too much
        for key, inner in part.items() if isinstance(part, dict) else ():
            if key == "evidence":
                entries += inner if isinstance(inner, list) else [inner]
            parts.append(inner)
        parts += part if isinstance(part, list) else []
    return entries
