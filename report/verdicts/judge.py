"""Claims against evidence: verdicts are computed here and written nowhere else; ``rule`` says how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.schema.verdict import VerdictRow
from harness.evidence.stability import mark
from report.evidence.means import group_of
from report.evidence.results import Evidence, gather
from report.evidence.rows import Row
from report.evidence.values import Mean, over_seeds
from report.verdicts.claim_rows import Anchor, PublishedRow
from report.verdicts.claims import Claim, percent
from report.verdicts.index import Index, PipelineKey, indexed
from report.verdicts.locks import read_locks
from report.verdicts.measures import judged_measures
from report.verdicts.rows import Answer, Question, judged, unmeasured
from report.verdicts.rule import ARITHMETIC, number, verdict
from report.verdicts.transcripts import judged_checks


def judge(claims: list[Claim], tree: Tree) -> list[VerdictRow]:
    """Return a judged row for each published number, encoder, training split and protocol."""
    return judge_by(claims, gather(tree))


def judge_by(claims: list[Claim], evidence: Evidence) -> list[VerdictRow]:
    """Return the same as ``judge``, from evidence that is already read."""
    index, locks = indexed(evidence), read_locks(evidence.tree)
    return [
        row.model_copy(update={"lock": locks.state(row.id, row.evidence)})
        for claim in claims
        for row in (
            *(judged_row for row in claim.every_row() for judged_row in _judged_rows(claim, row, index)),
            *judged_checks(claim, evidence.transcripts),
            *(_judged_anchor(claim, anchor) for anchor in claim.anchors),
            *judged_measures(claim, evidence),
        )
    ]


def _judged_rows(claim: Claim, row: PublishedRow, index: Index) -> Iterator[VerdictRow]:
    """Yield a row for each encoder, training split and protocol that a published number is compared in."""
    suite = str(row.suite or claim.suite)
    for encoder in row.encoders or claim.encoders:
        pipeline = (suite, encoder, row.pipeline, row.point)
        blocked = dict.fromkeys(entry.cell.train for entry in index.blocked.get((suite, encoder), ()))
        trains = row.trains or list(index.trains.get(pipeline, blocked)) or [""]
        for train in [""] if row.missing else trains:
            for protocol in row.protocols:
                question = _question(claim, row, encoder, train, protocol)
                answer = _answer(row, pipeline, train, protocol, index)
                yield judged(claim, question, _with_number(claim, row, question, answer))


def _question(claim: Claim, row: PublishedRow, encoder: str, train: str, protocol: str) -> Question:
    return Question(
        row=".".join(part for part in (row.row, encoder, train) if part),
        what=row.what,
        encoder=encoder,
        role=claim.encoders[encoder],
        train=train,
        protocol=protocol,
        metric=row.metric,
        rule=row.rule,
        headline=row.headline,
        published=row.published,
        printed=row.printed,
        selected_here=row.selected_here,
        arithmetic=row.metric == ARITHMETIC,
    )


def _with_number(claim: Claim, row: PublishedRow, question: Question, answer: Answer) -> Answer:
    """Return the answer with what it says of the published number, where it says something of it."""
    silent = claim.origin == "own" or question.arithmetic or row.against
    if silent or answer.low is None or answer.high is None:
        return answer
    if question.role != "as published":
        return replace(answer, number="another space")
    published = question.train, question.protocol
    if published != (row.trains[0] if row.trains else question.train, row.protocols[0]):
        return answer
    return replace(answer, number=number(row, answer.low, answer.high))


def _answer(row: PublishedRow, pipeline: PipelineKey, train: str, protocol: str, index: Index) -> Answer:
    """Return the numbers and the verdict of a row, or why there are none."""
    if row.missing:
        return Answer(verdict="BLOCKED", reason=row.missing)
    key = (train, protocol, row.dataset, row.metric)
    suite, encoder, _, point = pipeline
    rows = index.rows.get((pipeline, *key), [])
    others = index.rows.get(((suite, encoder, row.against, point), *key), []) if row.against else []
    if not rows or (row.against and not others):
        return unmeasured(index.why_blocked(suite, encoder, train), f"run the suite {suite}")
    try:
        mean = _difference(rows, others, index) if row.against else over_seeds(rows)
    except InputError as error:
        return Answer(verdict="NOT_RUN", reason=str(error))
    value, low, high = (round(number, 9) for number in (mean.value, mean.low, mean.high))
    return Answer(
        verdict=verdict(row, value, low, high),
        value=value,
        low=low,
        high=high,
        n=mean.n,
        seeds=mean.seeds,
        jitter=mean.jitter,
        printed=_printed(row, value, low, high, mark(mean.jitter)),
        evidence=[index.evidence[each.suite, each.cell] for each in (*rows, *others)],
    )


def _difference(rows: Sequence[Row], others: Sequence[Row], index: Index) -> Mean:
    """Return the difference of two means over seeds; raise InputError where no run has compared them."""
    first, other = rows[0], others[0]
    if first.bytes_per_vector != other.bytes_per_vector:
        sizes = f"{first.bytes_per_vector:,} and {other.bytes_per_vector:,}"
        raise InputError(
            f"means/{first.suite}.json: {sizes} bytes a vector are not compared, expected as many: the table "
            "of the suite has both values"
        )
    groups = [group_of(row.cell, row.seed) for row in (first, other)]
    key = (first.protocol, first.dataset, first.metric)
    less = index.comparisons.difference(first.suite, groups[0], groups[1], key)
    if less is None:
        raise InputError(
            f"means/{first.suite}.json: found no comparison of {groups[0]} with {groups[1]}, "
            "expected one of these results; run the suite, with one of the two among its baselines"
        )
    return Mean(less.value, less.low, less.high, first.n, len(rows))


def _judged_anchor(claim: Claim, anchor: Anchor) -> VerdictRow:
    """Return the row of a digest whose file is unavailable; it has no number, here or published."""
    question = Question(
        row=anchor.row,
        what=anchor.what,
        encoder="",
        role="as published",
        metric="sha256",
        rule="equal",
        headline=anchor.headline,
        published=None,
        printed=anchor.printed,
    )
    return judged(claim, question, Answer(verdict="BLOCKED", reason=anchor.missing))


def _printed(row: PublishedRow, value: float, low: float, high: float, marked: str) -> dict[str, str]:
    sign, unit = row.scale / 100, "×" if row.metric == "ratio@bytes" else ""
    low, high = sorted((sign * low, sign * high))
    ends = {key: percent(x) + unit for key, x in (("low", low), ("high", high))}
    return {"value": percent(sign * value) + unit + marked, **ends}
