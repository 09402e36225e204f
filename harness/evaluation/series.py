"""What a test set asks: its own pairs, pairs drawn at random, and queries for nearest neighbours.

Rows that stand in the training split are left out of random pairs and of searches, as queries and as what is
searched, under every protocol: no published table asks for them, and what was trained on proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from harness.codecs.pipeline import Chain
from harness.data import sampling
from harness.data.identity import numbers
from harness.errors import InputError
from harness.evaluation.knn import DEPTH, Truth, against, nearest, rescored, scores, truth, unit
from harness.evaluation.values import MINIMUM
from harness.statistics.estimates import cosines
from harness.types import Doubles, Floats, Ints, Mask, PairSet


@dataclass(frozen=True, slots=True)
class Views:
    """The rows of a set after a chain: as ``asked`` with and as ``stored``, decoded, (n, d) float32."""

    asked: Floats
    stored: Floats


def views(chain: Chain, vectors: Floats, *, asymmetric: bool) -> Views:
    """Return how ``vectors`` look after a chain.

    Asymmetric: what asks is not encoded by the last step, as in product quantization's asymmetric distance
    (Jégou, Douze, Schmid 2011). Raises InputError where that is a map into another space, told by other
    dimensions or by codes as large as the vectors.
    """
    staged, last = chain.through(vectors, len(chain.steps) - 1), chain.codecs[-1]
    codes = last.encode(staged)
    stored = last.decode(codes)
    mapped = not last.reconstructs and codes.nbytes >= staged.nbytes
    if asymmetric and (mapped or staged.shape != stored.shape):
        use = chain.steps[-1].use
        raise InputError(f"asymmetric: {use} maps into another space, expected a quantizer as the last step")
    return Views(staged if asymmetric else stored, stored)


def fresh_rows(data: PairSet, trained: PairSet) -> Ints:
    """Return the rows of ``data`` that differ from one another and from all of ``trained``, in order."""
    own, trained_on = numbers(data, trained)
    first = np.unique(own, return_index=True)[1]
    return np.sort(first[~np.isin(own[first], trained_on)]).astype(np.int64)


def pair_series(
    pairs: Ints, before: Floats, gold: Doubles | None, seen: Views, where: str
) -> dict[str, Doubles]:
    """Return a value a pair: the cosine after, before, and what people said where they did."""
    left, right = pairs.T
    after = cosines(seen.asked[left], seen.stored[right], where)
    series = {"original": before.astype(np.float64), "compressed": after.astype(np.float64)}
    return series if gold is None else {**series, "human": gold}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn from the fresh rows of a set: random pairs with their cosines before, and queries.

    ``rows`` are row numbers of the set; pairs and queries count within them.
    """

    rows: Ints
    pairs: Ints
    before: Floats
    known: Truth


def draw(data: PairSet, trained: PairSet, vectors: Floats) -> Drawn:
    """Return what is drawn from ``data``, with the exact neighbours; raise InputError under MINIMUM rows."""
    rows = fresh_rows(data, trained)
    if len(rows) < MINIMUM:
        said = f"found {len(rows)} rows that {trained.name} does not have, expected at least {MINIMUM}"
        raise InputError(f"{data.name}: {said}")
    fresh = np.ascontiguousarray(vectors[rows])
    pairs = sampling.random_pairs(data.draw_name, len(rows))
    before = cosines(fresh[pairs[:, 0]], fresh[pairs[:, 1]], data.name)
    return Drawn(rows, pairs, before, truth(fresh, sampling.queries(data.draw_name, len(rows))))


def random_series(found: Drawn, seen: Views, where: str) -> dict[str, Doubles]:
    """Return a value a random pair: the cosine after, and before."""
    return pair_series(found.rows[found.pairs], found.before, None, seen, where)


def query_series(found: Drawn, seen: Views) -> dict[str, Doubles]:
    """Return a value a query for each score of ``harness.evaluation.knn.scores``."""
    asked = seen.asked[found.rows[found.known.queries]]
    return scores(found.known, asked, seen.stored[found.rows])


def index_series(
    found: Drawn, seen: Views, search: Callable[[Floats, Floats, int], Ints]
) -> dict[str, Doubles]:
    """Return a value a query of what an index finds, against exact neighbours before and after compression.

    ``search(rows, queries, k)`` returns the (q, k) rows that an index of unit vectors ``rows`` finds, best
    first. Each query's own row is left out of what it finds.
    """
    own, rows = found.known.queries, unit(seen.stored[found.rows])
    asked = unit(seen.asked[found.rows[own]])
    depth = min(DEPTH, len(rows) - 1)
    answered = _others(search(rows, asked, depth + 1), own)
    teacher = {**against(found.known.nearest, answered), **rescored(found.known, answered)}
    student = against(nearest(asked, rows, own), answered)
    return {
        **{"vs-teacher " + key: values for key, values in teacher.items()},
        **{"vs-student " + key: values for key, values in student.items()},
    }


def _others(answered: Ints, own: Ints) -> Ints:
    """Return (q, k) of (q, k + 1): without the query's own row, or the last where that is not there."""
    hits = answered == own[:, None]
    drop = np.where(hits.any(axis=1), hits.argmax(axis=1), answered.shape[1] - 1)
    kept = np.ones(answered.shape, bool)
    kept[np.arange(len(own)), drop] = False
    return answered[kept].reshape(len(own), -1)


def everything(series: dict[str, Doubles], protocols: list[str]) -> dict[str, Mask]:
    """Return masks that keep every item: nothing that was trained on is among them."""
    items = len(next(iter(series.values())))
    return {protocol: np.ones(items, bool) for protocol in protocols}
