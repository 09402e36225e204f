"""Bits, bytes and float32 numbers of codes as ONNX operators."""

from __future__ import annotations

import numpy as np

from harness.exports.onnx_graph import Graph

BYTE = np.arange(8, dtype=np.uint8)
WORD = np.arange(0, 32, 8, dtype=np.uint32)  # little endian


def pack(graph: Graph, numbers: str, count: int, bits: int, weights: str) -> str:
    """Return bytes (n, ceil(count bits / 8)) of ``numbers`` (n, count) uint8, ``bits`` bits of each.

    The lowest bit of a number comes first. ``weights``: 'little' where the first bit of a byte is the lowest.
    """
    shifted = graph.add("BitShift", graph.reshape(numbers, -1, count, 1), BYTE[:bits], direction="RIGHT")
    stream = graph.cast(graph.add("BitwiseAnd", shifted, np.array(1, np.uint8)), np.float32)
    padded = graph.zeros_after(graph.reshape(stream, -1, count * bits), -count * bits % 8)
    order = BYTE if weights == "little" else BYTE[::-1]
    octets = graph.reshape(padded, -1, -(-count * bits // 8), 8)
    return graph.cast(graph.total(graph.add("Mul", octets, np.float32(2) ** order), 2), np.uint8)


def unpack(graph: Graph, octets: str, width: int, count: int, bits: int, weights: str = "little") -> str:
    """Return numbers (n, count) float32 of ``bits`` bits each from bytes (n, width), as ``pack`` has them."""
    order = BYTE if weights == "little" else BYTE[::-1]
    shifted = graph.add("BitShift", graph.reshape(octets, -1, width, 1), order, direction="RIGHT")
    stream = graph.cast(graph.add("BitwiseAnd", shifted, np.array(1, np.uint8)), np.float32)
    used = graph.columns(graph.reshape(stream, -1, width * 8), 0, count * bits)
    weighted = graph.add("Mul", graph.reshape(used, -1, count, bits), np.float32(2) ** BYTE[:bits])
    return graph.total(weighted, 2)


def floats(graph: Graph, octets: str) -> str:
    """Return the number (n, 1) float32 whose bytes ``octets`` (n, 4) uint8 are."""
    shifted = graph.add("BitShift", graph.cast(octets, np.uint32), WORD, direction="LEFT")
    low, high = (graph.columns(shifted, i, i + 2) for i in (0, 2))
    halves = graph.add("BitwiseOr", low, high)
    word = graph.add("BitwiseOr", graph.columns(halves, 0, 1), graph.columns(halves, 1, 2))
    return graph.bit_cast(word, np.float32)


def octets_of(graph: Graph, number: str) -> str:
    """Return the bytes (n, 4) uint8 of a number (n, 1) float32; the inverse of ``floats``."""
    shifted = graph.add("BitShift", graph.bit_cast(number, np.uint32), WORD, direction="RIGHT")
    return graph.cast(graph.add("BitwiseAnd", shifted, np.array(255, np.uint32)), np.uint8)
