"""From what was read to what pipelines are measured on: split, queries, labels, and what fits the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.audit.candidates import Candidate, candidates
from harness.audit.cost import Planned, Sizes, plan
from harness.audit.frontier import Question, Samples
from harness.audit.inputs import Inputs
from harness.audit.measuring import (
    SMALLEST_LEVEL,
    HeldOut,
    cutoffs_of,
    levels_of,
    original_series,
    with_exact,
)
from harness.audit.prediction import FEWEST_LEVELS
from harness.audit.split import Split, split
from harness.audit.target import Target, check_labels, default_target, parse_target
from harness.errors import InputError
from harness.evidence.schema.audit import LeftOutConfiguration
from harness.evidence.stamp import digest
from harness.statistics.clusters import independent, of_pairs
from harness.types import Doubles, Floats, Ints, PairSet

MOST_QUERIES = 500
FEWEST_ITEMS = 30  # pairs or judged queries; with fewer an interval says nothing
_MOST_CORPUS = 100_000
_ENOUGH_CORPUS = 20_000  # rows searched that are not given up for further pipelines


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of an audit: target and budget, None without; rows of the corpus; seconds."""

    target: str | None
    budget: float | None
    rows: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that a sweep needs. ``before``: series of pairs and of judged queries before compression.

    ``seed`` is the digest of what was read. ``unpredicted``: why nothing is predicted at the rows asked for;
    empty where it is, or where no rows were asked for. ``estimated``: seconds of the sweep.
    """

    inputs: Inputs
    split: Split
    data: HeldOut
    samples: Samples
    question: Question
    planned: Planned
    left_out: tuple[LeftOutConfiguration, ...]
    before: tuple[Mapping[str, Doubles], Mapping[str, Doubles]]
    labels: tuple[str, ...]
    seed: str
    unpredicted: str
    estimated: float


def prepare(inputs: Inputs, request: Request, workers: int) -> Prepared:
    """Return the split, the held-out rows with their labels, and the plan; raise InputError if too few."""
    where = inputs.sources[0].name
    labels = _labels(inputs)
    target = _target(inputs, request)
    seed = digest([source.sha256 for source in inputs.sources])
    whole = split(inputs.vectors, inputs.pairs, seed, _MOST_CORPUS, where)
    dimension = inputs.vectors.shape[1]
    fitting, too_few = _fitting(candidates(dimension), len(whole.train), request.budget)
    predicted = request.rows is not None and target.metric == f"knn-recall@{target.k}"
    sizes = _sizes(inputs, whole, target, predicted=predicted)
    sizes, planned = _planned(fitting, sizes, request.seconds * workers, target.k)
    parts = whole.with_corpus(sizes.corpus)
    data = _held_out(inputs, parts, target, predicted=predicted)
    _check_items(target, data, where)
    question = Question(
        target,
        request.budget,
        inputs.total if request.rows is None else request.rows,
        predict=predicted and len(data.levels) >= FEWEST_LEVELS,
    )
    too_slow = [LeftOutConfiguration(pipeline=each.text, reason="time") for each in planned.left_out]
    return Prepared(
        inputs=inputs,
        split=parts,
        data=data,
        samples=_samples(data, seed),
        question=question,
        planned=planned,
        left_out=(*too_few, *too_slow),
        before=original_series(data),
        labels=labels,
        seed=seed,
        unpredicted=_unpredicted(request, target, data),
        estimated=planned.seconds / workers,
    )


def rows_needed(k: int) -> int:
    """Return the rows that a file needs for a prediction at ``k``: half of them are searched.

    >>> rows_needed(10)
    3200
    """
    return 2 * SMALLEST_LEVEL * k * 2 ** (FEWEST_LEVELS - 1)


def _target(inputs: Inputs, request: Request) -> Target:
    pairs, judged = inputs.pairs is not None, inputs.judgements is not None
    scored = inputs.gold is not None
    if request.target is None:
        return default_target(budget=request.budget is not None, scored_pairs=scored, judgements=judged)
    target = parse_target(request.target)
    check_labels(target, pairs=pairs, scored_pairs=scored, judgements=judged)
    return target


def _labels(inputs: Inputs) -> tuple[str, ...]:
    there = {
        "pairs": inputs.pairs is not None,
        "scored pairs": inputs.gold is not None,
        "queries": inputs.queries is not None,
        "judgements": inputs.judgements is not None,
    }
    return tuple(name for name, is_there in there.items() if is_there)


def _fitting(
    listed: list[Candidate], train: int, budget: float | None
) -> tuple[list[Candidate], list[LeftOutConfiguration]]:
    """Return the candidates within the budget that the training rows suffice for, and the others of them."""
    within = [each for each in listed if budget is None or each.bytes <= budget]
    if not within:
        raise InputError(f"--budget: found {budget:g} bytes, expected at least {listed[0].bytes}")
    fitting = [each for each in within if each.rows_needed <= train]
    too_few = [
        LeftOutConfiguration(
            pipeline=each.text, reason=f"needs {each.rows_needed:,} training rows, and there are {train:,}"
        )
        for each in within
        if each.rows_needed > train
    ]
    return fitting, too_few


def _sizes(inputs: Inputs, parts: Split, target: Target, *, predicted: bool) -> Sizes:
    queries = MOST_QUERIES if inputs.queries is None else len(inputs.queries)
    return Sizes(
        train=len(parts.train),
        corpus=len(parts.corpus),
        queries=min(queries, len(parts.corpus)) if inputs.queries is None else queries,
        dimension=inputs.vectors.shape[1],
        levels=len(levels_of(len(parts.corpus), target.k)) if predicted else 0,
    )


def _planned(listed: list[Candidate], sizes: Sizes, seconds: float, k: int) -> tuple[Sizes, Planned]:
    """Return the largest corpus for which every pipeline fits into the time, and the plan for it.

    The corpus is halved down to _ENOUGH_CORPUS rows; pipelines that still do not fit are left out.
    """
    while True:
        planned = plan(listed, sizes, seconds)
        half = sizes.corpus // 2
        if not planned.left_out or half < _ENOUGH_CORPUS:
            break
        levels = len(levels_of(half, k)) if sizes.levels else 0
        sizes = Sizes(sizes.train, half, min(sizes.queries, half), sizes.dimension, levels)
    if not planned.chosen:
        raise InputError(f"--time: found {seconds:g} seconds, expected enough for one pipeline")
    return sizes, planned


def _held_out(inputs: Inputs, parts: Split, target: Target, *, predicted: bool) -> HeldOut:
    corpus = np.ascontiguousarray(inputs.vectors[parts.corpus])
    if target.k * 2 > len(corpus):
        raise InputError(
            f"--target: found k = {target.k}, expected at most half of {len(corpus)} rows searched"
        )
    place = np.full(len(inputs.vectors), -1, np.int64)
    place[parts.corpus] = np.arange(len(corpus))
    own = None if inputs.queries is not None else np.arange(min(MOST_QUERIES, len(corpus)), dtype=np.int64)
    queries: Floats = corpus[own] if inputs.queries is None else inputs.queries
    pairs, gold = _pairs(inputs, place)
    judged, asked = _judged(inputs, place, len(corpus))
    return with_exact(
        HeldOut(
            corpus=corpus,
            queries=queries,
            own=own,
            exact=np.empty((0, 0), np.float32),
            cutoffs=cutoffs_of(len(corpus), target.k),
            levels=levels_of(len(corpus), target.k) if predicted else (),
            pairs=pairs,
            gold=gold,
            judged=judged,
            asked=asked,
        )
    )


def _pairs(inputs: Inputs, place: Ints) -> tuple[Ints | None, Doubles | None]:
    """Return the pairs whose two rows are held out, as rows of the corpus, and their scores."""
    if inputs.pairs is None:
        return None, None
    pairs = place[inputs.pairs]
    there = (pairs >= 0).all(axis=1)
    return pairs[there], None if inputs.gold is None else inputs.gold[there]


def _judged(inputs: Inputs, place: Ints, corpus: int) -> tuple[PairSet | None, Ints | None]:
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


def _check_items(target: Target, data: HeldOut, where: str) -> None:
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


def _samples(data: HeldOut, seed: str) -> Samples:
    name = f"audit {seed[:16]}"
    pairs = None
    if data.pairs is not None and len(data.pairs) >= FEWEST_ITEMS:
        pairs = of_pairs(f"{name} pairs", data.pairs, len(data.corpus))
    judged = None
    if data.asked is not None and len(data.asked) >= FEWEST_ITEMS:
        judged = independent(f"{name} judged", len(data.asked))
    return Samples(independent(f"{name} queries", len(data.queries)), pairs, judged)


def _unpredicted(request: Request, target: Target, data: HeldOut) -> str:
    if request.rows is None:
        return ""
    if target.metric != f"knn-recall@{target.k}":
        return f"only knn-recall@k is predicted, not {target.metric}"
    if len(data.levels) < FEWEST_LEVELS:
        smallest = SMALLEST_LEVEL * target.k * 2 ** (FEWEST_LEVELS - 1)
        return f"it needs {smallest:,} rows to search, and there are {len(data.corpus):,}"
    return ""
