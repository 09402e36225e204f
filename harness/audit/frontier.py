"""From what was measured of each pipeline to the rows of the frontier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harness.audit.candidates import Candidate
from harness.audit.measuring import Form, HeldOut, pair_requests
from harness.audit.prediction import FEWEST_LEVELS, predict
from harness.audit.target import Target
from harness.audit.values import Resamples, Wanted, means, resampled, stated
from harness.evidence.schema.audit_frontier import (
    AuditSizes,
    Configuration,
    Guard,
    MetricValue,
    PlannedStep,
    Prediction,
    Tail,
)
from harness.evidence.stamp import digest
from harness.statistics.clusters import Sample
from harness.statistics.requests import Estimates
from harness.types import Doubles

CLEAR = 1.25  # times the noise by which a trained map has to beat an untrained one
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Samples:
    """What is resampled: queries, pairs (None without) and judged queries (None without)."""

    queries: Sample
    pairs: Sample | None
    judged: Sample | None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every pipeline: the target, the budget, and the rows that the audit is for.

    ``predict``: whether the target's metric is predicted at ``rows``.
    """

    target: Target
    budget: float | None
    rows: int
    predict: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A pipeline with one form of the query: its entry in the frontier, still without baseline.

    ``decisive``: resamples of the target's metric at the measured size. ``series``: for scores.npz.
    """

    entry: Configuration
    decisive: Estimates
    series: Mapping[str, Doubles]


def row(
    candidate: Candidate,
    form_name: str,
    form: Form,
    sizes: Mapping[str, Any],
    data: HeldOut,
    samples: Samples,
    before: tuple[Mapping[str, Doubles], Mapping[str, Doubles]],
    question: Question,
) -> Row | None:
    """Return the row of a pipeline and form of the query; None where it does not have the target's metric."""
    by_metric, counts = _resamples(form, data, samples, before)
    listed = [stated(name, estimate, counts[name]) for name, estimate in by_metric.items()]
    values = {value.metric: value for value in listed if value is not None}
    target = question.target
    if target.metric not in values:
        return None
    prediction = _prediction(form, data, samples, question)
    decided = values[target.metric] if prediction is None else _as_value(prediction, counts[target.metric])
    honest = _sizes(sizes, question.rows)
    entry = Configuration(
        id=digest({"pipeline": candidate.text, "query": form_name})[:8],
        pipeline=candidate.text,
        steps=[PlannedStep(use=step.use, params=dict(step.params)) for step in candidate.steps],
        family=" | ".join(step.use for step in candidate.steps),
        trained=candidate.trained,
        query=form_name,  # type: ignore[arg-type]
        sizes=honest,
        values=[value for name, value in values.items() if not name.startswith("rescored")],
        rescored=[value for name, value in values.items() if name.startswith("rescored")],
        tail=_tail(form, samples, target),
        prediction=prediction,
        guard=None,
        pareto=False,
        decided_by=decided,
        meets_target=target.value is None or decided.low >= target.value,
        within_budget=question.budget is None or honest.amortised_bytes <= question.budget,
    )
    return Row(entry, by_metric[target.metric], {**form.queries, **form.pairs, **form.judged})


def _resamples(
    form: Form,
    data: HeldOut,
    samples: Samples,
    before: tuple[Mapping[str, Doubles], Mapping[str, Doubles]],
) -> tuple[Resamples, dict[str, int]]:
    """Return every metric with its resamples, and the number of items behind it."""
    by_metric = dict(means(samples.queries, form.queries))
    counts = dict.fromkeys(by_metric, len(data.queries))
    pairs, judged = before
    if samples.pairs is not None and form.pairs:
        wanted = [Wanted(metric, request) for metric, request in pair_requests(scored="human" in pairs)]
        if "human" in pairs:
            wanted.append(Wanted("retention@human", ("compressed", "human"), ("original", "human")))
        of_pairs = resampled(samples.pairs, {**pairs, **form.pairs}, wanted)
        by_metric |= of_pairs
        counts |= dict.fromkeys(of_pairs, len(form.pairs["compressed"]))
    if samples.judged is not None and form.judged:
        wanted = [
            Wanted("ndcg@10", ("ndcg@10",)),
            Wanted("ndcg-retention@10", ("ndcg@10",), ("original ndcg@10",)),
        ]
        of_judged = resampled(samples.judged, {**judged, **form.judged}, wanted)
        by_metric |= of_judged
        counts |= dict.fromkeys(of_judged, len(form.judged["ndcg@10"]))
    return by_metric, counts


def _prediction(form: Form, data: HeldOut, samples: Samples, question: Question) -> Prediction | None:
    if not question.predict or len(data.levels) < FEWEST_LEVELS:
        return None
    target, name = question.target, samples.queries.group
    return predict(target.metric, data.levels, form.by_level, len(data.corpus), question.rows, target.k, name)


def _as_value(prediction: Prediction, count: int) -> MetricValue:
    return MetricValue(
        metric=prediction.metric,
        value=prediction.value,
        low=prediction.low,
        high=prediction.high,
        n=count,
    )


def _sizes(sizes: Mapping[str, Any], rows: int) -> AuditSizes:
    amortised = sizes["bytes_per_vector"] + sizes["state_bytes"] / rows
    return AuditSizes(
        payload_bytes=sizes["payload_bytes"],
        side_bytes=sizes["side_bytes"],
        bytes_per_vector=sizes["bytes_per_vector"],
        state_bytes=sizes["state_bytes"],
        amortised_bytes=round(amortised, 6),
        corpus_bytes=sizes["bytes_per_vector"] * rows + sizes["state_bytes"],
        original_bytes=sizes["original_bytes"],
        ratio=round(sizes["original_bytes"] / amortised, 6),
    )


def _tail(form: Form, samples: Samples, target: Target) -> Tail | None:
    metric = target.metric if target.of_queries else f"knn-recall@{target.k}"
    series = form.queries[metric]
    lost = (series == 0).astype(np.float64)
    share = stated(f"lost {metric}", means(samples.queries, {"lost": lost})["lost"], len(lost))
    if share is None:
        return None
    tenths = np.minimum((series * _TENTHS + 1e-9).astype(np.int64), _TENTHS - 1)
    return Tail(
        metric=metric,
        p5=round(float(np.percentile(series, 5)), 6),
        minimum=round(float(series.min()), 6),
        lost=share,
        histogram=np.bincount(tenths, minlength=_TENTHS).tolist(),
    )


def complete(rows: Sequence[Row], target: Target) -> list[Row]:
    """Return the rows from fewest amortised bytes on, each with its baseline and whether it is on the hull.

    The baseline of a trained pipeline is the untrained one of the highest value that takes no more bytes.
    """
    order = sorted(rows, key=lambda each: (each.entry.sizes.amortised_bytes, each.entry.query, each.entry.id))
    finished = []
    best = -np.inf
    for each in order:
        value = each.entry.decided_by.value
        update = {"guard": _guard(each, order, target), "pareto": value > best}
        best = max(best, value)
        finished.append(replace(each, entry=each.entry.model_copy(update=update)))
    return finished


def _guard(trained: Row, rows: Sequence[Row], target: Target) -> Guard | None:
    size = trained.entry.sizes.amortised_bytes
    baselines = [
        each
        for each in rows
        if not each.entry.trained
        and each.entry.query == trained.entry.query
        and each.entry.sizes.amortised_bytes <= size
    ]
    if not trained.entry.trained or not baselines:
        return None
    baseline = max(baselines, key=lambda each: float(each.decisive[0]))
    count = trained.entry.decided_by.n
    difference = stated(target.metric, trained.decisive - baseline.decisive, count)
    if difference is None:
        return None
    required = CLEAR * (difference.high - difference.low) / 2
    return Guard(
        baseline=baseline.entry.id,
        metric=target.metric,
        difference=difference,
        required=round(required, 6),
        better=difference.value > required,
    )
