"""Exhaustive search of EDEN codes (Vargaftik et al. 2022) by faiss.

Rows are centred on their mean, rotated at random and quantized; a query is rotated and stays float32. The
stored scale of a row makes its inner products unbiased, or its error least.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from harness.codecs.faiss_codes import Metric, eden_index
from harness.codecs.frames import frame, wider
from harness.codecs.rotation import rotated
from harness.evaluation.rotated import RotatedIndex
from harness.evaluation.search import FaissIndex
from harness.types import Floats

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``bits``: of a row's dimension; ``extra_bytes``: of a code for more dimensions than the rows have.

    ``metric``: what rows are compared by; ``scale``: unbiased inner products, or the least error.
    """

    bits: int = Field(default=2, ge=1, le=8)
    extra_bytes: int = Field(default=0, ge=0)
    metric: Metric = "inner-product"
    scale: Literal["unbiased", "biased"] = "unbiased"


def build(vectors: Floats, params: Params, seed: int) -> RotatedIndex:
    """Return the index of unit vectors (n, d) float32, rotated by ``seed``."""
    dimension = vectors.shape[1]
    width = wider(dimension, params.bits, params.extra_bytes)
    rotation = frame(dimension, width, seed)
    rows = rotated(vectors, rotation)
    codes = eden_index(rows, params.bits, biased=params.scale == "biased", metric=params.metric)
    codes.add(rows)
    return RotatedIndex(FaissIndex(codes), rotation)
