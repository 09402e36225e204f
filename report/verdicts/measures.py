"""Bounds on what was measured on a machine beside a result (time, memory), as judged rows.

Such numbers stand in envelopes, outside every content hash: another run has others, and the row names the
machine. The evidence of a row is the results that the envelopes belong to.
"""

from __future__ import annotations

from typing import Any

from report.evidence.envelopes import at, envelope_of, machine_of
from report.evidence.results import Evidence
from report.verdicts.claims import Claim, Measure, as_json

Judged = dict[str, Any]


def judged_measures(claim: Claim, evidence: Evidence) -> list[Judged]:
    """Return a judged row for each bound and space: the largest of the seeds against the bound."""
    return [
        {**_fixed(claim, measure, encoder), **_found(claim, measure, encoder, evidence)}
        for measure in claim.measures
        for encoder in claim.encoders
    ]


def _fixed(claim: Claim, measure: Measure, encoder: str) -> Judged:
    return {
        **as_json(claim),
        **measure.model_dump(include={"what", "headline", "published"}),
        "row": f"{measure.row}.{encoder}",
        "encoder": encoder,
        "role": claim.encoders[encoder],
        "train": "",
        "protocol": "",
        "metric": measure.path.rpartition(".")[2] + "@envelope",
        "rule": "at most",
        "low": None,
        "high": None,
    }


def _found(claim: Claim, measure: Measure, encoder: str, evidence: Evidence) -> Judged:
    wanted = {"encoder": encoder, "chain": measure.chain, "point": measure.point}
    numbers: list[float] = []
    entries: list[dict[str, str]] = []
    machines: dict[str, None] = {}
    for result in evidence.results:
        cell = result["inputs"]["cell"]
        envelope = envelope_of(evidence.tree.root, result["suite"], result["cell"])
        if result["suite"] == claim.suite and wanted.items() <= cell.items() and envelope:
            number = at(envelope, measure.path)
            if number is not None:
                numbers.append(number)
                entries.append({"cell": f"{claim.suite}/{result['cell']}", "sha256": result["sha256"]})
                machines[machine_of(envelope)] = None
    printed = {"published": measure.printed}
    if not numbers:
        nothing: Judged = {"value": None, "n": None, "seeds": None, "printed": printed, "evidence": []}
        return {**nothing, **_why_nothing(str(claim.suite), encoder, evidence)}
    worst = max(numbers) / measure.scale
    said = {"value": f"{worst:.3g} {measure.unit}", "low": "–", "high": "–"}
    return {
        "value": worst,
        "n": len(numbers),
        "seeds": len(numbers),
        "printed": {**printed, **said},
        "verdict": "REPRODUCED" if worst <= measure.published else "NOT_REPRODUCED",
        "reason": "measured in one thread on " + "; ".join(machines),
        "evidence": entries,
    }


def _why_nothing(suite: str, encoder: str, evidence: Evidence) -> dict[str, str]:
    for entry in evidence.blocked:
        if (entry["suite"], entry["encoder"]) == (suite, encoder):
            return {"verdict": "BLOCKED", "reason": f"{entry['missing']}; to unblock: {entry['remedy']}"}
    return {"verdict": "NOT_RUN", "reason": f"run the suite {suite}, whose envelopes have it"}
