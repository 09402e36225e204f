"""How text reaches a person: standard output, and one line on standard error."""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import Any


def show(text: Any) -> None:
    """Print text, or a rich table; where nobody reads it any more, end quietly with status 141."""
    try:
        sys.stdout.write((text if isinstance(text, str) else _rendered(text)) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered goes there
        sys.exit(128 + signal.SIGPIPE)
    except OSError as error:  # a full disk below a redirection: the system names no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OSError(error.errno, error.strerror, "standard output") from error


def complain(message: str) -> None:
    """Print a message to standard error, as one line."""
    sys.stderr.write("harness: " + " ".join(message.split()) + "\n")


def replace_unprintable() -> None:
    """Have both streams print `?` for a character that the terminal's code page lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _rendered(table: Any) -> str:
    from rich.console import Console

    # Where output is no terminal, a table is as wide as it needs to be, so that nothing is cut.
    console = Console(width=None if sys.stdout.isatty() else 200)
    with console.capture() as captured:
        console.print(table, end="")
    return captured.get()
