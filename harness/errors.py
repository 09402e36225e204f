"""Errors that a person can fix, one line each."""

from __future__ import annotations


def one_line(error: BaseException) -> str:
    """Return an error's text on one line, or the name of its type where it has no text."""
    return " ".join(str(error).split()) or type(error).__name__


class InputError(Exception):
    """The input is wrong: one line names the file, the row or key, what was found and what was expected."""


class RunError(Exception):
    """Something that should have worked did not: a check fell short, or a cell failed."""


class BlockedError(Exception):
    """An input cannot be had here; says what is missing and how to get it."""

    def __init__(self, missing: str, remedy: str) -> None:
        super().__init__(missing, remedy)  # both, so that it can be pickled
        self.missing = missing
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.missing}; {self.remedy}"


class LeftOutError(BlockedError):
    """An input that a suite declares to be large, and that nobody asked for."""
