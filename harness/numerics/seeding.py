"""Random generators seeded by a name: the same draws for the same name, on every machine."""

from __future__ import annotations

import hashlib

import numpy as np


def seeded_generator(name: str) -> np.random.Generator:
    """Return a generator seeded by the sha256 of ``name``, which says what is drawn and of what."""
    return np.random.default_rng(list(hashlib.sha256(name.encode()).digest()))
