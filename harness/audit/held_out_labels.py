"""The labels of held-out rows: their pairs, their judgements, and what is resampled of them."""

from __future__ import annotations

import numpy as np

from harness.audit.frontier import Samples
from harness.audit.inputs import Inputs
from harness.audit.measuring import HeldOut
from harness.audit.target import Target
from harness.errors import InputError
from harness.statistics.clusters import independent, of_pairs
from harness.types import Doubles, Ints, PairSet

FEWEST_ITEMS = 30  # pairs or judged queries; with fewer an interval says nothing


def held_out_pairs(inputs: Inputs, place: Ints) -> tuple[Ints | None, Doubles | None]:
    """Return the pairs whose two rows are held out, as rows of the corpus, and their scores."""
    if inputs.pairs is None:
        return None, None
    pairs = place[inputs.pairs]
    there = (pairs >= 0).all(axis=1)
    return pairs[there], None if inputs.gold is None else inputs.gold[there]


def judged_set(inputs: Inputs, place: Ints, corpus: int) -> tuple[PairSet | None, Ints | None]:
    """Return the held-out documents and the queries with a relevant one among them, as a judged set."""
    if inputs.judgements is None or inputs.queries is None:
        return None, None
    query, document, grade = inputs.judgements.T
    there = place[document] >= 0
    asked = np.unique(query[there & (grade > 0)])
    counted = there & np.isin(query, asked)
    number = np.searchsorted(asked, query[counted])
    pairs = np.stack([corpus + number, place[document[counted]]], axis=1)
    vectors = np.zeros((corpus + len(asked), 1), np.float32)  # the set is only its rows' numbers here
    judged = PairSet(
        "judged",
        None,
        vectors,
        pairs,
        grade[counted].astype(np.float64),
        {},
        queries=corpus + np.arange(len(asked), dtype=np.int64),
    )
    return judged, asked


def check_items(target: Target, data: HeldOut, where: str) -> None:
    """Raise InputError where fewer than FEWEST_ITEMS held-out items have the target's metric."""
    of_pairs_ = "@human" in target.metric or "@original" in target.metric
    count = len(data.queries)
    if of_pairs_ and data.pairs is not None:
        count = len(data.pairs)
    elif target.metric.startswith("ndcg") and data.asked is not None:
        count = len(data.asked)
    if count < FEWEST_ITEMS:
        raise InputError(
            f"{where}: found {count} held-out items for {target.metric}, expected {FEWEST_ITEMS}"
        )


def samples(data: HeldOut, seed: str) -> Samples:
    """Return what is resampled; None for labels of too few items."""
    name = f"audit {seed[:16]}"
    pairs = None
    if data.pairs is not None and len(data.pairs) >= FEWEST_ITEMS:
        pairs = of_pairs(f"{name} pairs", data.pairs, len(data.corpus))
    judged = None
    if data.asked is not None and len(data.asked) >= FEWEST_ITEMS:
        judged = independent(f"{name} judged", len(data.asked))
    return Samples(independent(f"{name} queries", len(data.queries)), pairs, judged)
