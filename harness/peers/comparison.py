"""Planners side by side: the same rows and target, measured by one search on rows that none of them saw."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.audit.code import code as code_of_audit
from harness.audit.inputs import Inputs, read_inputs
from harness.audit.measuring import HeldOut, Truth, levels_of, with_exact
from harness.audit.preparing import MOST_QUERIES
from harness.audit.rows import Options, Progress
from harness.audit.split import Split, split
from harness.audit.target import Target, parse_target
from harness.errors import InputError
from harness.evidence import npz
from harness.evidence.schema.peers import (
    ComparisonFiles,
    PlannerComparison,
    PlannerOutcome,
    resampled_queries,
)
from harness.evidence.schema.result import File, Interval
from harness.evidence.schema.version import SCHEMA_VERSION
from harness.parallel.resources import use_threads
from harness.peers import own_audit, tqp_planner
from harness.peers.outcome import Series, outcome
from harness.peers.planned import Planned
from harness.peers.tqp import SAMPLE, Tqp
from harness.planning import registry
from harness.statistics.bootstrap import LEVEL, RESAMPLES
from harness.statistics.clusters import independent
from harness.types import Ints

MOST_SEARCHED = 20_000  # rows
LARGER_SAMPLE = 2_000  # rows that tqp plan measures on, beside its default


@dataclass(frozen=True, slots=True)
class Question:
    """What planners are asked about: a file, ``target`` as 'knn-recall@10 >= 0.9', seconds for the audit.

    ``name`` and ``title`` are those of the comparison.
    """

    options: Options
    target: str
    seconds: float
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison, the bytes of its scores, and the plans with the seconds that they took."""

    comparison: PlannerComparison
    scores: bytes
    plans: tuple[Planned, ...]


def compare(question: Question, tqp: Tqp | None, on_progress: Progress) -> Compared:
    """Return what planners recommend for half of a file's rows, measured on the other half.

    Without ``tqp`` the audit is alone. Raises InputError for another target, and where the audit does.
    """
    target = parse_target(question.target)
    if target.value is None or target.metric != f"knn-recall@{target.k}":
        raise InputError(f"--target: found {question.target!r}, expected 'knn-recall@k >= FRACTION'")
    use_threads()
    inputs = read_inputs(question.options, on_progress)
    source = inputs.sources[0]
    parts = split(inputs.vectors, None, f"planners {source.sha256}", MOST_SEARCHED, source.name)
    data = _held_out(inputs, parts.corpus, target)
    resampled = independent(resampled_queries(source.sha256), len(data.queries))
    truth = Truth(data, target.k)
    with tempfile.TemporaryDirectory() as folder:
        seen = Path(folder) / "seen.npy"
        np.save(seen, np.ascontiguousarray(inputs.vectors[parts.train]))
        own = own_audit.plan(seen, target.text, len(data.corpus), question.seconds, on_progress)
        plans = (own, *_peers(tqp, seen, len(parts.train), target, on_progress))
        outcomes = [outcome(each, data, truth, resampled) for each in plans]
    scores = _scores([series for _, series in outcomes])
    planners = [each for each, _ in outcomes]
    return Compared(_comparison(question, inputs, parts, data, target, planners, scores), scores, plans)


def _held_out(inputs: Inputs, corpus: Ints, target: Target) -> HeldOut:
    """Return the rows that no planner sees; the first of them, in random order, are the queries."""
    rows = np.ascontiguousarray(inputs.vectors[corpus])
    own = np.arange(min(MOST_QUERIES, len(rows)), dtype=np.int64)
    levels, exact = levels_of(len(rows), target.k), np.empty((0, 0), np.float32)
    return with_exact(HeldOut(rows, rows[own], own, exact, (target.k,), levels))


def _peers(tqp: Tqp | None, seen: Path, rows: int, target: Target, on_progress: Progress) -> list[Planned]:
    """Return the plans of ``tqp``: at its defaults, and where there are more rows with a larger sample."""
    if tqp is None:
        return []
    samples = [None, *([min(rows, LARGER_SAMPLE)] if rows > SAMPLE else [])]
    plans = []
    for i, sample in enumerate(samples, start=1):
        plans.append(tqp_planner.plan(tqp, seen, rows, target.k, float(target.value or 0), sample))
        on_progress("plans of tqp", i, len(samples))
    return plans


def _scores(by_planner: Sequence[Series]) -> bytes:
    named = {f"{i}/{name}": x for i, series in enumerate(by_planner) for name, x in series.items()}
    return npz.dumps(named)


def _comparison(
    question: Question,
    inputs: Inputs,
    parts: Split,
    data: HeldOut,
    target: Target,
    planners: list[PlannerOutcome],
    scores: bytes,
) -> PlannerComparison:
    own = [f"harness.peers.{path.stem}" for path in Path(__file__).parent.glob("[a-z]*.py")]
    file = File(path=f"peers/{question.name}.npz", sha256=hashlib.sha256(scores).hexdigest())
    return PlannerComparison(
        schema=SCHEMA_VERSION,
        name=question.name,
        title=question.title,
        source=inputs.sources[0],
        code=sorted({*code_of_audit(()), *registry.code_of(*own)}),
        k=target.k,
        target=float(target.value or 0),
        seen=len(parts.train),
        searched=len(data.corpus),
        queries=len(data.queries),
        interval=Interval(level=LEVEL, resamples=RESAMPLES),
        planners=planners,
        files=ComparisonFiles(scores=file),
    )
