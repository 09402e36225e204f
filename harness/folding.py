"""When two sentences are the same: the one rule that every audit uses."""

from __future__ import annotations


def fold(text: str) -> str:
    """Return ``text`` with case folded and runs of white space made one space."""
    return " ".join(text.casefold().split())
