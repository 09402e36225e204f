"""Tables of learned maps on judged retrieval: beside simpler ones, and across spaces."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.evidence import paired
from report.evidence.results import over_seeds
from report.tables.rows import AXES, Row

SUITE = "autoencoder"
RANKING = "ndcg@10"
METRICS = {"ndcg": "judged@ndcg@10", "kept": "judged-retention@ndcg@10", "recall": "judged@recall@100"}
EVERY = "as-published"  # the protocol under which every query of a set counts
FITTED = {"decontaminated": "other documents", "fitted-on-searched": "the documents that are searched"}
TRAINED = (
    "linear auto-encoder", "auto-encoder with a hidden layer", "auto-encoder, basis as trained",
    "listwise distillation", "neighbour-preserving student",
)  # fmt: skip
BASES = ("PCA", "half-whitened PCA", AXES)
METHODS = (*TRAINED, *BASES, "first dimensions", "random projection")
PLAIN = {
    "identity": "uncompressed",
    "truncation": "first dimensions",
    "random-projection": "random projection",
    "principal-projection": AXES,
    "listwise": TRAINED[3],
    "student": TRAINED[4],
}
# The parts of the three-step experiment, by the chain's name, in the order of its steps.
PARTS = {
    "identity": "all of them side by side, as they are",
    "small": "the small, as they are",
    "large-encoded": "the large, auto-encoded",
    "mapped": "the small, mapped onto the auto-encoded large",
    "mapped-residual": "the same with a residual link",
}


@dataclass(frozen=True, slots=True)
class AutoEncoders:
    """Looks up results on judged sets; numbers are fractions and dimensions of float32.

    ``root``: the folder of evidence, whose score files have a value a query; None where there is none.
    """

    results: list[Row]
    root: Path | None

    def encoders(self) -> list[str]:
        """Return the spaces with evidence."""
        return list(dict.fromkeys(line["encoder"] for line in self.lines()))

    def lines(self) -> list[Row]:
        """Return a line for each chain, point, training split, test set and protocol: means over seeds.

        ``method`` is None for a chain of several steps or of none of the METHODS; ``loss`` the least mean
        squared error a component that training came to on its held-out rows.
        """
        groups: dict[tuple[str, ...], list[Row]] = {}
        for result in self.results:
            cell = result["inputs"]["cell"]
            if result["suite"] == SUITE:
                key = (cell["encoder"], cell["train"], cell["chain"], str(cell["point"]))
                groups.setdefault(key, []).append(result)
        lines = [
            {**dict(zip(("encoder", "train", "chain"), key, strict=False)), **line}
            for key, seeds in groups.items()
            for line in _measured(seeds)
        ]
        return sorted(lines, key=_order)

    def uncompressed(self) -> list[Row]:
        """Return what each space does as it is, over every query: a line a space and test set."""
        lines = [x for x in self.lines() if (x["method"], x["protocol"]) == ("uncompressed", EVERY)]
        return list({(x["encoder"], x["dataset"]): x for x in lines}.values())

    def panels(self) -> list[Row]:
        """Return a table a space, training split and test set: methods as columns, dimensions as lines."""
        panels: dict[tuple[str, ...], Row] = {}
        for line in self.lines():
            if line["method"] and line["protocol"] in FITTED:
                key = tuple(line[name] for name in ("encoder", "train", "dataset", "protocol"))
                blank = {"encoder": key[0], "train": key[1], "dataset": key[2], "n": line["ndcg"]["n"]}
                panel = panels.setdefault(key, {**blank, "fitted": FITTED[key[3]], "rows": {}})
                panel["rows"].setdefault(line["dims"], {})[line["method"]] = line["ndcg"]
        return [_panel(panel) for panel in panels.values() if len(panel["rows"]) > 1]

    def compared(self) -> list[Row]:
        """Return each trained map beside each of BASES in as many dimensions, query by query where it can be.

        ``less`` is the map's mean nDCG@10 minus the other's over the same queries, each seed's mean
        first; ``outcome`` says which is better (``report.evidence.paired``).
        """
        lines = [line for line in self.lines() if line["protocol"] == EVERY and line["method"]]
        found = []
        for line in lines:
            for base in lines if line["method"] in TRAINED else ():
                shared = ("encoder", "train", "dataset", "dims")
                if base["method"] in BASES and all(line[key] == base[key] for key in shared):
                    searched = line["train"].removesuffix("-documents") == line["dataset"]
                    fitted = FITTED["fitted-on-searched" if searched else "decontaminated"]
                    found.append({**line, "fitted": fitted, "base": base, **self._against(line, base)})
        return found

    def tally(self) -> list[Row]:
        """Return how often each method came out better than each base, worse, or neither."""
        counts: dict[tuple[str, str, str], Row] = {}
        for line in self.compared():
            key = (line["method"], line["base"]["method"], line["fitted"])
            blank = dict(zip(("method", "against", "fitted"), key, strict=True))
            row = counts.setdefault(key, {**blank, **dict.fromkeys(paired.OUTCOMES, 0)})
            row[line["outcome"]] += 1
        return list(counts.values())

    def experiment(self) -> list[Row]:
        """Return the parts of the three-step experiment for each space that has them, in their order."""
        lines = [
            {**line, "part": part}
            for line in self.lines()
            if line["protocol"] in FITTED and (part := line["chain"].removesuffix("-published")) in PARTS
        ]
        spaces = {line["encoder"] for line in lines if line["part"] == "small"}
        mine = [
            {**line, "what": PARTS[line["part"]], "fitted": FITTED[line["protocol"]]}
            for line in lines
            if line["encoder"] in spaces
        ]
        order = list(PARTS)
        return sorted(mine, key=lambda line: (line["encoder"], line["dataset"], order.index(line["part"])))

    def _against(self, line: Row, base: Row) -> Row:
        means = line["ndcg"]["value"], base["ndcg"]["value"]
        key = line["dataset"] + "@judged@" + RANKING
        return paired.compared(self.root, (line["files"], base["files"]), key, means)


def method(steps: list[Row]) -> str | None:
    """Return what the tables call a chain of one step; None for others."""
    use, params = steps[0]["use"], steps[0].get("params", {})
    if len(steps) > 1:
        return None
    if use == "pca":
        return "half-whitened PCA" if params["whiten"] else "PCA"
    if use == "autoencoder":
        basis = METHODS[2] if params["basis"] == "trained" else METHODS[0]
        return METHODS[1] if params["hidden"] else basis
    return PLAIN.get(use)


def _order(line: Row) -> tuple[Any, ...]:
    """Return what lines are sorted by: where they belong, method, most dimensions first."""
    place = METHODS.index(line["method"]) if line["method"] in METHODS else -1
    return line["encoder"], line["dataset"], line["train"], place, -line["dims"], line["chain"]


def _measured(seeds: list[Row]) -> list[Row]:
    """Return a line for each test set and protocol of results that differ in their seed alone."""
    first = seeds[0]
    notes = [history for result in seeds for history in result.get("training", {}).values()]
    losses = [min(history["held_out"]) for history in notes if "held_out" in history]
    common = {
        "dims": first["sizes"]["bytes_per_vector"] // 4,
        "method": method(first["inputs"]["cell"]["steps"]),
        "seeds": len(seeds),
        "loss": sum(losses) / len(losses) if losses else None,
        "files": [paired.scores_of(result) for result in seeds],
    }
    places = {(value["dataset"], value["protocol"]): None for value in first["values"]}
    return [
        {**common, "dataset": dataset, "protocol": protocol, **_means(seeds, dataset, protocol)}
        for dataset, protocol in places
    ]


def _means(seeds: list[Row], dataset: str, protocol: str) -> Row:
    """Return the mean over seeds of each of METRICS."""
    wanted = {"dataset": dataset, "protocol": protocol}
    values = [value for result in seeds for value in result["values"] if wanted.items() <= value.items()]
    return {
        name: over_seeds([value for value in values if value["metric"] == metric])
        for name, metric in METRICS.items()
    }


def _panel(panel: Row) -> Row:
    """Return a panel with its methods in their order and its dimensions from most to fewest."""
    rows = panel["rows"]
    methods = [name for name in METHODS if any(name in cells for cells in rows.values())]
    full = next((cells["uncompressed"] for cells in rows.values() if "uncompressed" in cells), None)
    lines = [
        {"dims": dims, "cells": [cells.get(name) for name in methods]}
        for dims, cells in sorted(rows.items(), reverse=True)
        if set(cells) & set(methods)
    ]
    return {**panel, "methods": methods, "full": full, "rows": lines}
