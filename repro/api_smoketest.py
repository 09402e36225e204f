"""Claim C6, the HTTP API on real vectors, with Python >= 3.11 alone: ``python3 repro/api_smoketest.py``.

The key is read from ``AQEA_API_KEY`` alone, goes to the base URL's host alone and is never printed. A check
is PASS, FAIL, or SKIPPED with the reason. ``--out`` writes the transcript ``{"content": …, "sha256": …}``,
the hash over RFC 8785 canonical JSON of the content. It says for each request what was sent and answered,
as sha256: of bytes where ``hashed`` says "body", else of the canonical JSON of the parsed values that
``hashed`` names. So clocks, quotas and request ids are left out, and the same server makes the same
transcript again.
Exit status: 0 no check failed, 1 one did, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: its own folder is on the path, and not the one above
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from repro.api_checks import CHECKS
from repro.api_client import Limits, NoAnswerError, is_loopback, split
from repro.api_session import FailureError, Session, SkippedError
from repro.api_vectors import FEWEST
from repro.canonical import SCHEMA_VERSION, canonical

KEY = "AQEA_API_KEY"
VENDOR = "https://api.aqea.ai"


def smoke(session: Session, on_line: Callable[[str], None]) -> dict[str, Any]:
    """Run every check; return the transcript's content, and tell a line for each as it ends."""
    checks: list[dict[str, Any]] = []
    passed: set[str] = set()
    for name, needs, check in CHECKS:
        start, session.requests = time.monotonic(), []
        try:
            missing = [need for need in needs if need not in passed]
            if missing:
                raise SkippedError(f"needs {missing[0]}, which did not pass")  # noqa: TRY301 - one place says it
            status, outcome = "PASS", check(session)
            passed.add(name)
        except SkippedError as error:
            status, outcome = "SKIPPED", str(error)
        except (FailureError, NoAnswerError) as error:
            status, outcome = "FAIL", str(error)
        checks.append({"name": name, "status": status, "found": outcome, "requests": session.requests})
        on_line(f"{status:7}  {name}: {outcome} ({time.monotonic() - start:.2f} s)")
    counts = {status: sum(c["status"] == status for c in checks) for status in ("PASS", "FAIL", "SKIPPED")}
    host = split(session.base).hostname or ""
    return {
        "schema": SCHEMA_VERSION,
        "claim": "C6",
        "server": {"host": "loopback" if is_loopback(host) else host, "name": session.server},
        "sample": session.sample,
        "key": "given" if session.key else "none",
        "checks": checks,
        "counts": counts,
    }


def transcript(content: dict[str, Any]) -> bytes:
    """Return the file that holds ``content`` and its certificate."""
    document = {"content": content, "sha256": hashlib.sha256(canonical(content).encode()).hexdigest()}
    return (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(data)
    temporary.replace(path)


def _session(argv: list[str]) -> tuple[Session, Path | None, bool]:
    parser = argparse.ArgumentParser(
        description=f"Check the HTTP API of claim C6 on real vectors; a key is read from {KEY} alone.",
        allow_abbrev=False,
    )
    parser.add_argument("--base-url", default=VENDOR, help="the server (default: %(default)s)")
    parser.add_argument("--aqed-url", help="the AQED export (default: BASE_URL/exports/sample.aqed)")
    parser.add_argument("--sample", type=int, default=32, help="vectors to read, 5 to 64 (default: 32)")
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds for one answer (default: 20)")
    parser.add_argument("--retries", type=int, default=2, help="further tries, 0 to 5 (default: 2)")
    parser.add_argument("--out", type=Path, help="write the transcript to this file")
    parser.add_argument("--json", action="store_true", help="print the transcript instead of lines")
    given = parser.parse_args(argv)
    base, key = given.base_url.rstrip("/"), os.environ.get(KEY) or None
    aqed = given.aqed_url or base + "/exports/sample.aqed"
    for name, url in (("--base-url", base), ("--aqed-url", aqed)):
        try:
            parts = split(url)
        except ValueError as error:
            parser.error(f"{name}: {error}")
        if name == "--base-url" and key and parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            parser.error(f"--base-url: found http and a key in {KEY}, expected https or this machine itself")
    if key and not re.fullmatch(r"[!-~]{1,512}", key):
        parser.error(f"{KEY}: found a key with spaces or other characters that no header can hold")
    for name, value, least, most in (
        ("--sample", given.sample, FEWEST, 64),
        ("--timeout", given.timeout, 0.05, 600),
        ("--retries", given.retries, 0, 5),
    ):
        if not least <= value <= most:
            parser.error(f"{name}: found {value:g}, expected {least:g} to {most:g}")
    limits = Limits(given.timeout, given.retries)
    return Session(base, aqed, key, given.sample, limits), given.out, given.json


def main(argv: list[str]) -> int:
    """Run the checks and print them; return the exit status."""
    session, out, as_json = _session(argv)
    content = smoke(session, (lambda _: None) if as_json else print)
    data = transcript(content)
    if out is not None:
        try:
            write(out, data)
        except OSError as error:
            print(f"--out: {out}: {error.strerror}", file=sys.stderr)
            return 2
    counts = content["counts"]
    summary = f"{counts['PASS']} passed, {counts['FAIL']} failed, {counts['SKIPPED']} skipped"
    print(data.decode() if as_json else summary, end="" if as_json else "\n")
    return 1 if counts["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
