"""What a codec for a user's vectors needs: finite arrays, and one decoding for all rows."""

from __future__ import annotations

import numpy as np

from harness.codecs.calls import DOCUMENTS, QUERIES, FittedOnCalls
from harness.codecs.pipeline import Pipeline
from harness.errors import InputError
from harness.types import Codec, Floats


def check_finite(pipeline: Pipeline, where: str) -> None:
    """Raise InputError, with the step, where an array of a fitted ``pipeline`` has NaN or infinity.

    Training on correlations ends in NaN where a batch has equal scores: each is a division by 0.
    """
    for i, (step, codec) in enumerate(zip(pipeline.steps, pipeline.codecs, strict=True)):
        for key, array in codec.state().items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise InputError(
                    f"{where}: step {i}, {step.use}: found NaN or infinity in {key!r}, expected finite"
                    " numbers: fit on more pairs whose scores or cosines differ, or with a larger batch"
                )


def check_one_decoding(codec: Codec, x: Floats, where: str) -> None:
    """Raise InputError where ``codec`` decodes a code to one vector as a query, to another as a document.

    The codes of a file are all of one side, and the cosine of two such vectors means nothing. ``x`` (n, D)
    float32 are vectors to encode; ``where`` names the step.
    """
    if not isinstance(codec, FittedOnCalls):
        return
    with np.errstate(all="ignore"):  # arrays of a file may be of any size
        codes = codec.encode(x)
        query, document = (codec.for_call(x, side).decode(codes) for side in (QUERIES, DOCUMENTS))
    if not np.array_equal(query, document):
        raise InputError(
            f"{where}: found codes that decode differently for queries and for documents,"
            " expected one decoding for all, such as compare=decoded has"
        )
