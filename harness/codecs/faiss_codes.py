"""The quantizers of faiss 1.15 for randomly rotated vectors: TurboQuant (two forms) and EDEN.

None of them is trained on vectors: the codebooks are Lloyd's and Max's for a normal distribution.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from harness.types import Bytes, Floats

EDEN_FACTORS = 8  # bytes behind each code: a squared length and the scale, float32 each
PROD_FACTORS = 8  # bytes behind each code: the vector's length and its residual's, float32 each
Scale = Literal["paper", "faiss"]
# What an index compares by. On unit vectors the exact values order alike, so that the orders differ by the
# estimators alone: L2 takes the length of a decoded row, or the stored one, into account.
Metric = Literal["inner-product", "l2"]


def mse_quantizer(width: int, bits: int) -> Any:
    """Return TurboQuant_mse of faiss (``SQtqmse``) for unit vectors of ``width`` dimensions."""
    return _trained(width, f"QT_{bits}bit_tqmse")


def prod_quantizer(width: int, bits: int) -> Any:
    """Return TurboQuant_prod of faiss (``SQtq``): ``bits`` - 1 of TurboQuant_mse, then one of QJL.

    The signs of its Hadamard transform are the same in every quantizer: Python cannot set their seed. What
    is random is the rotation before it.
    """
    return _trained(width, f"QT_{bits}bit_tq")


def prod_codes(quantizer: Any, rotated: Floats, scale: Scale) -> Bytes:
    """Return the codes of TurboQuant_prod with their residual's length at the ``scale`` asked for.

    The paper (arXiv 2504.19874, Algorithm 2) adds sqrt(pi/2) / d times the residual's length times S^T signs,
    where S has entries N(0, 1). faiss takes an orthonormal transform H of p dimensions for S and keeps the
    factor, so that its correction is sqrt(p) too small: S stands for sqrt(p) H. 'paper' stores the length
    sqrt(p) times as large, with which faiss decodes and searches as the paper does. 'faiss' leaves it.
    """
    codes: Bytes = quantizer.compute_codes(np.ascontiguousarray(rotated))
    if scale == "paper":
        length = np.ascontiguousarray(codes[:, -4:]).view("<f4")
        corrected = length * np.float32(np.sqrt(hadamard_width(rotated.shape[1])))
        codes[:, -4:] = np.ascontiguousarray(corrected).view(np.uint8)
    return codes


def hadamard_width(width: int) -> int:
    """Return p, the power of two that faiss pads ``width`` dimensions to for its Hadamard transform."""
    return 1 << (width - 1).bit_length()


def metric_type(metric: Metric) -> int:
    """Return faiss's number of a metric."""
    import faiss

    return int(faiss.METRIC_L2 if metric == "l2" else faiss.METRIC_INNER_PRODUCT)


def eden_index(rows: Floats, bits: int, *, biased: bool, metric: Metric = "inner-product") -> Any:
    """Return an empty index of EDEN, centred on the mean of ``rows`` (n, width)."""
    import faiss

    new: Any = faiss  # its stubs lack EDEN
    kind = new.EDENScaleType_BIASED if biased else new.EDENScaleType_UNBIASED
    index = new.IndexEDEN(rows.shape[1], metric_type(metric), bits, kind)
    index.train(np.ascontiguousarray(rows))
    return index


def _trained(width: int, name: str) -> Any:
    import faiss

    new: Any = faiss.ScalarQuantizer  # its stubs lack the newer types
    quantizer = new(width, getattr(new, name))
    quantizer.train(np.zeros((1, width), np.float32))
    return quantizer
