"""When two sentences are the same: the one rule that every audit uses.

A text is compared in a normal form: Unicode's NFKC (an umlaut as one character or as two, a ligature, a
full-width letter), case folded, without characters that nobody sees (controls, soft hyphens, zero-width
spaces and joiners, byte-order marks, variation selectors).
"""

from __future__ import annotations

import functools
import re
import unicodedata

# Ignorable by Unicode's property Default_Ignorable_Code_Point, although of no category of the invisible.
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return the normal form of ``text`` with white space left out; folding it again changes nothing.

    White space is left out, rather than made one space, because copies of the same set differ in it: the
    hub's STS12-16 are tokenised ("you 'll", "playing ."), its STS-B is not.

    >>> fold("You 'll \N{LATIN SMALL LIGATURE FI}nd it .") == fold("you'll find it.")
    True
    """
    # Repeat until nothing changes: the removed white space may have kept two characters apart.
    while (folded := "".join(_normal(text).split())) != text:
        text = folded
    return text


def words(text: str) -> list[str]:
    """Return the words of the normal form of ``text``, in order: runs of letters and digits.

    >>> words("Rain fell, all night.")
    ['rain', 'fell', 'all', 'night']
    """
    while (normal := _normal(text)) != text:
        text = normal
    return _WORD.findall(text)


def _normal(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.lower()  # the same result, many times faster
    # What is invisible goes first: between a letter and its accent it would keep them two characters.
    invisible = dict.fromkeys(ord(char) for char in set(text) if _invisible(char))
    visible = text.translate(invisible) if invisible else text
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())


@functools.cache
def _invisible(char: str) -> bool:
    """Return whether nobody sees ``char``, and it is no white space either."""
    unseen = unicodedata.category(char) in {"Cc", "Cf"} or _IGNORABLE.match(char) is not None
    return unseen and not char.isspace()
