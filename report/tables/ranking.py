"""Tables of listwise distillation: neighbours found again, beside simpler maps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.evidence import paired
from report.evidence.envelopes import envelope_of, machine_of
from report.evidence.results import over_seeds
from report.tables.rows import AXES, PCA, Row

SUITE, VALIDATION = "ranking", "ranking-validation"
METRICS = ("recall@10", "recall@50", "overlap@10", "overlap@50", "ndcg@10", "ndcg@50", "mrr@100")
COMPARED = ("overlap@10", "recall@10", "ndcg@10")
LISTWISE = "listwise"
PUBLISHED = "listwise, published temperature"
TEMPERATURE = 0.05  # the published one
BASES = (AXES, PCA)
METHODS = (
    LISTWISE, PUBLISHED, "listwise, Gaussian start", "listwise, with a queue",
    "listwise, no hard negatives", *BASES, "first dimensions", "random projection", "uncompressed",
)  # fmt: skip
PLAIN = {
    "identity": "uncompressed", "principal-projection": AXES, "pca": PCA, "truncation": "first dimensions",
    "random-projection": "random projection",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranking:
    """Looks up results of listwise distillation; shares are fractions.

    ``root``: the folder of evidence, whose score files have a value a query and whose envelopes the
    throughput; None where there is none.
    """

    results: list[Row]
    root: Path | None

    def encoders(self) -> list[str]:
        """Return the spaces with evidence."""
        return list(dict.fromkeys(line["encoder"] for line in self.lines(SUITE)))

    def lines(self, suite: str) -> list[Row]:
        """Return a line for each space, chain, point and grid setting of a suite: means over seeds.

        In a space most dimensions come first, and methods in the order of METHODS.
        """
        groups: dict[tuple[str, ...], list[Row]] = {}
        for result in self.results:
            cell = result["inputs"]["cell"]
            if result["suite"] == suite:
                key = (cell["encoder"], cell["chain"], str(cell["point"]), str(cell["grid"]))
                groups.setdefault(key, []).append(result)
        lines = [_line(seeds) for seeds in groups.values()]
        return sorted(lines, key=lambda x: (x["encoder"], -x["dims"], METHODS.index(x["method"])))

    def of(self, encoder: str) -> list[Row]:
        """Return the lines of a space."""
        return [line for line in self.lines(SUITE) if line["encoder"] == encoder]

    def compared(self) -> list[Row]:
        """Return each listwise setting beside each of BASES in as many dimensions, a line each of COMPARED.

        ``less`` is the mean over queries of its score minus that of the other, each seed's mean first.
        """
        lines = self.lines(SUITE)
        return [
            self._against(line, base, metric)
            for line in lines
            for base in lines
            if line["method"].startswith(LISTWISE) and base["method"] in BASES and _same(line, base)
            for metric in COMPARED
        ]

    def ablation(self) -> list[Row]:
        """Return the listwise setting beside those that differ from it in one thing, on overlap@10."""
        lines = self.lines(SUITE)
        return [
            self._against(line, base, COMPARED[0])
            for line in lines
            for base in lines
            if line["method"] == LISTWISE != base["method"] and _same(line, base)
            if base["method"].startswith(LISTWISE)
        ]

    def tally(self) -> list[Row]:
        """Return, by method, base and metric, how often it came out better, worse, or neither."""
        counts: dict[tuple[str, str, str], Row] = {}
        for line in self.compared():
            key = (line["method"], line["base"]["method"], line["metric"])
            blank = dict(zip(("method", "against", "metric"), key, strict=True))
            row = counts.setdefault(key, {**blank, **dict.fromkeys(paired.OUTCOMES, 0)})
            row[line["outcome"]] += 1
        place = METHODS.index
        return sorted(counts.values(), key=lambda x: (place(x["method"]), place(x["against"]), x["metric"]))

    def settings(self) -> list[Row]:
        """Return what was measured on validation parts, best overlap@10 first in each space.

        ``taken``: the suite that measures the test part has a chain of exactly these steps.
        """
        taken = [(line["encoder"], line["steps"]) for line in self.lines(SUITE)]
        lines = [
            {**line, "taken": (line["encoder"], line["steps"]) in taken} for line in self.lines(VALIDATION)
        ]
        return sorted(lines, key=lambda x: (x["encoder"], -x["values"][COMPARED[0]]["value"]))

    def throughput(self) -> list[Row]:
        """Return how fast each method encodes, of seeds the first, where the envelope is at hand.

        ``batch``: vectors a second, the test set at once; ``one``: the median of single ones, milliseconds.
        """
        found = []
        for line in self.lines(SUITE):
            envelope = envelope_of(self.root, SUITE, line["cells"][0])
            timings = envelope.get("timings", {}).get(line["dataset"])
            if timings and line["method"] != "uncompressed":
                rates = {"batch": timings["encode_batch_per_second"], "one": timings["encode_one_ms"]["p50"]}
                found.append({**line, **rates, "machine": machine_of(envelope)})
        return found

    def splits(self) -> list[Row]:
        """Return how each space was split by row: the file, the rule, and where the numbers of rows are."""
        found: dict[tuple[str, str], Row] = {}
        for result in self.results:
            encoder = result["inputs"]["cell"]["encoder"]
            for name, origin in result["inputs"]["datasets"].items() if result["suite"] == SUITE else ():
                rule = _rule(origin)
                if rule:
                    scores = "scores/" + SUITE + "/" + encoder + ".npz"
                    place = origin.get("path") or origin["repo"]
                    found[encoder, name] = {"dataset": name, "place": place, "rule": rule, "scores": scores}
        return [found[key] for key in sorted(found)]

    def _against(self, line: Row, base: Row, metric: str) -> Row:
        key = line["dataset"] + "@queries@" + metric
        files = line["files"], base["files"]
        means = line["values"][metric]["value"], base["values"][metric]["value"]
        return {**line, "base": base, "metric": metric, **paired.compared(self.root, files, key, means)}


def method(steps: list[Row]) -> str:
    """Return what the tables call a chain of one step, by its parameters."""
    use, params = steps[0]["use"], steps[0].get("params", {})
    if use != "listwise":
        return PLAIN[use]
    if not params["linear_start"]:
        return METHODS[2]
    if params["queue"]:
        return METHODS[3]
    if not params["hard_per_anchor"]:
        return METHODS[4]
    return PUBLISHED if {params["tau"], params["student_tau"]} <= {TEMPERATURE, None} else LISTWISE


def _rule(origin: Row) -> str:
    """Return by which rule a set is a part of a file's rows; nothing where it is no part."""
    taken = origin.get("take", origin.get("rows"))
    if not isinstance(taken, dict) or not taken.get("part"):
        return ""
    keys = [key for key in ("part", "share", "validation", "seed") if key in taken]
    return ", ".join(key + " = " + str(taken[key]) for key in keys)


def _same(line: Row, base: Row) -> bool:
    return all(line[key] == base[key] for key in ("encoder", "dataset", "dims"))


def _line(seeds: list[Row]) -> Row:
    """Return the line of results that differ in their seed alone."""
    first = seeds[0]
    cell = first["inputs"]["cell"]
    dataset = cell["tests"][0]
    values: dict[str, list[dict[str, Any]]] = {}
    for result in seeds:
        for value in result["values"]:
            if value["dataset"] == dataset:
                values.setdefault(value["metric"], []).append(value)
    return {
        "encoder": cell["encoder"],
        "train": cell["train"],
        "dataset": dataset,
        "steps": cell["steps"],
        "grid": cell["grid"],
        "method": method(cell["steps"]),
        "dims": first["sizes"]["bytes_per_vector"] // 4,
        "seeds": len(seeds),
        "cells": [result["cell"] for result in seeds],
        "values": {metric: over_seeds(found) for metric, found in values.items()},
        "files": [paired.scores_of(result) for result in seeds],
    }
