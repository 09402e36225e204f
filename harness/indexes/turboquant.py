"""Exhaustive search of TurboQuant_mse codes (Zandieh et al. 2025, arXiv 2504.19874) by faiss.

Rows are rotated at random and quantized; a query is rotated and stays float32. It is compared by inner
products with decoded rows, whose lengths differ a little: a cosine would divide by them.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from harness.codecs.faiss_codes import Metric, metric_type
from harness.codecs.frames import frame, wider
from harness.codecs.rotation import rotated
from harness.evaluation.rotated import RotatedIndex
from harness.evaluation.search import FaissIndex
from harness.types import Floats

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``bits``: of a row's dimension; ``extra_bytes``: of a code for more dimensions than the rows have.

    ``metric``: what rows are compared by.
    """

    bits: int = Field(default=2, ge=1, le=4)
    extra_bytes: int = Field(default=0, ge=0)
    metric: Metric = "inner-product"


def build(vectors: Floats, params: Params, seed: int) -> RotatedIndex:
    """Return the index of unit vectors (n, d) float32, rotated by ``seed``."""
    import faiss

    dimension = vectors.shape[1]
    width = wider(dimension, params.bits, params.extra_bytes)
    rotation = frame(dimension, width, seed)
    new: Any = faiss  # its stubs lack the newer types
    kind = getattr(new.ScalarQuantizer, f"QT_{params.bits}bit_tqmse")
    codes = new.IndexScalarQuantizer(width, kind, metric_type(params.metric))
    rows = rotated(vectors, rotation)
    codes.train(rows)
    codes.add(rows)
    return RotatedIndex(FaissIndex(codes), rotation)
