"""One pipeline measured on the held-out rows: the series of every metric, a value a query or a pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.audit.neighbors import NEAR, TIE, kth_largest, recall, similarities
from harness.codecs.pipeline import Pipeline
from harness.evaluation import retrieval
from harness.evaluation.cosines import cosines
from harness.evaluation.knn import unit
from harness.evaluation.neighbor_scores import OVERSAMPLING
from harness.types import Bytes, Doubles, Floats, Ints, PairSet

Series = Mapping[str, Doubles]
FORMS = ("compressed", "uncompressed")
SMALLEST_LEVEL = 20  # times k rows are searched at the smallest size that a prediction begins from
_AT_ONCE = 16_384  # rows encoded at a time


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What pipelines are measured on.

    ``corpus`` (n, D) float32 is searched by ``queries`` (q, D); ``own`` (q,) is the row of each query in the
    corpus, None where queries are others. ``exact``: cosines (q, n) before compression. ``pairs`` (m, 2) are
    row numbers of the corpus, ``gold`` (m,) their human scores. ``judged``: documents, then judged queries,
    whose vectors are the ``asked`` rows of ``queries``.
    """

    corpus: Floats
    queries: Floats
    own: Ints | None
    exact: Floats
    cutoffs: tuple[int, ...]
    levels: tuple[int, ...]
    pairs: Ints | None = None
    gold: Doubles | None = None
    judged: PairSet | None = None
    asked: Ints | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """What one form of the query comes to.

    ``queries``: metric -> (q,). ``by_level`` (levels, q): recall at k by rows searched. ``pairs``: series (m,).
    ``judged``: metric -> (judged queries,).
    """

    queries: Series
    by_level: Doubles
    pairs: Series
    judged: Series


@dataclass(frozen=True, slots=True)
class Encoded:
    """Corpus and queries after a pipeline, as unit vectors; ``through``: queries before the last step."""

    codes: Bytes
    corpus: Floats
    queries: Floats
    through: Floats | None


class Truth:
    """The cosine from which a row is a neighbour, (q, 1), by cut-off, and by part of each size."""

    def __init__(self, data: HeldOut, k: int) -> None:
        self.k = k
        kth = {cut: kth_largest(data.exact, cut) for cut in data.cutoffs}
        self.strict = {cut: edge - np.float32(TIE) for cut, edge in kth.items()}
        self.tolerant = kth[k] - np.float32(NEAR)
        self.by_level = [
            [kth_largest(data.exact[:, part], k) - np.float32(TIE) for part in parts_of(len(data.corpus), rows)]
            for rows in data.levels
        ]


def parts_of(rows: int, size: int) -> list[slice]:
    """Return the disjoint parts of ``size`` rows, in order.

    >>> parts_of(10, 4)
    [slice(0, 4, None), slice(4, 8, None)]
    """
    return [slice(start, start + size) for start in range(0, rows - size + 1, size)]


def levels_of(rows: int, k: int) -> tuple[int, ...]:
    """Return the sizes at which a recall is measured: halves of halves, from the smallest.

    >>> levels_of(2_000, 10)
    (250, 500, 1000, 2000)
    """
    sizes = []
    while rows >= SMALLEST_LEVEL * k:
        sizes.append(rows)
        rows //= 2
    return tuple(reversed(sizes))


def encode(pipeline: Pipeline, data: HeldOut) -> Encoded:
    """Return the held-out rows after ``pipeline``.

    ``through`` is None where the last step maps into another space: an uncompressed query does not lie in it.
    """
    parts = range(0, len(data.corpus), _AT_ONCE)
    codes = np.concatenate([pipeline.encode(data.corpus[i : i + _AT_ONCE]) for i in parts])
    decoded = np.concatenate([pipeline.decode(codes[i : i + _AT_ONCE]) for i in parts])
    before = pipeline.through(data.queries, len(pipeline.steps) - 1)
    queries, last = pipeline.decode(pipeline.codecs[-1].encode(before)), pipeline.codecs[-1]
    mapped = not last.reconstructs and codes.shape[1] >= 4 * before.shape[1]
    apart = mapped or before.shape != queries.shape
    return Encoded(codes, unit(decoded), unit(queries), None if apart else unit(before))


def measure(data: HeldOut, truth: Truth, encoded: Encoded) -> dict[str, Form]:
    """Return what is measured with compressed queries, and with uncompressed ones where that has a sense."""
    forms = {"compressed": encoded.queries, "uncompressed": encoded.through}
    return {
        name: _form(data, truth, encoded.corpus, queries)
        for name, queries in forms.items()
        if queries is not None
    }


def _form(data: HeldOut, truth: Truth, corpus: Floats, queries: Floats) -> Form:
    similar, exact, k = similarities(queries, corpus, data.own), data.exact, truth.k
    scored = {f"knn-recall@{cut}": recall(exact, edge, similar, cut) for cut, edge in truth.strict.items()}
    scored[f"tolerant-knn-recall@{k}"] = recall(exact, truth.tolerant, similar, k)
    for times in OVERSAMPLING:
        if times * k < similar.shape[1]:
            scored[f"rescored@{times}"] = recall(exact, truth.strict[k], similar, k, times * k)
    by_level = []
    for rows, edges in zip(data.levels, truth.by_level, strict=True):
        parts = zip(edges, parts_of(len(corpus), rows), strict=True)
        by_part = [recall(exact[:, part], edge, similar[:, part], k) for edge, part in parts]
        by_level.append(np.mean(by_part, axis=0))
    return Form(
        scored,
        np.array(by_level).reshape(len(data.levels), len(queries)),
        _pair_series(data, corpus),
        _judged_series(data, corpus, queries),
    )


def _pair_series(data: HeldOut, corpus: Floats) -> Series:
    if data.pairs is None:
        return {}
    a, b = data.pairs.T
    return {"compressed": cosines(corpus[a], corpus[b], "pairs").astype(np.float64)}


def _judged_series(data: HeldOut, corpus: Floats, queries: Floats) -> Series:
    if data.judged is None or data.asked is None:
        return {}
    rows = np.concatenate([corpus, queries[data.asked]])
    return {"ndcg@10": retrieval.scores(data.judged, rows, rows)["ndcg@10"]}


def original_series(data: HeldOut) -> tuple[Series, Series]:
    """Return the series of pairs and of judged queries before compression."""
    corpus, queries = unit(data.corpus), unit(data.queries)
    pairs = {name.replace("compressed", "original"): x for name, x in _pair_series(data, corpus).items()}
    if data.gold is not None:
        pairs["human"] = data.gold
    judged = {f"original {name}": x for name, x in _judged_series(data, corpus, queries).items()}
    return pairs, judged


def cutoffs_of(rows: int, k: int) -> tuple[int, ...]:
    """Return the cut-offs of the recalls that are reported: 1, 10, 100 and k, where enough rows are searched.

    >>> cutoffs_of(500, 10)
    (1, 10)
    """
    return tuple(sorted(cut for cut in {1, 10, 100, k} if cut == k or cut * 10 <= rows))


def with_exact(data: HeldOut) -> HeldOut:
    """Return ``data`` with its cosines before compression."""
    return replace(data, exact=similarities(unit(data.queries), unit(data.corpus), data.own))


def pair_requests(scored: bool) -> Sequence[tuple[str, tuple[str, str]]]:
    """Return the correlations of pairs that are reported, and their series."""
    human = [("spearman@human", ("compressed", "human"))] if scored else []
    return [("spearman@original", ("compressed", "original")), *human]
