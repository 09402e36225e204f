"""How a command ends: one line on standard error, and the exit status that a shell knows."""

from __future__ import annotations

import signal

from harness.errors import BlockedError, InputError, RunError
from harness.parallel.memory import REMEDY, memory_ran_out, shortage

INTERRUPTED = 128 + signal.SIGINT
RESUMABLE = "what is done is kept"


class StoppedError(BaseException):
    """SIGTERM: no Exception, so that nothing on the way takes it for a failure of its own."""


def stop_on_sigterm() -> None:
    """Raise StoppedError in the main thread on SIGTERM, so that files are closed and workers ended."""
    signal.signal(signal.SIGTERM, _stop)


def _stop(*_: object) -> None:
    raise StoppedError


def explained(error: BaseException) -> tuple[str, int] | None:
    """Return the line and the status for what ended a command; None for an unexpected error.

    Wrong input and usage are 2, a shortfall is 1; a signal is 128 and its number, so that `&&` goes no
    further.
    """
    if memory_ran_out(error):
        return f"memory ran out: {shortage(error)}; {RESUMABLE}: {REMEDY}", 1
    ended: tuple[str, int] | None = None
    match error:
        case KeyboardInterrupt():
            ended = f"stopped by Ctrl-C; {RESUMABLE}", INTERRUPTED
        case StoppedError():
            ended = f"stopped by SIGTERM; {RESUMABLE}", 128 + signal.SIGTERM
        case InputError() | BlockedError():
            ended = str(error), 2
        case RunError():
            ended = str(error), 1
        case OSError():
            named = f"{error.filename}: " if error.filename is not None else ""
            ended = f"{named}{error.strerror or error}", 1
        case _ if isinstance(error.__cause__, EOFError):  # typer takes it for the end of a dialogue
            ended = f"a file ended too early: {error.__cause__}", 1
        case _ if hasattr(error, "format_message"):  # click's usage errors have it
            ended = error.format_message(), 2
    return ended
