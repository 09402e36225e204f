"""Whole commands, as a user runs them in a checkout: help, report, verify, recompute."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.bench.processes import harness
from harness.bench.record import at_most, measurement, seconds
from harness.evidence.schema.bench import Measurement, Target
from harness.run.checkout import ROOT

TITLE = "Commands"
HELP = "harness --help in at most 0.3 s"
REPORT = "harness report in at most 10 s"
HELP_REASON = "Python's own start, and the modules of every command, which the help has to name."
REPORT_REASON = "Two fifths read and check results and means, a quarter writes full tables."
ONCE = 1  # recompute draws all resamples of all values anew


def measure(_mirror: Path | None, root: Path = ROOT, repeats: int = 3) -> Iterator[Measurement]:
    """Yield the seconds of each command on the evidence of the checkout at ``root``."""
    yield _command(("--help",), 3 * repeats, at_most(0.3, HELP), HELP_REASON)
    if not (root / "artifacts").is_dir():
        return  # installed: there is no evidence beside the code
    with TemporaryDirectory(prefix="harness-bench-") as folder:
        evidence = Path(folder) / "artifacts"
        shutil.copytree(root / "artifacts", evidence)
        report = ("report", "--from", str(evidence))
        yield _command(report, repeats, at_most(10, REPORT), REPORT_REASON)
    yield _command(("verify", "--tier", "integrity", "--root", str(root)), repeats)
    yield _command(("verify", "--tier", "recompute", "--root", str(root)), ONCE)


def _command(
    arguments: Sequence[str], repeats: int, target: Target | None = None, reason: str = ""
) -> Measurement:
    (taken,) = seconds(functools.partial(harness, *arguments), repeats=repeats, warm_ups=min(1, repeats - 1))
    paths = [part for part in arguments if Path(part).is_absolute()]
    shown = " ".join(part for part in arguments if part not in {*paths, "--root", "--from"})
    return measurement(f"harness {shown}", "the whole process", "s", taken, target=target, reason=reason)
