"""Exhaustive search of TurboQuant_prod codes (Zandieh et al. 2025, arXiv 2504.19874) by faiss.

Rows are rotated at random and quantized in two stages; a query is rotated and stays float32. The second stage
is at the paper's scale or at that of faiss (`codecs/faiss_codes.py`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from harness.codecs.faiss_codes import Metric, Scale, metric_type, prod_codes, prod_quantizer
from harness.codecs.frames import frame, wider
from harness.codecs.rotation import rotated
from harness.evaluation.rotated import RotatedIndex
from harness.evaluation.search import FaissIndex
from harness.types import Floats

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``bits``: of a row's dimension, the second stage's included; ``scale``: of that stage.

    ``extra_bytes``: of a code for more dimensions than the rows have; ``metric``: what rows are compared by.
    """

    bits: int = Field(default=2, ge=2, le=5)
    extra_bytes: int = Field(default=0, ge=0)
    metric: Metric = "inner-product"
    scale: Scale = "paper"


def build(vectors: Floats, params: Params, seed: int) -> RotatedIndex:
    """Return the index of unit vectors (n, d) float32, rotated by ``seed``."""
    import faiss

    dimension = vectors.shape[1]
    width = wider(dimension, params.bits, params.extra_bytes)
    rotation = frame(dimension, width, seed)
    rows = rotated(vectors, rotation)
    quantizer = prod_quantizer(width, params.bits)
    new: Any = faiss  # its stubs lack the newer types
    index = new.IndexScalarQuantizer(width, quantizer.qtype, metric_type(params.metric))
    index.train(np.zeros((1, width), np.float32))
    index.add_sa_codes(prod_codes(quantizer, rows, params.scale))
    return RotatedIndex(FaissIndex(index), rotation)
