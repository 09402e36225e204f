"""All commands, in the order in which the help lists them."""

from __future__ import annotations

import gc
from collections.abc import Callable

import typer

from harness.cli.auditing import audit
from harness.cli.benching import bench
from harness.cli.checking import artifacts, compare, verify
from harness.cli.deploying import compress, decompress, fit, similarity
from harness.cli.exporting import export, export_codec, push
from harness.cli.listing import list_
from harness.cli.machine import devices, doctor, portability
from harness.cli.measuring import jitter, labels, plan, run_
from harness.cli.neighbors import neighbors
from harness.cli.peers import compare_planners
from harness.cli.provenance import diff, explain
from harness.cli.reporting import claims, lock, report, results, schema
from harness.cli.reproducing import blocked, reproduce
from harness.cli.rerunning import receipt, replay
from harness.cli.serving import serve
from harness.cli.sharding import status, worker
from harness.console.exits import INTERRUPTED
from harness.console.output import replace_unprintable

COMMANDS: dict[str, Callable[..., None]] = {
    # confirm the evidence
    "reproduce": reproduce,
    "verify": verify,
    "explain": explain,
    "replay": replay,
    "diff": diff,
    "compare": compare,
    "blocked": blocked,
    "receipt": receipt,
    # vectors of one's own
    "audit": audit,
    "fit": fit,
    "compress": compress,
    "decompress": decompress,
    "similarity": similarity,
    "neighbors": neighbors,
    "export-codec": export_codec,
    "push": push,
    "compare-planners": compare_planners,
    # measure
    "list": list_,
    "plan": plan,
    "run": run_,
    "status": status,
    "worker": worker,
    "results": results,
    "export": export,
    "labels": labels,
    "jitter": jitter,
    # claims and report
    "claims": claims,
    "report": report,
    "lock": lock,
    "schema": schema,
    "artifacts": artifacts,
    # the machine
    "serve": serve,
    "doctor": doctor,
    "portability": portability,
    "devices": devices,
    "bench": bench,
}
# Objects made between two searches for cycles. At Python's 700 these take a seventh of the time of a command
# that reads a thousand results; what results are read into has no cycles.
NEW_OBJECTS = 50_000
app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Independent, reproducible checks of embedding-compression claims.",
)
for name, command in COMMANDS.items():
    app.command(name)(command)


def run(arguments: list[str]) -> int:
    """Run the command that the arguments name, or print the help for none; return its exit status."""
    replace_unprintable()
    gc.set_threshold(NEW_OBJECTS)
    status = app(args=arguments or ["--help"], standalone_mode=False)
    if status == INTERRUPTED:  # typer took Ctrl-C
        raise KeyboardInterrupt
    return int(status or 0)
