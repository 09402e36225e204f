"""The planned pipelines fitted and measured, until the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from harness.audit.candidates import Candidate
from harness.audit.frontier import Row, complete, row
from harness.audit.measuring import Truth, encode, measure
from harness.audit.preparing import Prepared
from harness.audit.rows import Progress
from harness.audit.threads import in_threads
from harness.codecs.pipeline import Fitter, Pipeline
from harness.errors import InputError, one_line
from harness.evidence.schema.audit import LeftOutConfiguration
from harness.types import Training

SEED = 0
# Too few rows, codes that decode to no direction, or a library that cannot fit these rows.
_UNFIT = (InputError, np.linalg.LinAlgError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Rows of the frontier, the fitted pipelines by their text, what was left out, and seconds each took."""

    rows: tuple[Row, ...]
    pipelines: dict[str, Pipeline]
    left_out: tuple[LeftOutConfiguration, ...]
    seconds: dict[str, float]


def sweep(
    prepared: Prepared, deadline: float, workers: int, on_progress: Progress, clock: Callable[[], float]
) -> Sweep:
    """Return what was measured of the planned pipelines; those not begun by the ``deadline`` are left out.

    ``workers`` threads measure a pipeline each: what takes time runs outside of Python.
    """
    measuring = _Measuring(prepared, deadline, clock)
    chosen = prepared.planned.chosen
    done = []
    for one in in_threads(measuring.one, chosen, workers):
        done.append(one)
        on_progress("pipelines measured", len(done), len(chosen))
    order = {each.text: i for i, each in enumerate(chosen)}
    done.sort(key=lambda one: order[one.text])
    return Sweep(
        rows=tuple(complete([each for one in done for each in one.rows], prepared.question.target)),
        pipelines={one.text: one.pipeline for one in done if one.pipeline is not None},
        left_out=tuple(
            LeftOutConfiguration(pipeline=one.text, reason=one.reason) for one in done if one.reason
        ),
        seconds={one.text: round(one.seconds, 3) for one in done},
    )


@dataclass(frozen=True, slots=True)
class _One:
    text: str
    pipeline: Pipeline | None
    rows: tuple[Row, ...]
    reason: str
    seconds: float


class _Measuring:
    """Fits and measures one pipeline after the other on the same training and held-out rows."""

    def __init__(self, prepared: Prepared, deadline: float, clock: Callable[[], float]) -> None:
        self._prepared, self._deadline, self._clock = prepared, deadline, clock
        vectors = np.ascontiguousarray(prepared.inputs.vectors[prepared.split.train])
        train = Training(vectors, np.empty((0, 2), np.int64), None)
        self._train, self._truth = train, Truth(prepared.data, prepared.question.target.k)

    def one(self, candidate: Candidate) -> _One:
        """Return what fitting and measuring a candidate came to; beyond the deadline, nothing but that."""
        begun = self._clock()
        if begun > self._deadline:
            return _One(candidate.text, None, (), "time", 0.0)
        try:
            # A fitter of its own: the same as harness fit makes of these rows, and no state between threads.
            pipeline = Fitter(self._train, {"seed": SEED}).fit(candidate.steps)
            rows = self._rows(candidate, pipeline)
        except _UNFIT as error:
            return _One(candidate.text, None, (), one_line(error), self._clock() - begun)
        return _One(candidate.text, pipeline, rows, "", self._clock() - begun)

    def _rows(self, candidate: Candidate, pipeline: Pipeline) -> tuple[Row, ...]:
        data, question = self._prepared.data, self._prepared.question
        encoded = encode(pipeline, data)
        sizes = pipeline.sizes(encoded.codes, 4 * data.corpus.shape[1])
        rows = []
        for name, form in measure(data, self._truth, encoded).items():
            one = row(
                candidate, name, form, sizes, data, self._prepared.samples, self._prepared.before, question
            )
            rows += [one] if one is not None else []
        return tuple(rows)


def now() -> float:
    """Return seconds of a clock that never goes back."""
    return time.monotonic()
