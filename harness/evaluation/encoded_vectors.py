"""The rows of a test set after compression, computed once for series, sizes, code usage and timings.

All rows of a set are encoded in one call; codes of a subset are taken from these and not computed again. A
code does not depend on the rows beside it (``tests/compressors`` checks every compressor), but the last bits
of a matrix product may.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.codecs.pipeline import Pipeline
from harness.errors import InputError
from harness.evaluation.search import Index
from harness.types import Bytes, Floats


@dataclass(frozen=True, slots=True)
class EncodedVectors:
    """The n rows of a set before the last step, their codes, and the vectors that are compared.

    ``last_input`` (n, e) float32; ``codes`` (n, bytes a vector) uint8; ``decoded`` (n, d) float32;
    ``queries`` (n, d) float32 are the rows in their role as queries: ``decoded``, or ``last_input`` where the
    comparison is asymmetric. ``index`` holds the unit-length decoded rows that are searched, in the order of
    ``SampledRows.rows``; it is None where the cell needs no index.
    """

    last_input: Floats
    codes: Bytes
    decoded: Floats
    queries: Floats
    index: Index | None = None


def encode(pipeline: Pipeline, vectors: Floats, *, asymmetric: bool) -> EncodedVectors:
    """Return the rows ``vectors`` (n, D) float32 after a pipeline, without an index.

    Asymmetric: the last step does not encode queries, as in product quantization's asymmetric distance
    (Jégou, Douze, Schmid 2011). Raises InputError where that step maps into another space: its output has
    another dimension, or its codes are as large as the vectors.
    """
    last_input, last = pipeline.through(vectors, len(pipeline.steps) - 1), pipeline.codecs[-1]
    codes = last.encode(last_input)
    decoded = last.decode(codes)
    mapped = not last.reconstructs and codes.nbytes >= last_input.nbytes
    if asymmetric and (mapped or last_input.shape != decoded.shape):
        use = pipeline.steps[-1].use
        raise InputError(f"asymmetric: {use} maps into another space, expected a quantizer as the last step")
    return EncodedVectors(last_input, codes, decoded, last_input if asymmetric else decoded)
