"""Lines of the tables of students and back ends: results that differ in their seed alone, as one."""

from __future__ import annotations

import numpy as np

from report.evidence import paired
from report.evidence.results import over_seeds, searched_bytes
from report.export import rows
from report.tables.rows import AXES, PCA, Row
from report.tables.search import difference

SCOPES = {name: prefix for prefix, name in rows.SCOPES.items()}
STUDENT, PLAIN = "student, hard negatives", "student, no hard negatives"
METHODS = {
    "identity": "uncompressed",
    "pca": PCA,
    "principal-projection": AXES,
    "random-projection": "random projection",
}
STATISTICS = ("loss", "norm_mean", "cosine_mean", "cosine_std")


def method(steps: list[Row]) -> str:
    """Return what the tables call a chain, by its first step."""
    use, params = steps[0]["use"], steps[0].get("params", {})
    if use == "student":
        return STUDENT if params["hard_negatives"] else PLAIN
    return METHODS.get(use, str(use))


def line_of(seeds: list[Row]) -> Row:
    """Return the line of results that differ in their seed alone."""
    first = seeds[0]
    cell, sizes = first["inputs"]["cell"], first["sizes"]
    metrics = dict.fromkeys(value["metric"] for value in first["values"])
    return {
        "encoder": cell["encoder"],
        "dataset": cell["tests"][0],
        "steps": cell["steps"],
        "method": method(cell["steps"]),
        "use": cell["index"]["use"],
        "dims": sizes["bytes_per_vector"] // 4,
        "rows": sizes["index"]["rows"],
        "bytes": sizes["index"]["bytes"] / sizes["index"]["rows"],
        "whole": searched_bytes(first),
        "original": sizes["original_bytes"],
        "seeds": len(seeds),
        "values": {
            name: over_seeds([x for result in seeds for x in result["values"] if x["metric"] == name])
            for name in metrics
        },
        "files": [paired.scores_of(result) for result in seeds],
        "histories": [history for result in seeds for history in result.get("training", {}).values()],
    }


def scores_of(line: Row, prefix: str, scores: tuple[str, ...]) -> Row:
    """Return the means of the scores in the scope of a prefix; None for what the scope has not."""
    return {score: line["values"].get(prefix + score) for score in scores}


def overlap(line: Row) -> Row:
    """Return the mean overlap@10 with the teacher, which settings and methods are compared by."""
    found: Row = line["values"][SCOPES["vs_teacher"] + "overlap@10"]
    return found


def change(best: Row, line: Row) -> str:
    """Return what a line's steps have different from the best's."""
    if best["steps"][0]["use"] != line["steps"][0]["use"]:
        return str(line["method"])
    return "; ".join(difference(best["steps"], line["steps"])) or "the same steps"


def varied(lines: list[Row], line: Row) -> tuple[str, Row]:
    """Return a line's first step: its kind, and those parameters that differ among ``lines`` of that kind."""
    use = line["steps"][0]["use"]
    kind = [other["steps"][0].get("params", {}) for other in lines if other["steps"][0]["use"] == use]
    params = line["steps"][0].get("params", {})
    return use, {
        key: params[key] for key in params if any(other.get(key) != kind[0].get(key) for other in kind)
    }


def trained(histories: list[Row]) -> Row:
    """Return the first and the last of each statistic, and how many checkpoints looked like a collapse."""
    ends = {
        name: [float(np.mean([history[name][place] for history in histories])) for place in (0, -1)]
        for name in STATISTICS
    }
    flags = [flag for history in histories for flag in history["collapse_suspect"]]
    return {"ends": ends, "checkpoints": len(flags), "suspect": int(sum(flags))}
