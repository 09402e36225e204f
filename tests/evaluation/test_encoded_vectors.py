"""Rows after a pipeline, made once: each part is what the pipeline makes of the rows."""

from __future__ import annotations

import numpy as np
import pytest

from harness.codecs.pipeline import Fitter
from harness.evaluation.encoded_vectors import encode
from harness.planning.cells import Step
from harness.types import Training


@pytest.mark.parametrize(
    "last",
    [
        Step("fsq", {"levels": [8, 8, 5], "steps": 5, "batch": 64}),
        Step("fsq", {"levels": [8, 8, 5], "steps": 5, "batch": 64, "hidden": 16}),
        Step("residual-vq", {"stages": 2, "codewords": 16, "dims": 4, "steps": 5, "batch": 64}),
        Step("hierarchical-vq", {"levels": [4, 4, 3], "iterations": 2}),
        Step("scalar", {"bits": 4}),
    ],
    ids=["fsq", "fsq-hidden", "residual-vq", "hierarchical-vq", "scalar"],
)
def test_codes_of_some_rows_are_those_rows_codes(last: Step) -> None:
    """Of codes that are described, those of some rows are the same encoded alone: they need not be again."""
    x = np.random.default_rng(0).standard_normal((600, 24)).astype(np.float32)
    train = Training(x[:300], np.empty((0, 2), np.int64), None)
    pipeline = Fitter(train, {"seed": 0}).fit((Step("normalize", {}), last))
    encoded = encode(pipeline, x, asymmetric=False)
    rows = np.arange(0, 600, 3)
    assert encoded.codes[rows].tobytes() == pipeline.encode(np.ascontiguousarray(x[rows])).tobytes()
    assert encoded.codes.tobytes() == pipeline.encode(x).tobytes()
    assert encoded.decoded.tobytes() == pipeline.decode(encoded.codes).tobytes()
    assert encoded.last_input.tobytes() == pipeline.through(x, 1).tobytes()
    assert encoded.queries is encoded.decoded
    assert encoded.index is None
