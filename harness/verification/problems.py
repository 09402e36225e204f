"""Everything that evidence can be held to without running it again or drawing an interval, a line a problem.

By hash and structure (``repro/verify.py``, which runs alone as well); by versions; and, by ``recompute``,
against the suites, by values from scores, and by rendering the report and the README's part again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_json
from harness.verification import receipts
from harness.verification.claim_locks import locks_line
from harness.verification.recompute import OnProgress, Recomputed, recompute, recompute_values
from repro import verify

Problems = list[str]


def problems(root: Path, jobs: int, on_progress: OnProgress) -> tuple[Problems, str]:
    """Return one line for each problem of the checkout at ``root``, and what was checked.

    What was checked is a line, and one on the claims' locks where they were judged. Intervals are
    not drawn again: ``recompute.recompute`` does this.
    """
    hashed, checked = verify.problems(root)
    again = recompute_values(root, jobs, on_progress)
    tree = Tree(root / "artifacts")
    lines = one_line_each([*hashed, *unlike_pins(root), *receipts.check_receipts(tree), *again.problems])
    has_receipts = (tree.root / receipts.FOLDER).is_dir()
    confirmed = f", {receipts.summary(tree)}" if has_receipts and not lines else ""
    line = f"{checked.partition(': ')[0]}, {summary(again)}{confirmed}: {outcome(lines)}"
    return lines, with_locks(line, again)


def of_integrity(root: Path) -> tuple[Problems, str]:
    """Return the problems that hashes and structure show, and what was checked."""
    return verify.problems(root)


def of_recompute(root: Path, jobs: int, on_progress: OnProgress) -> tuple[Problems, str]:
    """Return the problems that computing everything again shows, and what was computed."""
    again = recompute(root, jobs, on_progress)
    lines = one_line_each(again.problems)
    return lines, with_locks(f"{summary(again)}: {outcome(lines)}", again)


def summary(again: Recomputed) -> str:
    """Return what was computed again, in words."""
    parts = [f"{again.values:,} values"]
    parts += [f"{again.intervals:,} intervals"] if again.intervals else []
    agreeing = f"{again.last_digit:,} numbers differ in their last digit"
    agreeing += f", {again.rounding:,} by rounding" if again.rounding else ""
    return (
        f"{', '.join(parts)}, {again.verdicts} verdicts and {again.pages} pages computed again "
        f"in {again.seconds:.0f} s ({agreeing})"
    )


def with_locks(line: str, again: Recomputed) -> str:
    """Return ``line``, and below it one on the claims' locks where the claims were judged."""
    return f"{line}\n{locks_line(again.board)}" if again.board else line


def outcome(lines: Problems) -> str:
    """Return how many problems there are, in words."""
    return f"{len(lines)} problems" if lines else "no problem"


def one_line_each(lines: Iterable[str]) -> Problems:
    """Return the different lines in order, each without a line break."""
    return list(dict.fromkeys(" ".join(line.split()) for line in lines))


def unlike_pins(root: Path) -> Problems:
    """Return a line for each version in the envelopes that ``constraints.txt`` does not pin, or not so."""
    path = root / "constraints.txt"
    text = path.read_text("utf-8") if path.is_file() else ""
    pins = dict(re.findall(r"(?m)^([\w.-]+)==([^\s;]+)", text))
    versions: dict[tuple[str, str], Path] = {}
    for envelope in sorted((root / "artifacts" / "envelopes").glob("*/*.json")):
        try:
            packages = read_json(envelope).get("packages")
        except InputError:
            continue  # a line of the first tier
        for name, version in packages.items() if isinstance(packages, dict) else ():
            versions.setdefault((name, str(version)), envelope)
    return [
        f"{envelope}: packages.{name}: found {version}, expected {expected}"
        for (name, version), envelope in versions.items()
        if version.partition("+")[0] != pins.get(name, "").partition("+")[0]
        for expected in (f"{pins[name]}, as {path} pins" if name in pins else f"a pin of it in {path}",)
    ]
