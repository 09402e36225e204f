"""Codecs that are fitted again on each call, as tools do that take ranges from the vectors given to them.

A test set is two calls: its queries and its documents, or the first and the second texts of its pairs. The
same vector then has other codes in another call. Such a codec sees the vectors that it is tested on; that is
what is measured of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from harness.codecs.pipeline import Fitter, Pipeline
from harness.errors import InputError
from harness.planning.steps import Step
from harness.types import Bytes, Codec, Floats, Mask, PairSet

QUERIES, DOCUMENTS = 0, 1


@runtime_checkable
class FittedOnCalls(Codec, Protocol):
    """A codec that can be fitted on the vectors of one call."""

    def for_call(self, x: Floats, side: int) -> Codec:
        """Return the codec of the call with vectors ``x`` (n, D), of the side QUERIES or DOCUMENTS."""


class CallFitter(Fitter):
    """Fits as ``fitter`` does, and has a codec that is fitted on calls meet test sets as two calls each."""

    def __init__(self, fitter: Fitter, tests: Mapping[str, PairSet], vectors: Mapping[str, Floats]) -> None:
        self._fitter = fitter
        self._sets = [(data, vectors[name]) for name, data in tests.items()]

    def fit(self, steps: tuple[Step, ...]) -> Pipeline:
        """Return the fitted pipeline; raise InputError where a step is before one that is fitted on calls."""
        pipeline = self._fitter.fit(steps)
        last = pipeline.codecs[-1]
        if not isinstance(last, FittedOnCalls):
            return pipeline
        if len(steps) > 1:
            raise InputError(f"steps: found {steps[0].use} before {steps[-1].use}, expected the latter alone")
        return Pipeline(steps, (cast("Codec", _OnCalls(last, self._sets)),))  # its facts are the codec's


class _OnCalls:
    """A codec on whole test sets: each side is encoded and decoded by the codec of its own call."""

    def __init__(self, codec: FittedOnCalls, sets: list[tuple[PairSet, Floats]]) -> None:
        self.reconstructs = codec.reconstructs
        self.side_bytes = codec.side_bytes
        self.state = codec.state
        self._codec = codec
        self._sets = sets
        self._last: tuple[Bytes, list[tuple[Mask, Codec]]] | None = None

    def encode(self, x: Floats) -> Bytes:
        """Return the codes of all rows of a test set; raise InputError for other rows."""
        data = next((data for data, vectors in self._sets if vectors is x), None)
        if data is None:
            raise InputError(f"found {len(x)} rows, expected a whole test set: ranges are those of a call")
        asking = first_call(data)
        calls = [(rows, self._codec.for_call(x[rows], side)) for rows, side in _sides(asking)]
        parts = [(rows, codec.encode(x[rows])) for rows, codec in calls]
        codes = np.empty((len(x), parts[0][1].shape[1]), np.uint8)
        for rows, part in parts:
            codes[rows] = part
        self._last = codes, calls
        return codes

    def decode(self, codes: Bytes) -> Floats:
        """Return what the codes that ``encode`` returned last stand for."""
        if self._last is None or self._last[0] is not codes:
            raise InputError(f"found {len(codes)} codes, expected those of the set encoded last")
        parts = [(rows, codec.decode(codes[rows])) for rows, codec in self._last[1]]
        decoded: NDArray[Any] = np.empty((len(codes), parts[0][1].shape[1]), np.float32)
        for rows, part in parts:
            decoded[rows] = part
        return decoded


def first_call(data: PairSet) -> Mask:
    """Return which rows (n,) are queries, or first texts of pairs; InputError for a row that is both."""
    asking = np.zeros(data.rows, bool)
    asking[data.pairs[:, 0] if data.queries is None else data.queries] = True
    both = np.flatnonzero(asking[data.pairs[:, 1]])
    if len(both) or not asking.any():
        row = int(data.pairs[both[0], 1]) if len(both) else 0
        raise InputError(f"{data.name}: row {row} is on no side of its own, expected first and second texts")
    return asking


def _sides(asking: Mask) -> list[tuple[Mask, int]]:
    return [(asking, QUERIES), (~asking, DOCUMENTS)]
