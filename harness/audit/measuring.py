"""One pipeline measured on the held-out rows: the series of every metric, a value a query or a pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.audit.neighbors import NEAR, TIE, kth_largest, similarities, top
from harness.codecs.pipeline import Pipeline
from harness.data.blocks import blocks
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

    ``queries``: metric -> (q,). ``by_level`` (levels, q): recall at k by rows searched. ``pairs``: (m,) each.
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
    """The exact cosine from which a row is a neighbour: (q,) by cut-off, (q parts,) by size of the parts."""

    def __init__(self, data: HeldOut, k: int) -> None:
        self.k = k
        kth = {cut: kth_largest(data.exact, cut) for cut in data.cutoffs}
        self.strict = {cut: edge - TIE for cut, edge in kth.items()}
        self.tolerant = kth[k] - np.float32(NEAR)
        self.by_level = [
            kth_largest(in_parts(data.exact, rows, data.levels), k) - TIE for rows in data.levels
        ]


def levels_of(rows: int, k: int) -> tuple[int, ...]:
    """Return the sizes at which a recall is measured, each twice the one before; the last is about ``rows``.

    >>> levels_of(2_010, 10)
    (251, 502, 1004, 2008)
    """
    count = 0
    while rows >> count >= SMALLEST_LEVEL * k:
        count += 1
    return tuple((rows >> count - 1) << level for level in range(count))


def in_parts(cosines: Floats, rows: int, levels: tuple[int, ...]) -> Floats:
    """Return (q, n) cosines as (q parts, rows): each query with each disjoint part of the largest level."""
    return np.ascontiguousarray(cosines[:, : levels[-1]]).reshape(-1, rows)


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
    similar, k = similarities(queries, corpus, data.own), truth.k
    depths = [times for times in OVERSAMPLING if times * k < similar.shape[1]]
    best = top(similar, data.exact, max(*data.cutoffs, k * max(depths, default=1)))
    scored = {f"knn-recall@{cut}": best.recall(edge, cut) for cut, edge in truth.strict.items()}
    scored[f"tolerant-knn-recall@{k}"] = best.recall(truth.tolerant, k)
    for times in depths:
        scored[f"rescored@{times}"] = best.recall(truth.strict[k], k, times * k)
    return Form(
        scored,
        _by_level(data, truth, similar),
        _pair_series(data, corpus),
        _judged_series(data, corpus, queries),
    )


def _by_level(data: HeldOut, truth: Truth, similar: Floats) -> Doubles:
    """Return the recall (levels, q) of each query at each size, the mean over the parts of that size."""
    if not data.levels:
        return np.empty((0, len(similar)))
    similar_parts, exact_parts = (in_parts(x, data.levels[0], data.levels) for x in (similar, data.exact))
    best = top(similar_parts, exact_parts, truth.k)
    by_level = []
    for edge in truth.by_level:
        by_level.append(best.recall(edge, truth.k).reshape(len(similar), -1).mean(axis=1))
        best = best.joined(2, truth.k) if len(edge) > len(similar) else best
    return np.array(by_level)


def _pair_series(data: HeldOut, corpus: Floats) -> Series:
    if data.pairs is None:
        return {}
    a, b = data.pairs.T
    return {"compressed": cosines(corpus[a], corpus[b], "pairs").astype(np.float64)}


def _judged_series(data: HeldOut, corpus: Floats, queries: Floats) -> Series:
    if data.judged is None or data.asked is None:
        return {}
    return {"ndcg@10": retrieval.scores(data.judged, queries[data.asked], blocks(corpus))["ndcg@10"]}


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
