"""Verify the committed evidence with Python >= 3.11 alone: ``python3 repro/verify.py [ROOT]``.

By hash: ``ARTIFACTS.sha256`` against ``artifacts/`` both ways; the certificate of every stamped JSON file
(sha256 of the RFC 8785 form of its content) and the last line of every matrix of the report (sha256 of what
stands before it); that each result's files are the ones it was computed with; that every claim's evidence, a
result or a transcript, exists. By structure: what a result, a suite's record and an envelope have to
say; low <= value <= high; no value twice and no result twice; an envelope, from a clean commit, beside each
result; no file that nothing names; nothing in a figure that runs or loads. By arithmetic: every result is in
the means over seeds of its suite, each mean is that of the values of all seeds, and a comparison the
difference of two means; jitter is of results that are there. A problem is one line.
Not checked here, but by ``harness verify``: results against the suites, values and intervals against their
scores, and the report against what the evidence renders to.
Exit status: 0 none, 1 problems, 2 no ``ARTIFACTS.sha256`` in ROOT.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: its own folder is on the path, and not the one above
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from repro.canonical import check_version, checksum
from repro.derived import check_derived
from repro.listing import LISTING, Problems, check_listing, check_matrices, read_files
from repro.results import (
    check_files,
    check_pairs,
    check_suite,
    check_values,
    claimed,
    essences,
    named_files,
)

LONGEST = 500  # characters of a line: what is shown of a stranger's content has an end
UNMEASURED = ("BLOCKED", "NOT_RUN")  # verdicts that need no evidence
# What a browser would run or load; a reference to a part of the same drawing is neither.
ACTIVE = re.compile(
    rb"(?i)<script|<foreignobject|<iframe|<image|<!entity|javascript:|\bon[a-z]+\s*=|href\s*=\s*[\"'](?!#)"
)


def _check_report(root: Path, values: dict[str, Any], hashes: dict[str, str], problems: Problems) -> set[str]:
    """Return the files of the report; check that figures run nothing and that verdicts have evidence."""
    drawn = values.get("artifacts/report/figures_data.json")
    names = ["claims.json", "figures_data.json", "CLAIMS.md", "TECHNICAL_REPORT.md"]
    names += [f"figure_{name}.svg" for name in (drawn if isinstance(drawn, dict) else ())]
    for path in (path for path in hashes if path.endswith(".svg")):
        if active := ACTIVE.search((root / path).read_bytes()):
            problems.append(f"{path}: has {active[0].decode('ascii', 'replace')!r}, expected a drawing alone")
    claims = values.get("artifacts/report/claims.json")
    try:
        check_version(claims)
    except ValueError as error:
        problems.append(f"artifacts/report/claims.json: {error}")
    rows = claims.get("claims") if isinstance(claims, dict) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("verdict") not in UNMEASURED and not row.get("evidence"):
            verdict = f"{row.get('id')} {row.get('row')}: {row.get('verdict')}"
            problems.append(f"artifacts/report/claims.json: {verdict} without evidence")
    return {f"artifacts/report/{name}" for name in names}


def _check_server(place: str, content: Any) -> None:
    server = content.get("server") if isinstance(content, dict) else None
    if not isinstance(server, dict) or server.get("host") != place:
        raise ValueError("its server is not that of its place")


def _evidence(claims: Any) -> list[Any]:
    """Return every entry of every list called evidence, however deep it stands."""
    entries, parts = [], [claims]
    for part in parts:  # grows while it is walked: no recursion, so no depth is too much
        for key, inner in part.items() if isinstance(part, dict) else ():
            if key == "evidence":
                entries += inner if isinstance(inner, list) else [inner]
            parts.append(inner)
        parts += part if isinstance(part, list) else []
    return entries


@dataclass
class _Seen:
    """What the stamped files of ``artifacts/`` are and name, gathered file by file."""

    evidence: dict[tuple[str, str], str] = field(default_factory=dict)  # kind and place: certificate
    results: set[str] = field(default_factory=set)
    sound: dict[str, str] = field(default_factory=dict)  # place of a whole result: its certificate
    suites: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    essences: dict[str, str] = field(default_factory=dict)  # what only one result may say: its path
    certificates: int = 0


def _check_stamped(path: str, value: Any, hashes: dict[str, str], seen: _Seen) -> None:
    """Check one file that is stamped or has to be; raise ValueError for what is wrong with it."""
    # A suite's record is stamped as well, but is no result: it names no files.
    below = re.fullmatch(r"artifacts/results/(?:([^/]+)\.suite\.json|(.+)\.json|.+)", path)
    heard = re.fullmatch(r"artifacts/transcripts/(.+?)(?:\.json)?", path)
    derived = re.match(r"artifacts/(means|jitter|portability)/", path)
    if not (below or heard or derived or (isinstance(value, dict) and "content" in value)):
        return
    suite, place = (below[1], below[2]) if below else (None, None)
    seen.named.add(path)
    seen.suites |= {suite} if suite else set()
    seen.results |= {place} if place else set()
    if path.endswith(".json") and value is None:
        return  # unreadable, a problem already
    sha256 = checksum(value)
    seen.certificates += 1
    content = value["content"]
    check_version(content)
    if suite:
        check_suite(suite, content)
    elif place:
        seen.evidence["cell", place] = sha256
        seen.named |= claimed(content)  # also where the result is refused: that is its line, not theirs
        check_files(place, content, hashes)
        check_values(content)
        seen.sound[place] = sha256
        for essence in essences(content):
            if seen.essences.setdefault(essence, path) != path:
                raise ValueError(f"says what {seen.essences[essence]} says: one measurement, twice")
    elif heard:
        seen.evidence["transcript", heard[1]] = sha256
        _check_server(heard[1], content)
    elif isinstance(content, dict) and isinstance(content.get("files"), dict):
        seen.named |= named_files(content["files"], hashes)
    if re.match(r"artifacts/portability/(?!portability\.json$)", path):
        raise ValueError("expected nothing beside portability.json")


def problems(root: Path) -> tuple[Problems, str]:
    """Return one line for each problem of the checkout at ``root``, and a line that says what was checked."""
    lines: Problems = []
    hashes, values = read_files(root, lines)
    listing = root / LISTING
    check_listing(os.fsdecode(listing.read_bytes()) if listing.is_file() else "", hashes, lines)
    matrices = check_matrices(root, hashes, lines)
    seen = _Seen(named=matrices | _check_report(root, values, hashes, lines), certificates=len(matrices))
    for path in sorted(hashes):
        try:
            _check_stamped(path, values.get(path), hashes, seen)
        except (ValueError, RecursionError) as error:
            lines.append(f"{path}: {error}")
    check_pairs(values, seen.results, seen.suites, lines)
    check_derived(values, seen.sound, lines)
    seen.named |= {
        path for path in hashes if path.startswith("artifacts/envelopes/") and path.endswith(".json")
    }
    lines += [f"{path}: no result names it" for path in hashes.keys() - seen.named]
    for entry in _evidence(values.get("artifacts/report/claims.json")):
        kind = "transcript" if isinstance(entry, dict) and "transcript" in entry else "cell"
        if (
            not isinstance(entry, dict)
            or ((kind, str(entry.get(kind))), entry.get("sha256")) not in seen.evidence.items()
        ):
            lines.append(f"artifacts/report/claims.json: no {kind} has the name and certificate of {entry}")
    # Names and contents are a stranger's: no line breaks and no control characters of theirs.
    different = sorted(set(lines))  # a claim's rows share their evidence
    lines = [re.sub(r"[^ -~]", lambda char: ascii(char[0])[1:-1], line[:LONGEST]) for line in different]
    outcome = f"{len(lines)} problems" if lines else "all as hashed"
    results = sum(kind == "cell" for kind, _ in seen.evidence)
    return (
        lines,
        f"checked {len(hashes)} files, {seen.certificates} certificates, {results} results: {outcome}",
    )


def main(argv: list[str]) -> int:
    """Print every problem and what was checked; return the exit status."""
    parser = argparse.ArgumentParser(description="Verify the committed evidence.")
    parser.add_argument("root", nargs="?", type=Path, default=Path(__file__).resolve().parent.parent)
    root = parser.parse_args(argv).root
    if not (root / LISTING).is_file():
        print(f"{root / LISTING}: not found, expected a checkout with its evidence", file=sys.stderr)
        return 2
    lines, checked = problems(root)
    try:
        print("\n".join([*lines, checked]), flush=True)
    except BrokenPipeError:  # the reader of a pipe has gone: what is still buffered goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:  # a full disk below a redirection
        print(f"standard output: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
