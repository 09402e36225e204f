"""Contexts compute what cells share once, stay within bounds, and are never sent to a worker."""

from __future__ import annotations

import pickle
from pathlib import Path

from support.suites import SmallSuite

from harness.evaluation.context import OPEN, EncoderContext, EncoderSpec, open_context, spec_of
from harness.evidence.layout import Tree
from harness.planning.status import entries
from harness.types import Place


def spec(suite: SmallSuite, folder: Path, store: str = ".cache") -> EncoderSpec:
    """Return the spec of the small suite's encoder, its vectors in a store of its own."""
    path = suite()
    listed = entries(path, Place(path.parent, None, offline=True), Tree(folder / "out"))
    return spec_of(listed[0].inputs, "own", [entry.cell for entry in listed], folder / store)


def test_a_context_computes_each_part_once(small_suite: SmallSuite, tmp_path: Path) -> None:
    """Vectors, cosines, training and what is sampled stay the same objects."""
    context = EncoderContext(spec(small_suite, tmp_path))
    cells = context.evaluation("train-set")
    assert context.vectors is context.vectors
    assert context.before is cells.before
    assert cells is context.evaluation("train-set")
    assert cells.training is cells.training
    assert cells.sampled("test-set") is cells.sampled("test-set")
    assert cells.contaminations["test-set"] is context.contamination("test-set", "train-set")


def test_a_process_opens_equal_specs_once_and_keeps_few(small_suite: SmallSuite, tmp_path: Path) -> None:
    """A spec that came by pickle has the context that is open; of many, the oldest is closed."""
    first = spec(small_suite, tmp_path)
    context = open_context(first)
    assert context is open_context(pickle.loads(pickle.dumps(first)))  # noqa: S301 - our own bytes
    for i in range(OPEN):
        open_context(spec(small_suite, tmp_path, f"store-{i}"))
    assert context is not open_context(first)


def test_what_is_sent_to_a_worker_is_small(small_suite: SmallSuite, tmp_path: Path) -> None:
    """A spec has no vectors in it, also after its context has read them."""
    named = spec(small_suite, tmp_path)
    before = pickle.dumps(named)
    assert open_context(named).vectors
    assert before == pickle.dumps(named)
    assert len(before) < 20_000
