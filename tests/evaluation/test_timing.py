"""Timings: what is measured is there, in order, and of the pipeline that was asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from harness.codecs.pipeline import Fitter, Pipeline
from harness.evaluation.search import Index
from harness.evaluation.timing import timed
from harness.evidence.stamp import dumps
from harness.indexes import flat
from harness.planning.steps import Step
from harness.types import Floats, Training

TWO_STAGES = ["two stages, 2x", "two stages, 4x", "two stages, 10x"]


def fitted(*steps: Step) -> Pipeline:
    """Return the fitted steps."""
    x = np.random.default_rng(9).standard_normal((300, 16)).astype(np.float32)
    return Fitter(Training(x, np.empty((0, 2), np.int64), None), {"seed": 0}).fit(steps)


def exhaustive(vectors: Floats) -> Index:
    """Return the index of a cell that names none."""
    return flat.build(vectors, flat.Params(), 0)


def timings(pipeline: Pipeline, rows: Floats) -> dict[str, Any]:
    """Return the timings of rows, searched exhaustively."""
    return timed(pipeline, rows, pipeline.decode(pipeline.encode(rows)), exhaustive)


def spreads(timing: dict[str, Any]) -> Iterator[dict[str, float]]:
    """Return every spread of single calls."""
    yield timing["encode_one_ms"]
    yield {key: value for key, value in timing["encode_batch_ms"].items() if key != "vectors"}
    yield from timing["search_ms"].values()


@pytest.mark.parametrize("n", [5, 70, 400])
def test_what_is_measured_is_positive_and_in_order(n: int) -> None:
    """Milliseconds of single calls: half take no more than the median, few more than the 95th percentile."""
    rows = np.random.default_rng(0).standard_normal((n, 16)).astype(np.float32)
    timing = timings(fitted(Step("pca", {"dims": 6}), Step("scalar", {"bits": 8})), rows)
    encoded = {"encode_one_ms", "encode_batch_ms", "encode_batch_per_second"}
    assert {"rows", "index_build_seconds", "search_ms", "bytes"} | encoded == set(timing)
    assert min(n, 256) == timing["encode_batch_ms"]["vectors"]
    assert ["one stage", *TWO_STAGES] == list(timing["search_ms"])
    assert n == timing["rows"]
    assert 0 < timing["encode_batch_per_second"] < math.inf
    for spread in spreads(timing):
        assert {"p50", "p95", "per_second"} == set(spread)
        assert 0 < spread["p50"] <= spread["p95"] < math.inf
        assert 0 < spread["per_second"] < math.inf
        assert spread["per_second"] <= 1.01e3 / (
            spread["p50"] / 2
        )  # half of the calls take the median or more
    assert dumps(timing)  # JSON, without NaN and infinity


def test_bytes_are_those_of_the_codes_the_decoded_and_the_original_vectors() -> None:
    """100 vectors of 16 float32: 6 bytes of codes each, 6 float32 decoded."""
    rows = np.random.default_rng(0).standard_normal((100, 16)).astype(np.float32)
    sizes = timings(fitted(Step("pca", {"dims": 6}), Step("scalar", {"bits": 8})), rows)["bytes"]
    assert {"codes": 600, "decoded": 2400, "originals": 6400} == {
        key: size for key, size in sizes.items() if key != "index"
    }
    assert 2400 < sizes["index"] < 2500  # a header beside the vectors


def test_rows_are_left_as_they_are() -> None:
    """What is timed is not changed by it, and neither is what the pipeline makes of it afterwards."""
    rows = np.random.default_rng(0).standard_normal((50, 16)).astype(np.float32)
    before, pipeline = rows.copy(), fitted(Step("pq", {"subvectors": 4, "iterations": 2}))
    codes = pipeline.encode(rows).tobytes()
    timings(pipeline, rows)
    assert before.tobytes() == rows.tobytes()
    assert codes == pipeline.encode(rows).tobytes()
