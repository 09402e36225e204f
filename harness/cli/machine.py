"""Commands about processors and their bytes: ``doctor``, ``portability``."""

from __future__ import annotations

import json

from harness.cli.options import OUT, AsJson, Jobs, Out
from harness.console.output import show
from harness.errors import RunError


def doctor(as_json: AsJson = False) -> None:
    """Say what numerics the libraries use here, and whether this machine gives the committed bytes.

    \b
    Example: harness doctor --json
    """
    from harness.console.show import diagnosis
    from harness.numerics.dispatch import described

    numerics = described()
    show(json.dumps(numerics, indent=2) if as_json else diagnosis(numerics))


def portability(jobs: Jobs = None, out: Out = OUT) -> None:
    """Run small steps of every library and plug-in under qemu as other processors; compare their bytes.

    \b
    Example: harness portability
    """
    from harness.parallel.resources import default_jobs
    from harness.portability.table import differing, table

    rows = table(out / "portability", jobs or default_jobs(), show)
    for line in differing(rows, pinned=False):
        show(f"no setting holds it: {line}")
    failing = differing(rows, pinned=True)
    for line in failing:
        show(line)
    if failing:
        raise RunError(f"portability: {len(failing)} steps differ")
    show("SAME BYTES of all that settings hold")
