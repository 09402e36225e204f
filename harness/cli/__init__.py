"""The command ``harness``: how it starts and how it ends. It imports nothing before it heeds Ctrl-C."""

from __future__ import annotations


def main() -> None:
    """Run the command; where it does not come to its end, print one line and exit with its status."""
    import sys

    try:
        from harness.console.exits import stop_on_sigterm

        stop_on_sigterm()
        from harness.cli.app import run

        status = run(sys.argv[1:])
    except BaseException as error:
        from harness.console.exits import explained
        from harness.console.output import complain

        ending = explained(error)
        if ending is None:
            raise
        message, status = ending
        complain(message)
    sys.exit(status)
