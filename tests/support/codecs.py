"""Codecs fitted on a few vectors, the same ones for the same pipeline."""

from __future__ import annotations

import functools

import numpy as np

from harness.deploy import Codec, fit, parse_pipeline
from harness.types import Floats

ROWS, DIMENSION = 300, 22


@functools.cache
def vectors() -> Floats:
    """Return (300, 22) float32: correlated components of falling variance, around a mean that is not zero."""
    rng = np.random.default_rng(0)
    mixed = rng.standard_normal((ROWS, DIMENSION)) / np.sqrt(1 + np.arange(DIMENSION))
    turned = np.linalg.qr(rng.standard_normal((DIMENSION, DIMENSION)))[0]
    return (mixed @ turned + 0.3).astype(np.float32)


@functools.cache
def fitted(pipeline: str) -> tuple[Codec, Floats]:
    """Return a codec of the pipeline, and the vectors that it was fitted on."""
    return fit(vectors(), parse_pipeline(pipeline)), vectors()
