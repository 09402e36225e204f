"""The command that measures this machine: ``bench``."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.cli.options import OUT, AsJson, Mirror, Out
from harness.console.output import show
from harness.evidence.layout import Tree


def bench(
    groups: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Groups of measurements; default: all.")
    ] = None,
    mirror: Mirror = None,
    out: Out = OUT,
    as_json: AsJson = False,
) -> None:
    """Measure what work takes on this machine, beside a baseline of the same run, and against targets.

    Repeats alternate with those of the baseline, and medians count. Measure on a quiet machine. Writes
    bench/NAME.json into --out, which harness artifacts publishes and the report shows. A target that is
    missed is no error.

    \b
    Examples: harness bench
              harness bench neighbors codecs
    """
    from harness.bench.run import chosen, run, write
    from harness.console.bench import bench_table, benches_json, steps
    from harness.console.progress import progress

    names = chosen(groups)
    benches = []
    with progress() as on_progress:
        for each in run(names, mirror, steps(names, on_progress)):
            benches.append(each)
            write(each, Tree(out))
    show(benches_json(benches) if as_json else bench_table(benches))
