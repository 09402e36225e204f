"""What the cells of one encoder share: vectors, cosines before compression, contamination, resamples.

An ``EncoderSpec`` names the inputs and is sent to workers. A process opens its context once and passes it
down. A context computes each part on first use and is never sent.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from harness.data.contamination import Contamination, contamination
from harness.data.sampling import random_pairs
from harness.embedding.cache import cached, entry
from harness.embedding.spaces import embedded_by
from harness.embedding.units import OnRows
from harness.evaluation.evaluation_context import EvaluationContext, PairSamples, cosines_before
from harness.evaluation.sampled_rows import fresh_rows, random_sample
from harness.planning.cells import Cell
from harness.planning.registry import code_of
from harness.planning.resolve import Inputs
from harness.statistics import clusters
from harness.statistics.clusters import Sample
from harness.types import Floats, PairSet

OPEN = 4  # contexts that a process keeps, each with the vectors of one encoder in memory
SPLITS = 4  # training splits of an encoder whose contexts are kept


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """One encoder of a suite and the sets that its cells use, in the suite's order; small and hashable."""

    suite: str
    encoder: str
    sets: tuple[str, ...]
    tests: tuple[str, ...]
    store: Path
    inputs: Inputs = field(compare=False)

    def read(self, name: str) -> PairSet:
        """Return a data set of the suite; a process reads it once."""
        return self.inputs.read(name)


def spec_of(inputs: Inputs, encoder: str, cells: list[Cell], store: Path) -> EncoderSpec:
    """Return the spec of all cells of an encoder, which share one file of scores before compression."""
    used = {name for cell in cells for name in (cell.train, *cell.tests)}
    tested = {name for cell in cells for name in cell.tests}
    order = list(inputs.suite.datasets)
    return EncoderSpec(
        suite=inputs.suite.name,
        encoder=encoder,
        sets=tuple(name for name in order if name in used),
        tests=tuple(name for name in order if name in tested),
        store=store,
        inputs=inputs,
    )


def embed(spec: EncoderSpec, on_rows: OnRows, jobs: int = 1) -> dict[str, Floats]:
    """Return the vectors of every set, encoding what the store lacks; ``on_rows`` receives the progress."""
    sets = [spec.read(name) for name in spec.sets]
    return embedded_by(spec.inputs, spec.encoder, sets, spec.store, on_rows, jobs)


class EncoderContext:
    """What the cells of one encoder share; each part is computed on first use and cached."""

    def __init__(self, spec: EncoderSpec) -> None:
        self.spec = spec
        self.samples: PairSamples = functools.cache(functools.partial(_pair_samples, spec))
        self._evaluations: dict[str, EvaluationContext] = {}
        self._contaminations: dict[tuple[str, str], Contamination] = {}
        self._random: dict[tuple[str, str], Sample] = {}

    @functools.cached_property
    def vectors(self) -> dict[str, Floats]:
        """Return the vectors (rows, D) float32 of every set."""
        return embed(self.spec, lambda _done, _of: None)

    @functools.cached_property
    def before(self) -> dict[str, Floats]:
        """Return the cosines of every test set's pairs before compression."""
        spec = self.spec
        return {
            name: cosines_before(spec.read(name), self.vectors[name], spec.encoder) for name in spec.tests
        }

    def evaluation(self, train: str) -> EvaluationContext:
        """Return what the cells trained on ``train`` share; the last SPLITS are cached."""
        if train not in self._evaluations:
            if len(self._evaluations) >= SPLITS:
                del self._evaluations[next(iter(self._evaluations))]
            self._evaluations[train] = self._evaluation(train)
        return self._evaluations[train]

    def contamination(self, test: str, train: str) -> Contamination:
        """Return what the pairs of a test set share with a training split, cached in the store."""
        if (test, train) not in self._contaminations:
            self._contaminations[test, train] = _stored_contamination(self.spec, test, train)
        return self._contaminations[test, train]

    def random_sample(self, test: str, train: str) -> Sample:
        """Return how the random pairs of a test set are resampled, without reading a vector."""
        if (test, train) not in self._random:
            data = self.spec.read(test)
            rows = len(fresh_rows(data, self.spec.read(train)))
            pairs = random_pairs(data.draw_name, rows)
            self._random[test, train] = random_sample(data.draw_name, pairs, rows)
        return self._random[test, train]

    def _evaluation(self, train: str) -> EvaluationContext:
        spec = self.spec
        return EvaluationContext(
            train=spec.read(train),
            tests={name: spec.read(name) for name in spec.tests},
            vectors={name: self.vectors[name] for name in dict.fromkeys((train, *spec.tests))},
            before=self.before,
            contaminations={name: self.contamination(name, train) for name in spec.tests},
            samples=self.samples,
            protocols=tuple(spec.inputs.suite.protocols),
            combine=spec.inputs.suite.combine,
        )


@functools.lru_cache(maxsize=OPEN)
def open_context(spec: EncoderSpec) -> EncoderContext:
    """Return this process's context of ``spec``; the last OPEN ones stay open.

    Call it only where a task begins. A worker receives its groups of cells one by one, and only the process
    can keep what they share. Everything below is passed its context.
    """
    return EncoderContext(spec)


def _pair_samples(spec: EncoderSpec, tests: tuple[str, ...]) -> dict[str, Sample]:
    return clusters.samples({name: spec.read(name) for name in tests}, spec.inputs.suite.combine)


def _stored_contamination(spec: EncoderSpec, test: str, train: str) -> Contamination:
    data, split = spec.read(test), spec.read(train)
    identity = {
        "test": {"name": data.name, **data.origin},
        "train": {"name": split.name, **split.origin},
        "code": code_of(contamination.__module__),
    }
    masks = cached(entry(spec.store, "contamination", identity), lambda: _stacked(contamination(data, split)))
    return Contamination(*np.array(masks))


def _stacked(shared: Contamination) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    return np.stack([shared.shared_pair, shared.seen_sentence, shared.near_duplicate])
