"""The values of a test set, item by item, which metrics average and correlate.

Items are the set's own pairs, random pairs, queries for nearest neighbours (searched exhaustively or with an
index), and the judged queries of a retrieval set.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from harness.codecs.pipeline import Pipeline
from harness.data.blocks import blocks, take
from harness.errors import InputError
from harness.evaluation import metric as metrics_of
from harness.evaluation import retrieval
from harness.evaluation.cosines import AT_ONCE, cosines_of
from harness.evaluation.encoded_vectors import EncodedVectors
from harness.evaluation.evaluation_context import EvaluationContext
from harness.evaluation.knn import nearest_among, unit
from harness.evaluation.neighbor_scores import against, rescored, scores_among
from harness.evaluation.sampled_rows import MINIMUM, SampledRows
from harness.planning.cells import Cell
from harness.types import Doubles, Floats, Ints, PairSet

ItemSeries: TypeAlias = dict[str, dict[str, Doubles]]  # kind of items -> series -> a value an item


def series_of(
    cell: Cell, pipeline: Pipeline, context: EvaluationContext, name: str, encoded: EncodedVectors
) -> ItemSeries:
    """Return the series of the items that the metrics of the set ``name`` need; those of pairs if it has any.

    Raises InputError for fewer than MINIMUM pairs, and where the set lacks what a metric needs.
    """
    data, where = context.tests[name], f"{cell.id}: {name}"
    items = {metrics_of.plugin(metric).ITEMS for metric in dict(cell.metrics)[name]}
    if len(data.pairs) < MINIMUM and (len(data.pairs) or "pairs" in items):
        message = f"found {len(data.pairs)} pairs, expected at least {MINIMUM} to test on"
        raise InputError(f"{name}: {message}")
    series: ItemSeries = {}
    if len(data.pairs):
        pairs = pair_series(data.pairs, context.before[name], data.gold, encoded, where)
        steps = _step_series(cell, pipeline, data.pairs, context.vectors[name], encoded, where)
        series["pairs"] = pairs | steps
    if "random-pairs" in items:
        series["random-pairs"] = random_series(context.sampled(name), encoded, where)
    if "queries" in items:
        series["queries"] = query_series(context.sampled(name), encoded)
    if "index" in items:
        series["index"] = index_series(context.sampled(name), encoded)
    if "judged" in items:
        series["judged"] = _judged_series(data, encoded, context.judged(name), where)
    return series


def pair_series(
    pairs: Ints, before: Floats, gold: Doubles | None, encoded: EncodedVectors, where: str
) -> dict[str, Doubles]:
    """Return a value a pair: the cosine after and before compression, and the human score if there is one."""
    after = cosines_of(
        pairs, lambda rows: encoded.rows(rows).queries, lambda rows: encoded.rows(rows).decoded, where
    )
    series = {"original": before.astype(np.float64), "compressed": after.astype(np.float64)}
    return series if gold is None else {**series, "human": gold}


def _step_series(
    cell: Cell, pipeline: Pipeline, pairs: Ints, vectors: Floats, encoded: EncodedVectors, where: str
) -> dict[str, Doubles]:
    """Return a value a pair: the cosine before the last step, and the squared error, where they exist."""
    series: dict[str, Doubles] = {}
    if cell.stages:

        def staged(rows: Ints) -> Floats:
            return encoded.rows(rows).last_input

        series["stage"] = cosines_of(pairs, staged, staged, where).astype(np.float64)
    if all(codec.reconstructs for codec in pipeline.codecs):
        rows, positions = np.unique(pairs, return_inverse=True)
        errors = np.concatenate([_errors(encoded, vectors, some) for _, some in blocks(rows, AT_ONCE)])
        left, right = errors[positions.reshape(pairs.shape)].T
        series["squared-error"] = (left + right) / 2
    return series


def _errors(encoded: EncodedVectors, vectors: Floats, rows: Ints) -> Doubles:
    """Return the mean squared error of the numbers of each of ``rows`` (m,), (m,)."""
    after, before = encoded.rows(rows).decoded, take(vectors, rows)
    errors: Doubles = ((after.astype(np.float64) - before) ** 2).mean(axis=1)
    return errors


def random_series(sampled: SampledRows, encoded: EncodedVectors, where: str) -> dict[str, Doubles]:
    """Return a value a random pair: the cosine after and before compression."""
    return pair_series(sampled.rows[sampled.pairs], sampled.before, None, encoded, where)


def query_series(sampled: SampledRows, encoded: EncodedVectors) -> dict[str, Doubles]:
    """Return a value a query for each score of ``harness.evaluation.neighbor_scores.scores``."""
    queries = encoded.rows(sampled.rows[sampled.truth.queries]).queries
    return scores_among(sampled.truth, queries, encoded.searched(sampled.rows, len(queries)))


def index_series(sampled: SampledRows, encoded: EncodedVectors) -> dict[str, Doubles]:
    """Return a value a query of what the index finds, against exact neighbours before and after compression.

    A query's own row is removed from its ranking. Raises InputError where there is no index.
    """
    if encoded.index is None:
        raise InputError("found no index, expected one for metrics of an index")
    own, depth = sampled.truth.queries, sampled.truth.nearest.shape[1]
    asking = encoded.rows(sampled.rows[own]).queries
    ranking = _without_own(encoded.index.search(unit(asking), depth + 1), own)
    teacher = {**against(sampled.truth.nearest, ranking), **rescored(sampled.truth, ranking)}
    searched = encoded.searched(sampled.rows, len(own))
    student = against(nearest_among(asking, searched, own, depth), ranking)
    return {
        **{"vs-teacher " + key: values for key, values in teacher.items()},
        **{"vs-student " + key: values for key, values in student.items()},
    }


def _judged_series(
    data: PairSet, encoded: EncodedVectors, original: Mapping[str, Doubles], where: str
) -> dict[str, Doubles]:
    """Return a value a judged query of ranking the documents, after and before compression."""
    if data.queries is None:
        raise InputError(f"{where}: found no judged documents, expected a judged set for these metrics")
    before = {"original " + key: values for key, values in original.items()}
    asking = encoded.rows(retrieval.query_rows(data)).queries
    documents = encoded.searched(retrieval.document_rows(data), len(asking))
    return {**retrieval.scores(data, asking, documents), **before}


def _without_own(ranking: Ints, own: Ints) -> Ints:
    """Return (q, k) of (q, k + 1): without the query's own row, or without the last where it is missing."""
    hits = ranking == own[:, None]
    drop = np.where(hits.any(axis=1), hits.argmax(axis=1), ranking.shape[1] - 1)
    others = np.ones(ranking.shape, bool)
    others[np.arange(len(own)), drop] = False
    return ranking[others].reshape(len(own), -1)
