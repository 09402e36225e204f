"""Checks of servers: what the smoke test's transcripts say of each, as judged rows."""

from __future__ import annotations

from typing import Any

from report.verdicts.claims import Check, Claim, as_json

ALL = "all"
VERDICTS = {"PASS": "REPRODUCED", "FAIL": "NOT_REPRODUCED", "SKIPPED": "BLOCKED"}


def judged_checks(claim: Claim, transcripts: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a judged row for each check and server; its value is the share of checks that passed.

    ``encoder`` names the server that was to be asked, ``server`` the one that answered.
    """
    return [
        {**_fixed(claim, check, server), **_found(claim, check, server, transcripts.get(server))}
        for check in claim.checks
        for server in claim.servers
    ]


def _fixed(claim: Claim, check: Check, server: str) -> dict[str, Any]:
    return {
        **as_json(claim),
        "row": f"{check.row}.{server}",
        "what": check.what,
        "encoder": server,
        "role": claim.servers[server].role,
        "train": "",
        "protocol": "",
        "metric": "passed@server",
        "rule": "equal",
        "headline": check.headline,
        "published": 1.0,
        "low": None,
        "high": None,
        "seeds": None,
    }


def _found(claim: Claim, check: Check, server: str, transcript: dict[str, Any] | None) -> dict[str, Any]:
    asked = [entry for entry in (transcript or {}).get("checks", []) if check.check in {ALL, entry["name"]}]
    printed = {"published": "passes"}
    if transcript is None or not asked:
        nothing: dict[str, Any] = {"value": None, "n": None, "printed": printed, "evidence": [], "server": ""}
        return {**nothing, **_why_nothing(claim, server)}
    name = transcript["server"]["name"]
    common = {
        "server": f"{transcript['server']['host']} ({name})" if name else transcript["server"]["host"],
        "n": len(asked),
        "evidence": [{"transcript": server, "sha256": transcript["sha256"]}],
    }
    for status in ("FAIL", "SKIPPED"):
        failing = [entry for entry in asked if entry["status"] == status]
        if failing:
            more = f" (and {len(failing) - 1} more)" if failing[1:] else ""
            reason = f"{failing[0]['name']}: {failing[0]['found']}{more}"  # the first: later checks need it
            return {**common, **_counted(asked, printed, VERDICTS[status]), "reason": reason}
    return {**common, **_counted(asked, printed, VERDICTS["PASS"]), "reason": ""}


def _counted(asked: list[dict[str, Any]], printed: dict[str, str], verdict: str) -> dict[str, Any]:
    """Return the share that passed; none where a check was skipped, which is no number."""
    passed = sum(entry["status"] == "PASS" for entry in asked)
    if verdict == "BLOCKED":
        return {"value": None, "printed": printed, "verdict": verdict}
    said = {**printed, "value": f"{passed} of {len(asked)}", "low": "–", "high": "–"}
    return {"value": round(passed / len(asked), 9), "printed": said, "verdict": verdict}


def _why_nothing(claim: Claim, server: str) -> dict[str, str]:
    remedy = claim.servers[server].remedy
    if remedy:
        return {"verdict": "BLOCKED", "reason": f"no transcript of {server}; to unblock: {remedy}"}
    return {"verdict": "NOT_RUN", "reason": f"run the smoke test on {server}"}
