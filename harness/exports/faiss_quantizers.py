"""Quantizers of this project as those of faiss: the same arrays, and codes in faiss's order of bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from harness.compressors.pq import PQ
from harness.compressors.product_residual_quantizer import ProductResidualQuantizer
from harness.compressors.rabitq import MANY_SIGN_FACTORS, RaBitQ
from harness.compressors.residual_quantizer import ResidualQuantizer
from harness.compressors.scalar import Scalar
from harness.compressors.sign import Sign
from harness.exports.parts import Part, refused
from harness.types import Bytes, Codec, Floats

if TYPE_CHECKING:
    import faiss

_SCALARS = {4: "QT_4bit", 6: "QT_6bit", 8: "QT_8bit"}


def index_of(part: Part) -> tuple[list[faiss.VectorTransform], faiss.Index]:
    """Return the transforms that only the quantizer needs, and the empty index of its codes.

    Raises InputError for a quantizer that faiss does not have.
    """
    transforms: list[faiss.VectorTransform] = []
    match part.codec:
        case Scalar(bits) if bits not in _SCALARS:
            raise refused("faiss", part.use, f"4, 6 or 8 bits instead of {bits}", "numpy")
        case Scalar(bits, ranges):
            index = _scalar(bits, ranges)
        case Sign(dimension):
            index = new("IndexLSH", dimension, dimension, False, False)
        case PQ(centroids, dimension):
            transforms, index = _product(centroids, dimension)
        case ResidualQuantizer(codebooks, beam):
            index = _residual(codebooks, beam)
        case ProductResidualQuantizer():
            transforms, index = _product_residual(part.codec)
        case RaBitQ():
            transforms, index = _rabitq(part.codec)
        case _:
            raise refused("faiss", part.use, "a quantizer that faiss searches", "numpy")
    index.is_trained = True
    return transforms, index


def native_codes(codec: Codec, codes: Bytes, decoded: Floats) -> Bytes:
    """Return ``codes`` (n, B) uint8 of ``codec`` as faiss stores them; ``decoded`` (n, D) are its vectors."""
    match codec:
        case Sign():
            return np.packbits(np.unpackbits(codes, axis=1), axis=1, bitorder="little")
        case RaBitQ():
            return _factors(codec, codes, decoded)
        case _:
            return np.ascontiguousarray(codes)


def _scalar(bits: int, ranges: Floats) -> Any:
    import faiss

    kind = getattr(faiss.ScalarQuantizer, _SCALARS[bits])
    index = new("IndexScalarQuantizer", len(ranges) // 2, kind, faiss.METRIC_INNER_PRODUCT)
    faiss.copy_array_to_vector(ranges, index.sq.trained)
    return index


def _product(centroids: Floats, dimension: int) -> tuple[list[faiss.VectorTransform], Any]:
    import faiss

    parts, _, width = centroids.shape
    index = new("IndexPQ", parts * width, parts, 8, faiss.METRIC_INNER_PRODUCT)
    faiss.copy_array_to_vector(centroids.ravel(), index.pq.centroids)
    return _padding(dimension, parts * width), index


def _residual(codebooks: Floats, beam: int) -> Any:
    import faiss

    stages, _, dimension = codebooks.shape
    index = new("IndexResidualQuantizer", dimension, stages, 8, faiss.METRIC_INNER_PRODUCT)
    faiss.copy_array_to_vector(codebooks.ravel(), index.rq.codebooks)
    index.rq.max_beam_size, index.rq.is_trained = beam, True
    return index


def _product_residual(codec: ProductResidualQuantizer) -> tuple[list[faiss.VectorTransform], Any]:
    import faiss

    splits, stages, _, width = codec.codebooks.shape
    sizes = (splits * width, splits, stages, 8)
    index = new("IndexProductResidualQuantizer", *sizes, faiss.METRIC_INNER_PRODUCT)
    for i, books in enumerate(codec.codebooks):
        part = new("downcast_AdditiveQuantizer", index.prq.subquantizer(i))
        faiss.copy_array_to_vector(books.ravel(), part.codebooks)
        part.max_beam_size, part.is_trained = codec.beam, True
    faiss.copy_array_to_vector(codec.codebooks.ravel(), index.prq.codebooks)
    index.prq.is_trained = True
    return _padding(codec.dimension, splits * width), index


def _rabitq(codec: RaBitQ) -> tuple[list[faiss.VectorTransform], Any]:
    import faiss

    index = new("IndexRaBitQ", len(codec.mean), faiss.METRIC_INNER_PRODUCT, codec.bits)
    index.qb = 0  # queries stay float32
    turned = codec.mean.astype(np.float64)
    transforms: list[faiss.VectorTransform] = []
    if len(codec.rotation):
        turned = turned @ codec.rotation.astype(np.float64)
        rotation = new("LinearTransform", *codec.rotation.shape, False)
        faiss.copy_array_to_vector(np.ascontiguousarray(codec.rotation.T).ravel(), rotation.A)
        rotation.is_trained = rotation.is_orthonormal = True
        transforms.append(rotation)
    faiss.copy_array_to_vector(turned.astype(np.float32), index.center)
    return transforms, index


def _factors(codec: RaBitQ, codes: Bytes, decoded: Floats) -> Bytes:
    """Return codes with the factors of vectors around a centre c, for inner products with d = ``decoded``.

    faiss estimates <q, o> as <q - c, d - c> plus a term of the original vector o, stored with its code: after
    the signs |o - c|² - |o|² = |c|² - 2 <o, c>, after further bits <o - c, c>. Codes give d alone.
    """
    native, mean = codes.copy(), codec.mean.astype(np.float64)
    along = decoded.astype(np.float64) @ mean
    signs, rest = (-(-len(mean) * bits // 8) for bits in (1, codec.bits - 1))
    factors = {signs: mean @ mean - 2 * along}
    if codec.bits > 1:
        factors[signs + MANY_SIGN_FACTORS + rest] = along - mean @ mean
    for start, values in factors.items():
        native[:, start : start + 4] = values.astype("<f4")[:, None].view(np.uint8)
    return native


def _padding(dimension: int, width: int) -> list[faiss.VectorTransform]:
    """Return the transform that appends zeros up to ``width`` dimensions, where there are fewer."""
    if dimension == width:
        return []
    return [new("RemapDimensionsTransform", dimension, width, False)]


def new(name: str, *args: Any) -> Any:
    """Return what the function or class ``name`` of faiss gives: its stubs lack some arguments."""
    import faiss

    return getattr(faiss, name)(*args)
