"""Commands about this machine: ``doctor``, ``portability``, ``devices``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

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


def devices(
    rows: Annotated[int, typer.Option(min=1_000, help="Vectors that are multiplied and trained on.")] = 8_000,
    dimension: Annotated[int, typer.Option(min=16, help="Their dimension.")] = 384,
    texts: Annotated[int, typer.Option(min=1, help="Texts that are encoded.")] = 512,
    to: Annotated[Path, typer.Option("--out", help="JSON file to write.")] = OUT / "devices.json",
    as_json: AsJson = False,
) -> None:
    """Compare a CUDA device with the CPU: how long products, trainings and encoding take, and what they give.

    The CPU has one thread and the numerics of committed evidence. Without a CUDA device only the CPU is
    measured. Exit status 1 if outcomes are further apart than allowed.

    \b
    Example: harness devices --rows 20000
    """
    from harness.bench.devices import differing, measured
    from harness.console.devices import devices_table
    from harness.console.progress import progress
    from harness.evidence.files import write_atomic
    from harness.evidence.stamp import dumps

    with progress() as on_progress:
        document = measured(rows, dimension, texts, on_progress)
    write_atomic(to, dumps(document))
    show(json.dumps(document, indent=2) if as_json else devices_table(document))
    if "cuda" not in document["cases"][0]:
        show("cuda: found no device that torch can use")
    failing = differing(document)
    for line in failing:
        show(line)
    if failing:
        raise RunError(f"devices: {len(failing)} cases are further apart than allowed")
