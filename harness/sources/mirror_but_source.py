"""Pairs of a file of the mirror without those of some sources: folds by where sentences come from.

Each line of the file names its source under ``file`` (STS-B: MSRvid, headlines …). What is trained on others
is tested on another kind of text, which pairs of a random fold are not. The protocol ``decontaminated`` then
leaves out the pairs of the rest.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field

from harness.data.mirrored import Pinned
from harness.data.pair_sets import some_pairs
from harness.data.text_files import read_pairs, read_sources
from harness.errors import InputError
from harness.types import PairSet, Place


def _tuple(value: object) -> object:
    """Return a list, which TOML has, as a tuple: parameters are hashed."""
    return tuple(value) if isinstance(value, list) else value


class Params(Pinned):
    """``path`` inside the mirror and its ``sha256``; the names of the sources that are ``left_out``."""

    left_out: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = Field(min_length=1)


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the bytes and the sources; raise BlockedError without a mirror or its file."""
    params.located(place)
    return {"use": "mirror-but-source", **params.model_dump(mode="json")}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the pairs of the other sources, in order, and their sentences.

    Raises InputError where the file is not the pinned one, where a row names no source, and where no row has
    a source that is left out.
    """
    path = params.checked(place)
    whole = read_pairs(path, name, locate(params, place))
    sources = read_sources(path)
    if absent := set(params.left_out) - set(sources):
        raise InputError(f"{path}: found no pair of {', '.join(sorted(absent))}, expected some to leave out")
    return some_pairs(whole, np.array([source not in params.left_out for source in sources]), str(path))
