"""The report: figures that run nothing, and verdicts that stand on evidence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from repro.canonical import check_version
from repro.listing import Problems

CLAIMS = "artifacts/report/claims.json"
UNMEASURED = ("BLOCKED", "NOT_RUN")  # verdicts that need no evidence
VERDICTS = ("HOLDS", "INCONCLUSIVE", "FAILS", *UNMEASURED)
NUMBERS = ("REPRODUCED", "ABOVE", "BELOW", "another space", None)  # None: compared with nothing
# What a browser would run or load; a reference to a part of the same drawing is neither.
ACTIVE = re.compile(
    rb"(?i)<script|<foreignobject|<iframe|<image|<!entity|javascript:|\bon[a-z]+\s*=|href\s*=\s*[\"'](?!#)"
)
PAGE = "index.html"
POLICY = b"default-src 'none'"  # a browser then loads nothing for the page
LINK = re.compile(r"\]\((?:\.\./)?((?:tables|appendix)/[\w.-]+)\)")


def check_report(root: Path, values: dict[str, Any], hashes: dict[str, str], problems: Problems) -> set[str]:
    """Return the paths of the report's files; check that figures run nothing and verdicts have evidence."""
    figures = values.get("artifacts/report/figures_data.json")
    names = ["claims.json", "figures_data.json", "findings.json", "CLAIMS.md", "TECHNICAL_REPORT.md", PAGE]
    names += [f"figure_{name}.svg" for name in (figures if isinstance(figures, dict) else ())]
    for path in (path for path in hashes if path.endswith(".svg")):
        if active := ACTIVE.search((root / path).read_bytes()):
            problems.append(f"{path}: has {active[0].decode('ascii', 'replace')!r}, expected a drawing alone")
    page = root / "artifacts/report" / PAGE
    if page.is_file() and POLICY not in page.read_bytes():
        problems.append(f"artifacts/report/{PAGE}: expected the content security policy {POLICY.decode()}")
    claims = values.get(CLAIMS)
    try:
        check_version(claims)
    except ValueError as error:
        problems.append(f"{CLAIMS}: {error}")
    _check_verdicts(claims, problems)
    return {f"artifacts/report/{name}" for name in (*names, *_linked(root / "artifacts/report"))}


def _linked(folder: Path) -> set[str]:
    """Return the tables and appendix pages that the report, or its list of tables, links."""
    pages = [folder / "TECHNICAL_REPORT.md", folder / "appendix" / "tables.md"]
    texts = [page.read_text("utf-8", "replace") for page in pages if page.is_file()]
    return {name for text in texts for name in LINK.findall(text)}


def _check_verdicts(claims: Any, problems: Problems) -> None:
    """Check the words of every row, that it has evidence, and that the board repeats a row's verdict."""
    verdicts = set()
    for row in _dicts(claims, "claims"):
        verdicts.add(_decided(row))
        _check_words(row, "row", problems)
        if row.get("verdict") not in UNMEASURED and not row.get("evidence"):
            problems.append(f"{CLAIMS}: {_name(row)}: {row.get('verdict')} without evidence")
    for entry in _dicts(claims, "board"):
        _check_words(entry, "board", problems)
        if _decided(entry) not in verdicts:
            problems.append(f"{CLAIMS}: board: {_name(entry)}: no row has its verdict {entry.get('verdict')}")


def _dicts(claims: Any, key: str) -> list[dict[str, Any]]:
    """Return the tables of a list of ``claims.json``; what is no table is left to the schema."""
    entries = claims.get(key) if isinstance(claims, dict) else None
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _decided(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(key)) for key in ("id", "row", "protocol", "verdict"))


def _name(row: dict[str, Any]) -> str:
    return f"{row.get('id')} {row.get('row')}"


def _check_words(row: dict[str, Any], where: str, problems: Problems) -> None:
    for key, words in (("verdict", VERDICTS), ("number", NUMBERS)):
        if row.get(key) not in words:
            expected = ", ".join(str(word or "null") for word in words)
            problems.append(
                f"{CLAIMS}: {where} {_name(row)}: {key}: {row.get(key)}, expected one of {expected}"
            )


def check_evidence(claims: Any, evidence: dict[tuple[str, str], str], problems: Problems) -> None:
    """Check that everything that claims name as evidence is in ``evidence``: sha256 by kind and name.

    The board names evidence without its sha256, which its rows have.
    """
    rows = {**claims, "board": None} if isinstance(claims, dict) else claims
    for entry in _entries(rows):
        kind = "transcript" if isinstance(entry, dict) and "transcript" in entry else "cell"
        if (
            not isinstance(entry, dict)
            or ((kind, str(entry.get(kind))), entry.get("sha256")) not in evidence.items()
        ):
            problems.append(f"{CLAIMS}: no {kind} has the name and certificate of {entry}")
    names = {name if kind == "cell" else f"transcripts/{name}" for kind, name in evidence}
    for entry in _dicts(claims, "board"):
        problems += [
            f"{CLAIMS}: board: {entry.get('id')}: found no {name}, expected evidence"
            for name in map(str, _entries(entry))
            if name not in names
        ]


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
