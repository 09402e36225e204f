"""Rows after a pipeline: each part is what the pipeline makes of the rows, in one block or in several."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.codecs.pipeline import Fitter, Pipeline
from harness.data.blocks import BLOCK_ROWS
from harness.errors import InputError
from harness.evaluation.encoded_vectors import EncodedVectors, encode
from harness.planning.cells import Step
from harness.types import Floats, Training

LARGE = BLOCK_ROWS + 3_000


def rows(count: int, dimension: int) -> Floats:
    """Return random rows."""
    return np.random.default_rng(0).standard_normal((count, dimension)).astype(np.float32)


def fitted(x: Floats, *steps: Step) -> Pipeline:
    """Return steps fitted on ``x``."""
    return Fitter(Training(x, np.empty((0, 2), np.int64), None), {"seed": 0}).fit(steps)


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
    x = rows(600, 24)
    pipeline = fitted(x[:300], Step("normalize", {}), last)
    encoded = encode(pipeline, x, asymmetric=False)
    every, some = encoded.rows(np.arange(600)), np.arange(0, 600, 3)
    assert (
        np.concatenate(list(encoded.codes(some))).tobytes()
        == pipeline.encode(np.ascontiguousarray(x[some])).tobytes()
    )
    assert every.codes.tobytes() == pipeline.encode(x).tobytes()
    assert every.decoded.tobytes() == pipeline.decode(every.codes).tobytes()
    assert every.decoded[some].tobytes() == encoded.decoded(some).tobytes()
    assert every.last_input.tobytes() == pipeline.through(x, 1).tobytes()
    assert every.queries is every.decoded
    assert encoded.index is None


@pytest.fixture
def in_a_file(tmp_path: Path) -> EncodedVectors:
    """Return more rows than one block has, in a file, after 4 bits a dimension."""
    x = rows(LARGE, 4)
    np.save(tmp_path / "rows.npy", x)
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    return encode(fitted(x[:300], Step("scalar", {"bits": 4})), mapped, asymmetric=False)


def test_a_large_set_is_what_its_rows_are_in_one_call(in_a_file: EncodedVectors) -> None:
    """Blocks, and rows by number, have the codes and vectors of all rows encoded at once."""
    x = rows(LARGE, 4)
    pipeline = fitted(x[:300], Step("scalar", {"bits": 4}))
    codes = pipeline.encode(x)
    assert [0, BLOCK_ROWS] == [start for start, _ in in_a_file.blocks()]
    assert codes.tobytes() == b"".join(block.codes.tobytes() for _, block in in_a_file.blocks())
    assert codes.tobytes() == np.concatenate(list(in_a_file.codes(np.arange(LARGE)))).tobytes()
    some = np.array([LARGE - 1, 5, 70])
    assert pipeline.decode(codes[some]).tobytes() == in_a_file.rows(some).decoded.tobytes()


def test_searched_rows_come_with_their_positions_and_are_counted(in_a_file: EncodedVectors) -> None:
    """Of every third row the second block begins at its position among them; 7 queries search them."""
    some = np.arange(0, LARGE, 3)
    parts = list(in_a_file.searched(some, 7))
    assert [0, int(np.searchsorted(some, BLOCK_ROWS))] == [position for position, _ in parts]
    assert np.array_equal(in_a_file.decoded(some), np.concatenate([part for _, part in parts]))
    assert 7 * len(some) == in_a_file.cost.products


def test_what_is_read_through_is_timed_and_single_rows_are_not(in_a_file: EncodedVectors) -> None:
    """The cost of a vector is that of blocks."""
    in_a_file.rows(np.arange(5))
    assert (0, 0.0) == (in_a_file.cost.vectors, in_a_file.cost.encode_seconds)
    list(in_a_file.codes(np.arange(5)))
    assert in_a_file.cost.vectors == LARGE
    assert min(in_a_file.cost.encode_seconds, in_a_file.cost.decode_seconds) > 0


def test_rows_of_a_large_set_are_gathered_up_to_a_limit(tmp_path: Path) -> None:
    """An index needs all of them in memory: the line says how many bytes they have."""
    width, count = 2_048, 300_000
    np.lib.format.open_memmap(tmp_path / "rows.npy", "w+", np.float32, (count, width)).flush()  # a hole
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    encoded = encode(fitted(rows(40, width), Step("identity", {})), mapped, asymmetric=False)
    with pytest.raises(InputError, match=r"decoded rows: found 2,457,600,000 bytes of vectors, expected at"):
        encoded.decoded(np.arange(count))
