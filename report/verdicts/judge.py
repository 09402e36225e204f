"""Claims against evidence: verdicts are computed here and written nowhere else.

REPRODUCED: the value here, at the printed precision, satisfies the claim's rule. WITHIN_TOLERANCE: it does
not, but its 95 % interval reaches the published value. NOT_REPRODUCED: neither. BLOCKED: an input is missing
where the evidence was made; the row says which and how to get it. NOT_RUN: nothing hinders, nobody ran it.
A check that a server passed is REPRODUCED, one that it failed NOT_REPRODUCED, one that was skipped BLOCKED.
A row against another method is about the difference of the two, compared on the same resamples: REPRODUCED
where its whole interval satisfies the rule, WITHIN_TOLERANCE where a part does, NOT_REPRODUCED where none.
A bound on time or memory has no interval: REPRODUCED where the largest of the seeds is within it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.stability import mark
from report.evidence.means import Comparisons, group_of
from report.evidence.results import Evidence, gather, over_seeds, rows_of
from report.verdicts.claims import Anchor, Claim, Row, as_json, percent
from report.verdicts.measures import judged_measures
from report.verdicts.transcripts import judged_checks

Judged = dict[str, Any]
Space = tuple[str, str, str | None, str | None]  # suite, encoder, chain and point


@dataclass(frozen=True, slots=True)
class _Index:
    """Flat rows by what selects them, with each cell's certificate; grids are no claim's, and left out."""

    rows: dict[tuple[Space, str, str, str, str], list[dict[str, Any]]]
    trains: dict[Space, dict[str, None]]
    certificates: dict[tuple[str, str], str]
    blocked: dict[tuple[str, str], list[dict[str, Any]]]
    comparisons: Comparisons


def judge(claims: list[Claim], tree: Tree) -> list[Judged]:
    """Return a judged row for each published number, encoder, training split and protocol."""
    return judge_by(claims, gather(tree))


def judge_by(claims: list[Claim], evidence: Evidence) -> list[Judged]:
    """Return what ``judge`` does, from evidence that was read before."""
    index = _indexed(evidence)
    return [
        judged
        for claim in claims
        for judged in (
            *(found for row in claim.every_row() for found in _judged_row(claim, row, index)),
            *judged_checks(claim, evidence.transcripts),
            *(_judged_anchor(claim, anchor) for anchor in claim.anchors),
            *judged_measures(claim, evidence),
        )
    ]


def verdict(row: Row, value: float, low: float, high: float) -> str:
    """Return the verdict on a value and its interval."""
    above, below = value >= row.published - row.precision, value <= row.published + row.precision
    if {"at least": above, "at most": below, "equal": above and below}[row.rule]:
        return "REPRODUCED"
    reaches = {"at least": high >= row.published, "at most": low <= row.published}
    return "WITHIN_TOLERANCE" if reaches.get(row.rule, low <= row.published <= high) else "NOT_REPRODUCED"


def verdict_of_difference(row: Row, _value: float, low: float, high: float) -> str:
    """Return the verdict on a difference by its interval: all, some or nothing of it satisfies the rule."""
    bound = row.published
    whole = {"at least": low >= bound, "at most": high <= bound}.get(row.rule, low <= bound <= high)
    if whole:
        return "REPRODUCED"
    return "WITHIN_TOLERANCE" if low <= bound <= high else "NOT_REPRODUCED"


def _indexed(evidence: Evidence) -> _Index:
    index = _Index(defaultdict(list), defaultdict(dict), {}, defaultdict(list), evidence.comparisons)
    for result in evidence.results:
        index.certificates[result["suite"], result["cell"]] = result["sha256"]
        for row in rows_of(result):
            if row["grid"]:
                break
            space = (row["suite"], row["encoder"], row["compressor"], row["point"])
            index.trains[space][row["train"]] = None
            index.rows[space, row["train"], row["protocol"], row["dataset"], row["metric"]].append(row)
    for entry in evidence.blocked:
        index.blocked[entry["suite"], entry["encoder"]].append(entry)
    return index


def _judged_row(claim: Claim, row: Row, index: _Index) -> list[Judged]:
    suite = str(row.suite or claim.suite)
    found = []
    for encoder in row.encoders or claim.encoders:
        space = (suite, encoder, row.chain, row.point)
        hindered = dict.fromkeys(entry["train"] for entry in index.blocked.get((suite, encoder), ()))
        trains = row.trains or list(index.trains.get(space, hindered)) or [""]
        for train in [""] if row.lacking else trains:
            for protocol in row.protocols:
                fixed = _fixed(claim, row, encoder, train, protocol)
                found.append({**fixed, **_compared(row, space, train, protocol, index)})
    return found


def _fixed(claim: Claim, row: Row, encoder: str, train: str, protocol: str) -> Judged:
    return {
        **as_json(claim),
        "row": ".".join(part for part in (row.row, encoder, train) if part),
        "what": row.what,
        "encoder": encoder,
        "role": claim.encoders[encoder],
        "train": train,
        "protocol": protocol,
        "metric": row.metric,
        "rule": row.rule,
        "headline": row.headline,
        "published": row.published,
    }


def _compared(row: Row, space: Space, train: str, protocol: str, index: _Index) -> Judged:
    """Return the numbers and the verdict of a row, or why there are none."""
    if row.lacking:
        return {**_nothing(row.printed), "verdict": "BLOCKED", "reason": row.lacking}
    key = (train, protocol, row.dataset, row.metric)
    found = index.rows.get((space, *key), [])
    suite, encoder, _, point = space
    others = index.rows.get(((suite, encoder, row.against, point), *key), []) if row.against else []
    if not found or (row.against and not others):
        return {**_nothing(row.printed), **_why_nothing(space, train, index)}
    try:
        mean = _difference(found, others, index) if row.against else over_seeds(found)
    except InputError as error:
        return {**_nothing(row.printed), "verdict": "NOT_RUN", "reason": str(error)}
    judged = verdict_of_difference if row.against else verdict
    value, low, high = (round(mean[name], 9) for name in ("value", "low", "high"))
    return {
        "value": value,
        "low": low,
        "high": high,
        "n": mean["n"],
        "seeds": mean["seeds"],
        **({"jitter": mean["jitter"]} if "jitter" in mean else {}),
        "printed": {"published": row.printed, **_printed(row, value, low, high, mark(mean))},
        "verdict": judged(row, value, low, high),
        "reason": "",
        "evidence": [
            {"cell": f"{x['suite']}/{x['cell']}", "sha256": index.certificates[x["suite"], x["cell"]]}
            for x in (*found, *others)
        ],
    }


def _difference(found: list[dict[str, Any]], others: list[dict[str, Any]], index: _Index) -> dict[str, Any]:
    """Return the difference of two means over seeds; raise InputError where no run has compared them."""
    first, other = found[0], others[0]
    groups = [group_of(row["cell"], row["seed"]) for row in (first, other)]
    key = (first["protocol"], first["dataset"], first["metric"])
    less = index.comparisons.difference(first["suite"], groups[0], groups[1], key)
    if less is None:
        raise InputError(
            f"means/{first['suite']}.json: found no comparison of {groups[0]} with {groups[1]}, "
            "expected one of these results; run the suite, with one of the two among its baselines"
        )
    return {**less, "n": first["n"], "seeds": len(found)}


def _judged_anchor(claim: Claim, anchor: Anchor) -> Judged:
    """Return the row of a digest whose file is not to be had; it has no number, here or published."""
    unasked = dict.fromkeys(("encoder", "train", "protocol"), "")
    return {
        **as_json(claim),
        **anchor.model_dump(include={"row", "what", "headline"}),
        **unasked,
        "role": "as published",
        "metric": "sha256",
        "rule": "equal",
        "published": None,
        **_nothing(anchor.printed),
        "verdict": "BLOCKED",
        "reason": anchor.lacking,
    }


def _printed(row: Row, value: float, low: float, high: float, marked: str) -> dict[str, str]:
    sign, unit = row.scale / 100, "×" if row.metric == "ratio@bytes" else ""
    low, high = sorted((sign * low, sign * high))
    ends = {key: percent(x) + unit for key, x in (("low", low), ("high", high))}
    return {"value": percent(sign * value) + unit + marked, **ends}


def _nothing(printed: str) -> Judged:
    empty = dict.fromkeys(("value", "low", "high", "n", "seeds"))
    return {**empty, "printed": {"published": printed}, "evidence": []}


def _why_nothing(space: Space, train: str, index: _Index) -> Judged:
    suite, encoder, _, _ = space
    for entry in index.blocked.get((suite, encoder), ()):
        if entry["train"] == train:
            return {"verdict": "BLOCKED", "reason": f"{entry['missing']}; to unblock: {entry['remedy']}"}
    return {"verdict": "NOT_RUN", "reason": f"run the suite {suite}"}
