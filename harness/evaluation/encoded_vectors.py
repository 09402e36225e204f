"""The rows of a test set after compression, for series, sizes, code usage and timings.

A set of at most BLOCK_ROWS rows is encoded in one call, once. A larger one is encoded block by block each
time that it is read through, and single rows are encoded alone: neither its codes nor its vectors are held. A
code does not depend on the rows beside it (``tests/compressors`` checks every compressor), but the last bits
of a matrix product may.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from harness import limits
from harness.codecs.pipeline import Pipeline
from harness.data.blocks import BLOCK_ROWS, blocks, selected, take
from harness.errors import InputError
from harness.evaluation.search import Index
from harness.types import Bytes, Floats, Ints


@dataclass(frozen=True, slots=True)
class Encoded:
    """Some rows before the last step, their codes, and the vectors that are compared.

    ``last_input`` (m, e) float32; ``codes`` (m, bytes a vector) uint8; ``decoded`` (m, d) float32;
    ``queries`` (m, d) float32 are the rows in their role as queries: ``decoded``, or ``last_input`` where the
    comparison is asymmetric.
    """

    last_input: Floats
    codes: Bytes
    decoded: Floats
    queries: Floats


@dataclass(slots=True)
class Cost:
    """CPU seconds that it took to encode and decode ``vectors``, and to rank ``products`` with queries."""

    vectors: int = 0
    encode_seconds: float = 0.0
    decode_seconds: float = 0.0
    products: int = 0
    search_seconds: float = 0.0


class EncodedVectors:
    """The n rows of a set after a pipeline.

    ``index`` holds the unit-length decoded rows that are searched, in the order of ``SampledRows.rows``; it
    is None where the cell needs no index. ``cost`` is measured on the way.
    """

    def __init__(self, pipeline: Pipeline, vectors: Floats, *, asymmetric: bool) -> None:
        self.index: Index | None = None
        self.cost = Cost()
        self._pipeline = pipeline
        self._vectors = vectors
        self._asymmetric = asymmetric
        self._whole = self._encoded(vectors) if len(vectors) <= BLOCK_ROWS else None

    def rows(self, numbers: Ints) -> Encoded:
        """Return the rows ``numbers`` (m,) after the pipeline."""
        if self._whole is None:
            return self._encoded(take(self._vectors, numbers), counted=False)
        whole = self._whole
        return self._named(whole.last_input[numbers], whole.codes[numbers], whole.decoded[numbers])

    def blocks(self) -> Iterator[tuple[int, Encoded]]:
        """Yield the number of the first row and the rows of each block, in order."""
        if self._whole is not None:
            yield 0, self._whole
        else:
            for start, x in blocks(self._vectors):
                block = self._encoded(x)
                del x  # and what follows: one block is in memory at a time
                yield start, block
                del block

    def searched(self, rows: Ints, queries: int) -> Iterator[tuple[int, Floats]]:
        """Yield the decoded ``rows`` (m,), which ascend, in blocks, each with the position of its first row.

        So many ``queries`` search them: what happens until the next block is asked for is their search.
        """
        for start, decoded in self._decoded(rows):
            self.cost.products += queries * len(decoded)
            given = time.process_time()
            yield start, decoded
            self.cost.search_seconds += time.process_time() - given
            del decoded

    def decoded(self, rows: Ints) -> Floats:
        """Return the decoded ``rows`` (m,), which ascend; raise InputError where they exceed memory."""
        if self._whole is None:
            width = self.rows(rows[:1]).decoded.shape[1]
            limits.SEARCHED_BYTES.check(4 * width * len(rows), "decoded rows")
        return np.concatenate([block for _, block in self._decoded(rows)])

    def codes(self, rows: Ints) -> Iterator[Bytes]:
        """Yield the codes of ``rows`` (m,), which ascend, in blocks."""
        for _, codes in selected(((start, block.codes) for start, block in self.blocks()), rows):
            yield codes

    def _decoded(self, rows: Ints) -> Iterator[tuple[int, Floats]]:
        return selected(self._decoded_blocks(), rows)

    def _decoded_blocks(self) -> Iterator[tuple[int, Floats]]:
        for start, block in self.blocks():
            decoded = block.decoded
            del block
            yield start, decoded
            del decoded

    def _encoded(self, x: Floats, *, counted: bool = True) -> Encoded:
        start = time.process_time()
        last_input, last = self._pipeline.through(x, len(self._pipeline.steps) - 1), self._pipeline.codecs[-1]
        codes = last.encode(last_input)
        encoded = time.process_time()
        decoded = last.decode(codes)
        if counted:
            self.cost.vectors += len(x)
            self.cost.encode_seconds += encoded - start
            self.cost.decode_seconds += time.process_time() - encoded
        return self._named(last_input, codes, decoded)

    def _named(self, last_input: Floats, codes: Bytes, decoded: Floats) -> Encoded:
        return Encoded(last_input, codes, decoded, last_input if self._asymmetric else decoded)


def encode(pipeline: Pipeline, vectors: Floats, *, asymmetric: bool) -> EncodedVectors:
    """Return the rows ``vectors`` (n, D) float32 after a pipeline, without an index.

    Asymmetric: the last step does not encode queries, as in product quantization's asymmetric distance
    (Jégou, Douze, Schmid 2011). Raises InputError where that step maps into another space: its output has
    another dimension, or its codes are as large as the vectors.
    """
    encoded, last = EncodedVectors(pipeline, vectors, asymmetric=asymmetric), pipeline.codecs[-1]
    first = encoded.rows(np.arange(1))
    mapped = not last.reconstructs and first.codes.nbytes >= first.last_input.nbytes
    if asymmetric and (mapped or first.last_input.shape != first.decoded.shape):
        use = pipeline.steps[-1].use
        raise InputError(f"asymmetric: {use} maps into another space, expected a quantizer as the last step")
    return encoded
