"""The rows of a test set after compression, made once: series, sizes, code usage and timings read them.

All rows of a set are encoded in one call. Codes are not computed again for some of the rows: a code does not
depend on the rows beside it (``tests/compressors`` checks that of every compressor), while the last bits of a
matrix product may.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.codecs.pipeline import Pipeline
from harness.errors import InputError
from harness.evaluation.search import Index
from harness.types import Bytes, Floats


@dataclass(frozen=True, slots=True)
class EncodedVectors:
    """The n rows of a set: as they enter the last step, their codes, and as they are compared.

    ``last_input`` (n, e) float32; ``codes`` (n, bytes a vector) uint8; ``decoded`` (n, d) float32;
    ``queries`` (n, d) float32: the rows as they query, which are the decoded ones, or those that enter the
    last step where the comparison is asymmetric. ``index`` holds the unit-length decoded rows that are
    searched, in the order of ``SampledRows.rows``; None where no index is asked for.
    """

    last_input: Floats
    codes: Bytes
    decoded: Floats
    queries: Floats
    index: Index | None = None


def encode(pipeline: Pipeline, vectors: Floats, *, asymmetric: bool) -> EncodedVectors:
    """Return the rows ``vectors`` (n, D) float32 after a pipeline, without an index.

    Asymmetric: the last step does not encode what queries, as in product quantization's asymmetric distance
    (Jégou, Douze, Schmid 2011). Raises InputError where that step maps into another space, told by other
    dimensions or by codes as large as the vectors.
    """
    last_input, last = pipeline.through(vectors, len(pipeline.steps) - 1), pipeline.codecs[-1]
    codes = last.encode(last_input)
    decoded = last.decode(codes)
    mapped = not last.reconstructs and codes.nbytes >= last_input.nbytes
    if asymmetric and (mapped or last_input.shape != decoded.shape):
        use = pipeline.steps[-1].use
        raise InputError(f"asymmetric: {use} maps into another space, expected a quantizer as the last step")
    return EncodedVectors(last_input, codes, decoded, last_input if asymmetric else decoded)
