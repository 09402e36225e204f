"""Claims against evidence: verdicts are computed here and written nowhere else.

REPRODUCED: the value here, at the printed precision, satisfies the claim's rule. WITHIN_TOLERANCE: it does
not, but its 95 % interval reaches the published value. NOT_REPRODUCED: neither. BLOCKED: an input is missing
where the evidence was made; the row says which and how to get it. NOT_RUN: nothing hinders, nobody ran it.
"""

from __future__ import annotations

from typing import Any

from harness.tree import Tree
from report.claims import Claim, Row, as_json, percent
from report.evidence import blocked, over_seeds, results, rows_of

Judged = dict[str, Any]


def judge(claims: list[Claim], tree: Tree) -> list[Judged]:
    """Return a judged row for each published number, encoder, training split and protocol."""
    evidence = results(tree)
    hindered = blocked(tree)
    return [
        _judged(claim, row, encoder, train, protocol, evidence, hindered)
        for claim in claims
        for row in claim.rows
        for encoder in claim.encoders
        for train in row.trains
        for protocol in row.protocols
    ]


def verdict(row: Row, value: float, low: float, high: float) -> str:
    """Return the verdict on a value and its interval."""
    above, below = value >= row.published - row.precision, value <= row.published + row.precision
    if {"at least": above, "at most": below, "equal": above and below}[row.rule]:
        return "REPRODUCED"
    reaches = {"at least": high >= row.published, "at most": low <= row.published}
    return "WITHIN_TOLERANCE" if reaches.get(row.rule, low <= row.published <= high) else "NOT_REPRODUCED"


def _judged(
    claim: Claim,
    row: Row,
    encoder: str,
    train: str,
    protocol: str,
    evidence: list[dict[str, Any]],
    hindered: list[dict[str, Any]],
) -> Judged:
    fixed = {
        **as_json(claim),
        "row": f"{row.row}.{encoder}.{train}",
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
    wanted = {"encoder": encoder, "train": train, "chain": row.chain, "point": row.point}
    cells = [
        result
        for result in evidence
        if result["suite"] == claim.suite and wanted.items() <= result["inputs"]["cell"].items()
    ]
    key = (protocol, row.dataset, row.metric)
    found = [
        value
        for result in cells
        for value in rows_of(result)
        if (value["protocol"], value["dataset"], value["metric"]) == key
    ]
    if not found:
        return {**fixed, **_nothing(row), **_why_nothing(claim.suite, encoder, train, hindered)}
    mean = over_seeds(found)
    value, low, high = (round(mean[name], 9) for name in ("value", "low", "high"))
    return {
        **fixed,
        "value": value,
        "low": low,
        "high": high,
        "n": mean["n"],
        "seeds": mean["seeds"],
        "printed": {"published": row.printed, **_printed(row.scale / 100, value, low, high)},
        "verdict": verdict(row, value, low, high),
        "reason": "",
        "evidence": [{"cell": f"{cell['suite']}/{cell['cell']}", "sha256": cell["sha256"]} for cell in cells],
    }  # fmt: skip


def _printed(sign: float, value: float, low: float, high: float) -> dict[str, str]:
    low, high = sorted((sign * low, sign * high))
    return {"value": percent(sign * value), "low": percent(low), "high": percent(high)}


def _nothing(row: Row) -> Judged:
    empty = dict.fromkeys(("value", "low", "high", "n", "seeds"))
    return {**empty, "printed": {"published": row.printed}, "evidence": []}


def _why_nothing(suite: str, encoder: str, train: str, hindered: list[dict[str, Any]]) -> Judged:
    for entry in hindered:
        if (entry["suite"], entry["encoder"], entry["train"]) == (suite, encoder, train):
            return {"verdict": "BLOCKED", "reason": f"{entry['missing']}; to unblock: {entry['remedy']}"}
    return {"verdict": "NOT_RUN", "reason": f"run the suite {suite}"}
