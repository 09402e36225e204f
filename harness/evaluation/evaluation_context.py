"""What the cells of one encoder and training split share, computed once for all of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from harness.data.blocks import blocks, selected, take
from harness.data.contamination import Contamination
from harness.data.exact_rows import first_equal
from harness.data.identity import first_rows, firsts
from harness.evaluation import retrieval
from harness.evaluation.cosines import cosines
from harness.evaluation.sampled_rows import SampledRows, sampled_rows
from harness.statistics.clusters import Sample
from harness.types import Doubles, Floats, PairSet, Training

PairSamples: TypeAlias = Callable[[tuple[str, ...]], Mapping[str, Sample]]


@dataclass(frozen=True)
class EvaluationContext:
    """What the cells of one encoder and training split share.

    ``vectors`` (rows, D) of the training split and of every test set; ``before``: cosines of the test pairs
    before compression; ``samples``: how the pairs of sets that are measured together are resampled.
    ``protocols`` and ``combine`` are the suite's.
    """

    train: PairSet
    tests: Mapping[str, PairSet]
    vectors: Mapping[str, Floats]
    before: Mapping[str, Floats]
    contaminations: Mapping[str, Contamination]
    samples: PairSamples
    protocols: tuple[str, ...]
    combine: Mapping[str, Mapping[str, float]]
    _sampled: dict[str, SampledRows] = field(default_factory=dict, init=False, repr=False, compare=False)
    _judged: dict[str, dict[str, Doubles]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @functools.cached_property
    def training(self) -> Training:
        """Return what compressors are fitted on."""
        return training_of(self.train, self.vectors[self.train.name])

    def sampled(self, name: str) -> SampledRows:
        """Return the random pairs and queries of a test set."""
        if name not in self._sampled:
            self._sampled[name] = sampled_rows(self.tests[name], self.train, self.vectors[name])
        return self._sampled[name]

    def judged(self, name: str) -> dict[str, Doubles]:
        """Return the scores of the uncompressed vectors on the queries of a judged set."""
        if name not in self._judged:
            data, rows = self.tests[name], self.vectors[name]
            documents = selected(blocks(rows), retrieval.document_rows(data))
            self._judged[name] = retrieval.scores(data, take(rows, retrieval.query_rows(data)), documents)
        return self._judged[name]


def training_of(data: PairSet, vectors: Floats) -> Training:
    """Return the training split: each distinct row once, in order, and the pairs among them."""
    first, places = first_rows(data.texts) if data.texts is not None else firsts(first_equal([vectors]))
    return Training(take(vectors, first), places[data.pairs], data.gold)


def cosines_before(data: PairSet, vectors: Floats, encoder: str) -> Floats:
    """Return the cosines of a set's pairs before compression, (m,); none of a set without pairs."""
    left, right = data.pairs.T
    return cosines(take(vectors, left), take(vectors, right), f"{encoder}: {data.name}")
