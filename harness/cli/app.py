"""All commands, in the order in which the help lists them."""

from __future__ import annotations

from collections.abc import Callable

import typer

from harness.cli.checking import artifacts, compare, verify
from harness.cli.listing import list_
from harness.cli.machine import devices, doctor, portability
from harness.cli.measuring import jitter, labels, plan, run_
from harness.cli.provenance import diff, explain
from harness.cli.reporting import claims, export, lock, report, results, schema
from harness.cli.reproducing import blocked, reproduce
from harness.cli.rerunning import receipt, replay
from harness.cli.serving import serve
from harness.console.exits import INTERRUPTED
from harness.console.output import replace_unprintable

COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_,
    "plan": plan,
    "run": run_,
    "labels": labels,
    "jitter": jitter,
    "reproduce": reproduce,
    "blocked": blocked,
    "results": results,
    "claims": claims,
    "report": report,
    "export": export,
    "schema": schema,
    "lock": lock,
    "verify": verify,
    "compare": compare,
    "explain": explain,
    "replay": replay,
    "receipt": receipt,
    "diff": diff,
    "artifacts": artifacts,
    "serve": serve,
    "doctor": doctor,
    "portability": portability,
    "devices": devices,
}
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
    status = app(args=arguments or ["--help"], standalone_mode=False)
    if status == INTERRUPTED:  # typer took Ctrl-C
        raise KeyboardInterrupt
    return int(status or 0)
