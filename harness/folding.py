"""When two sentences are the same: the one rule that every audit uses."""

from __future__ import annotations


def fold(text: str) -> str:
    """Return ``text`` with case folded and white space left out.

    White space is left out, rather than made one space, because copies of the same set differ in it: the
    hub's STS12-16 are tokenised ("you 'll", "playing ."), its STS-B is not.
    """
    return "".join(text.casefold().split())
