"""A planner's recommendation measured: its bytes, and recall by form of the query, rows and rescoring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.audit.measuring import Form, HeldOut, Truth, measure
from harness.audit.values import means, stated
from harness.evaluation.neighbor_scores import OVERSAMPLING
from harness.evidence.schema.audit_frontier import AuditSizes, QueryForm
from harness.evidence.schema.peers import PlannerOutcome, SearchedValue
from harness.peers.planned import Planned
from harness.statistics.clusters import Sample
from harness.types import Doubles

Series = Mapping[str, Doubles]
FORMS: tuple[QueryForm, ...] = ("compressed", "uncompressed")


def outcome(
    planned: Planned, data: HeldOut, truth: Truth, resampled: Sample
) -> tuple[PlannerOutcome, Series]:
    """Return what a plan comes to on ``data``, and the recall of each query (q,) by form and name.

    ``resampled``: the queries, which intervals are drawn over. Without a plan there is neither.
    """
    best = planned.recommendation
    values: list[SearchedValue] = []
    series: dict[str, Doubles] = {}
    sizes = None
    if best is not None:
        encoded, counted = best.encode(data)
        sizes = _sizes(counted, *data.corpus.shape)
        forms = measure(data, truth, encoded)
        for name in FORMS:
            if name in forms:
                for value, scores in _values(name, forms[name], data, truth.k, resampled):
                    values.append(value)
                    series[value.series] = scores
    measured = PlannerOutcome(
        planner=planned.planner,
        version=planned.version,
        options=planned.options,
        problem=planned.problem,
        recommended="" if best is None else best.label,
        remarks=[] if best is None else list(best.remarks),
        promise=None if best is None else best.promise,
        sizes=sizes,
        values=values,
    )
    return measured, series


def _values(
    name: QueryForm, form: Form, data: HeldOut, k: int, resampled: Sample
) -> Iterator[tuple[SearchedValue, Doubles]]:
    """Yield each value of a form of the query, with the scores (q,) that it is the mean of."""
    rows, single = len(data.corpus), f"knn-recall@{k}"
    by_level = zip(data.levels, form.by_level, strict=True)
    listed = [(size, 0, scores) for size, scores in by_level][:-1]  # the largest is about all rows
    listed.append((rows, 0, form.queries[single]))
    rescored = {times: form.queries.get(f"rescored@{times}") for times in OVERSAMPLING}
    listed += [(rows, times, scores) for times, scores in rescored.items() if scores is not None]
    for searched, times, scores in listed:
        mean = stated(single, means(resampled, {single: scores})[single], len(scores))
        if mean is not None:
            yield SearchedValue(**mean.model_dump(), query=name, rows=searched, rescored=times), scores


def _sizes(counted: Mapping[str, Any], rows: int, dimension: int) -> AuditSizes:
    """Return the sizes of ``rows`` vectors, which share the codec's state."""
    payload, side, state = (int(counted[f"{part}_bytes"]) for part in ("payload", "side", "state"))
    amortised = payload + side + state / rows
    return AuditSizes(
        payload_bytes=payload,
        side_bytes=side,
        bytes_per_vector=payload + side,
        state_bytes=state,
        amortised_bytes=round(amortised, 6),
        corpus_bytes=(payload + side) * rows + state,
        original_bytes=4 * dimension,
        ratio=round(4 * dimension / amortised, 6),
    )
