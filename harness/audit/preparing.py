"""From what was read to what pipelines are measured on: split, queries, labels, and what fits the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from harness.audit.candidates import Candidate, candidates
from harness.audit.cost import Planned, Sizes, plan
from harness.audit.frontier import Question, Samples
from harness.audit.held_out_labels import check_items, held_out_pairs, judged_set, samples
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
from harness.types import Doubles, Floats

MOST_QUERIES = 500
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
    check_items(target, data, where)
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
        samples=samples(data, seed),
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
    return 2 * SMALLEST_LEVEL * k << (FEWEST_LEVELS - 1)


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
        pairs=0 if inputs.pairs is None else len(inputs.pairs) // 2,
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
        sizes = replace(sizes, corpus=half, queries=min(sizes.queries, half), levels=levels)
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
    pairs, gold = held_out_pairs(inputs, place)
    judged, asked = judged_set(inputs, place, len(corpus))
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


def _unpredicted(request: Request, target: Target, data: HeldOut) -> str:
    if request.rows is None:
        return ""
    if target.metric != f"knn-recall@{target.k}":
        return f"only knn-recall@k is predicted, not {target.metric}"
    if len(data.levels) < FEWEST_LEVELS:
        return f"it needs {rows_needed(target.k) // 2:,} rows to search, and there are {len(data.corpus):,}"
    return ""
