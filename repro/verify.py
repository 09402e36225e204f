"""Verify the committed evidence with Python >= 3.11 alone: ``python3 repro/verify.py [ROOT]``.

Hashes:
- ``ARTIFACTS.sha256`` lists every file of ``artifacts/`` with its sha256, and no other file.
- Every stamped JSON file carries the sha256 of the RFC 8785 form of its content.
- The last line of every matrix of the report is the sha256 of the lines before it.
- Each result was computed with the very files that it names.
- The evidence of every claim, a result or a transcript, exists.
Structure:
- Results, records of suites and envelopes are complete, with low <= value <= high.
- No value and no result stands twice.
- Each result has an envelope, made from a clean commit.
- The lock of the claims that an envelope names is there.
- Each receipt is named by its sha256; what the RO-Crate description names is there.
- Every file is named by another; no figure runs or loads anything.
Arithmetic:
- The means of a suite average the values of all seeds of every result.
- Each comparison is the difference of two means.
- Jitter and noise are of existing results.
- Each bench has finite numbers, low <= median <= high.
Each problem is printed as one line.
``harness verify --tier recompute`` alone checks results against the suites, values and intervals against
their scores and labels, and the report against what the evidence renders to.
Exit status: 0 no problem, 1 problems, 2 no ``ARTIFACTS.sha256`` in ROOT.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

if not __package__:  # run as a file: its own folder is on the path, and not the one above
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from repro.claims import CLAIMS, check_evidence, check_report
from repro.derived import check_derived
from repro.listing import LISTING, Problems, check_listing, check_matrices, read_files
from repro.locks import check_locks
from repro.receipts import check_receipts
from repro.ro_crate import check_crate
from repro.stamped import Seen, check_stamped
from repro.suites import check_pairs

LONGEST = 500  # characters of a line: what is shown of a stranger's content has an end


def problems(root: Path) -> tuple[Problems, str]:
    """Return a line for each problem of the checkout at ``root``, and a line that says what was checked."""
    lines: Problems = []
    hashes, values = read_files(root, lines)
    listing = root / LISTING
    check_listing(os.fsdecode(listing.read_bytes()) if listing.is_file() else "", hashes, lines)
    matrices = check_matrices(root, hashes, lines)
    seen = Seen(named=matrices | check_report(root, values, hashes, lines), checksums=len(matrices))
    for path in sorted(hashes):
        try:
            check_stamped(path, values.get(path), hashes, seen)
        except (ValueError, RecursionError) as error:
            lines.append(f"{path}: {error}")
    check_pairs(values, seen.results, seen.suites, lines)
    seen.named |= check_locks(values, hashes, lines)
    seen.named |= check_receipts(values, hashes, lines) | check_crate(values, hashes, lines)
    check_derived(values, seen.sound, lines)
    seen.named |= {
        path for path in hashes if path.startswith("artifacts/envelopes/") and path.endswith(".json")
    }
    lines += [f"{path}: no result names it" for path in hashes.keys() - seen.named]
    check_evidence(values.get(CLAIMS), seen.evidence, lines)
    lines = _printable(lines)
    outcome = f"{len(lines)} problems" if lines else "all as hashed"
    results = sum(kind == "cell" for kind, _ in seen.evidence)
    return lines, f"checked {len(hashes)} files, {seen.checksums} certificates, {results} results: {outcome}"


def _printable(lines: Problems) -> Problems:
    """Return the different lines in order, each short and in printable ASCII.

    Names and contents are a stranger's: none of their line breaks and control characters reach a terminal.
    """
    different = sorted(set(lines))  # a claim's rows share their evidence
    return [re.sub(r"[^ -~]", lambda char: ascii(char[0])[1:-1], line[:LONGEST]) for line in different]


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
