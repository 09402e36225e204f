"""Pairs of a file of the mirror without those that share a sentence with another file's.

The sentences all stay, so that random pairs, neighbours and vectors are those of the whole set.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from harness.data.contamination import contamination
from harness.data.mirrored import Pinned
from harness.data.text_files import read_pairs
from harness.types import PairSet, Place


class Params(Pinned):
    """``path`` inside the mirror and its ``sha256``; ``without``: the same of the other file."""

    without: Pinned


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the bytes; raise BlockedError without a mirror or a file in it."""
    params.located(place)
    params.without.located(place)
    return {"use": "mirror-without", **params.model_dump()}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the set of pairs that are left; raise InputError where a file is not the pinned one.

    Which sentences are the same is the contamination audit's rule (``harness.data.identity``).
    """
    whole = read_pairs(params.checked(place), name, locate(params, place))
    other = read_pairs(params.without.checked(place), "without", {})
    unshared = ~contamination(whole, other).seen_sentence
    gold = None if whole.gold is None else whole.gold[unshared]
    return dataclasses.replace(whole, pairs=whole.pairs[unshared], gold=gold)
