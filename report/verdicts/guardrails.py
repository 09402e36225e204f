"""Operating points held to what they promise: recommended, or not, and the rule that says so."""

from __future__ import annotations

from typing import Any

from report.evidence.results import over_seeds, rows_of
from report.verdicts.claims import percent

SUITE = "operating-points"
PROTOCOLS = ("decontaminated", "as-published")  # the first that there is a value under is the one that counts

RECOMMENDED, NOT_RECOMMENDED, NOT_JUDGED = "recommended", "NOT RECOMMENDED", "not judged"


def guardrails(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a line for each cell of the suite with a named point, its seeds taken together.

    ``verdict`` is 'recommended' where every bound that could be looked up holds, 'NOT RECOMMENDED' with the
    ``reasons`` where one is missed or the vectors are smaller than the point allows, and 'not judged' where
    no bound's data set was measured and the size is no reason. ``bounds`` has each bound with its value.
    """
    together: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for result in results:
        cell = result["inputs"]["cell"]
        if result["suite"] == SUITE and cell.get("guardrails"):
            settings = tuple(cell.get("grid", {}).items())
            key = (cell["encoder"], cell["train"], cell["chain"], cell["point"], settings)
            together.setdefault(key, []).append(result)
    return [_line(seeds) for seeds in together.values()]


def _line(seeds: list[dict[str, Any]]) -> dict[str, Any]:
    cell, sizes = seeds[0]["inputs"]["cell"], seeds[0]["sizes"]
    promised = cell["guardrails"]
    rows = [row for result in seeds for row in rows_of(result)]
    bounds = [found for bound in promised.get("bounds", []) if (found := _held(bound, rows))]
    smallest = promised.get("smallest_bytes", 0)
    reasons = [_missed(bound) for bound in bounds if bound["value"] < bound["at_least"]]
    if sizes["bytes_per_vector"] < smallest:
        reasons.append(
            f"{sizes['bytes_per_vector']} bytes a vector, under the point's smallest of {smallest}"
        )
    judged = RECOMMENDED if bounds else NOT_JUDGED
    return {
        **{key: cell[key] for key in ("encoder", "train", "chain", "point")},
        "grid": rows[0]["grid"],
        "bytes": sizes["bytes_per_vector"],
        "ratio": sizes["ratio"],
        "seeds": len(seeds),
        "bounds": bounds,
        "smallest_bytes": smallest or None,
        "verdict": NOT_RECOMMENDED if reasons else judged,
        "reasons": reasons,
        "evidence": [{"cell": f"{x['suite']}/{x['cell']}", "sha256": x["sha256"]} for x in seeds],
    }


def _held(bound: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return a bound with the mean over seeds that it is held to; None where nothing was measured."""
    for protocol in PROTOCOLS:
        wanted = {"protocol": protocol, "dataset": bound["dataset"], "metric": bound["metric"]}
        found = [row for row in rows if wanted.items() <= row.items()]
        if found:
            mean = over_seeds(found)
            numbers = {key: round(mean[key], 9) for key in ("value", "low", "high")}  # no 0.9499999999999999
            jitter = {"jitter": mean["jitter"]} if "jitter" in mean else {}
            return {**bound, "protocol": protocol, **numbers, **jitter, "n": mean["n"]}
    return None


def _missed(bound: dict[str, Any]) -> str:
    value, least = percent(bound["value"]), percent(bound["at_least"])
    return f"{bound['metric']} on {bound['dataset']} ({bound['protocol']}): {value}, under {least}"
