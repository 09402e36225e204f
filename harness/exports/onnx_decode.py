"""Decoding as ONNX operators: from codes to vectors."""

from __future__ import annotations

import numpy as np

from harness.compressors.lsq import LSQ
from harness.compressors.pq import PQ
from harness.compressors.product_residual_quantizer import ProductResidualQuantizer
from harness.compressors.rabitq import MANY_SIGN_FACTORS, RaBitQ
from harness.compressors.residual_quantizer import ResidualQuantizer
from harness.compressors.scalar import AS_FAISS, Scalar
from harness.compressors.scalar_per_vector import PerVector
from harness.compressors.sign import Sign
from harness.exports import onnx_bits
from harness.exports.onnx_graph import Graph
from harness.types import Codec, Floats


def decoded(graph: Graph, codec: Codec, codes: str) -> bool:
    """Add the vectors (n, d) float32 of ``codes``, and return whether ``codec`` is a quantizer of these."""
    match codec:
        case Sign(dimension):
            signs = onnx_bits.unpack(graph, codes, -(-dimension // 8), dimension, 1, "big")
            graph.add("Sub", graph.add("Mul", signs, np.float32(2)), np.float32(1))
        case Scalar(bits, ranges):
            _scalar(graph, bits, ranges, codes)
        case PerVector():
            low, high = (onnx_bits.floats(graph, graph.columns(codes, i, i + 4)) for i in (0, 4))
            levels = graph.cast(graph.columns(codes, 8, np.iinfo(np.int64).max), np.float32)
            share = graph.add("Div", levels, np.float32(255))
            graph.add("Add", low, graph.add("Mul", share, graph.add("Sub", high, low)))
        case PQ(centroids, dimension):
            _parts(graph, centroids[:, None], dimension, codes)
        case LSQ(codebooks) | ResidualQuantizer(codebooks):
            _parts(graph, codebooks[None], codebooks.shape[2], codes)
        case ProductResidualQuantizer(codebooks, dimension):
            _parts(graph, codebooks, dimension, codes)
        case RaBitQ():
            _rabitq(graph, codec, codes)
        case _:
            return False
    return True


def _scalar(graph: Graph, bits: int, ranges: Floats, codes: str) -> None:
    low, width = np.split(ranges, 2)
    octets = -(-len(low) * bits // 8)
    cells = onnx_bits.unpack(graph, codes, octets, len(low), bits)
    middle = graph.add("Add", cells, np.float32(0.5))
    share = graph.add("Div", middle, np.float32((1 << bits) - (bits >= AS_FAISS)))
    graph.add("Add", low, graph.add("Mul", share, width))


def _parts(graph: Graph, codebooks: Floats, dimension: int, codes: str) -> None:
    """Add the sums of the stages' codewords in each part; ``codebooks`` (parts, stages, 256, width)."""
    parts, stages, words, width = codebooks.shape
    rows = graph.add("Add", graph.cast(codes, np.int64), np.arange(parts * stages) * words)
    chosen = graph.add("Gather", codebooks.reshape(-1, width), rows, axis=0)
    sums = graph.total(graph.reshape(chosen, -1, parts, stages, width), 2)
    graph.columns(graph.reshape(sums, -1, parts * width), 0, dimension)


def _rabitq(graph: Graph, codec: RaBitQ, codes: str) -> None:
    dimension, more = len(codec.mean), codec.bits - 1
    signs, rest = (-(-dimension * bits // 8) for bits in (1, more))
    sign = onnx_bits.unpack(graph, graph.columns(codes, 0, signs), signs, dimension, 1)
    width = signs + rest + codec.side_bytes
    factor = onnx_bits.floats(graph, graph.columns(codes, width - 4, width))
    if more:
        start = signs + MANY_SIGN_FACTORS
        tail = onnx_bits.unpack(graph, graph.columns(codes, start, start + rest), rest, dimension, more)
        levels = graph.add("Add", graph.add("Mul", sign, np.float32(2**more)), tail)
        point = graph.add("Sub", levels, np.float32((2**codec.bits - 1) / 2))
    else:
        point = graph.add("Sub", graph.add("Mul", sign, np.float32(2)), np.float32(1))
        factor = graph.add("Mul", factor, np.float32(1 / np.sqrt(dimension)))
    point = graph.add("Mul", point, factor)
    if len(codec.rotation):
        turned = graph.add("MatMul", graph.cast(point, np.float64), codec.rotation.T.astype(np.float64))
        point = graph.cast(turned, np.float32)
    graph.add("Add", point, codec.mean)
