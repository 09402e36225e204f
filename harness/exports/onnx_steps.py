"""Encoding steps as ONNX operators: maps of float vectors, and quantizers from vectors to codes."""

from __future__ import annotations

import numpy as np

from harness.codecs.affine import Affine
from harness.codecs.networks import Coder
from harness.compressors.identity import Identity
from harness.compressors.normalize import Normalize
from harness.compressors.pq import PQ
from harness.compressors.scalar import AS_FAISS, Scalar
from harness.compressors.scalar_per_vector import PerVector
from harness.compressors.sign import Sign
from harness.exports import onnx_bits
from harness.exports.onnx_graph import Graph
from harness.types import ZERO_NORM, Codec, Floats


def mapped(graph: Graph, codec: Codec, x: str) -> str:
    """Return the vectors that a map makes of vectors ``x``."""
    match codec:
        case Affine(weights, bias):
            x = graph.add("Add", graph.add("MatMul", x, weights), bias)
        case Normalize(mean):
            moved = graph.add("Sub", graph.cast(x, np.float64), mean.astype(np.float64))
            squares = graph.add("ReduceSum", graph.add("Mul", moved, moved), np.array([1], np.int64))
            length = graph.add("Max", graph.add("Sqrt", squares), np.array(ZERO_NORM))
            x = graph.cast(graph.add("Div", moved, length), np.float32)
        case Coder():
            x = _network(graph, codec, x)
        case Identity():
            x = graph.add("Identity", x)
    return x


def encoded(graph: Graph, codec: Codec, x: str) -> bool:
    """Add the codes (n, B) uint8 of vectors ``x``, and return whether ``codec`` is a quantizer of these."""
    match codec:
        case Scalar(bits, ranges):
            _scalar(graph, bits, ranges, x)
        case Sign(dimension):
            signs = graph.cast(graph.add("GreaterOrEqual", x, np.float32(0)), np.uint8)
            onnx_bits.pack(graph, signs, dimension, 1, "big")
        case PQ(centroids, dimension):
            _nearest(graph, centroids, dimension, x)
        case PerVector():
            _per_vector(graph, x)
        case _:
            return False
    return True


def _network(graph: Graph, codec: Coder, x: str) -> str:
    network = codec.network
    if codec.columns != slice(None):
        x = graph.columns(x, codec.columns.start, codec.columns.stop)
    y: str | Floats = network["bias"]
    if "weights" in network:
        y = graph.add("Add", graph.add("MatMul", x, network["weights"]), y)
    if "inner" in network:
        hidden = graph.add(
            "Relu", graph.add("Add", graph.add("MatMul", x, network["inner"]), network["inner_bias"])
        )
        y = graph.add("Add", graph.add("MatMul", hidden, network["outer"]), y)
    return str(y)


def _scalar(graph: Graph, bits: int, ranges: Floats, x: str) -> None:
    low, width = np.split(ranges, 2)
    share = graph.add("Div", graph.add("Sub", x, low), np.where(width > 0, width, np.float32(1)))
    inside = graph.add(
        "Clip", graph.add("Mul", share, (width > 0).astype(np.float32)), np.float32(0), np.float32(1)
    )
    cells = np.float32((1 << bits) - (bits >= AS_FAISS))
    cell = graph.cast(graph.add("Floor", graph.add("Mul", inside, cells)), np.uint8)
    top = graph.add("Min", cell, np.array((1 << bits) - 1, np.uint8))
    if bits < 8:  # noqa: PLR2004 - a byte each already
        onnx_bits.pack(graph, top, len(low), bits, "little")


def _nearest(graph: Graph, centroids: Floats, dimension: int, x: str) -> None:
    """Add the numbers of the centroids nearest to the parts of ``x``: those of least |c|² - 2 <x, c>."""
    parts, _, width = centroids.shape
    padded = graph.zeros_after(x, parts * width - dimension)
    split = graph.add("Transpose", graph.reshape(padded, -1, parts, width), perm=[1, 0, 2])
    products = graph.add("MatMul", split, -2 * centroids.transpose(0, 2, 1))
    distances = graph.add("Add", products, np.square(centroids).sum(axis=2)[:, None, :])
    nearest = graph.add("ArgMin", distances, axis=2, keepdims=0)
    graph.cast(graph.add("Transpose", nearest, perm=[1, 0]), np.uint8)


def _per_vector(graph: Graph, x: str) -> None:
    axis = np.array([1], np.int64)
    low, high = graph.add("ReduceMin", x, axis), graph.add("ReduceMax", x, axis)
    width = graph.add("Sub", high, low)
    wide = graph.add("Where", graph.add("Greater", width, np.float32(0)), width, np.float32(1))
    share = graph.add("Div", graph.add("Sub", x, low), wide)
    levels = graph.cast(graph.add("Round", graph.add("Mul", share, np.float32(255))), np.uint8)
    ends = [onnx_bits.octets_of(graph, end) for end in (low, high)]
    graph.add("Concat", *ends, levels, axis=1)
