"""Results as flat rows, and what was blocked: the only way the report sees evidence."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from harness.certificate import read_stamped
from harness.core import InputError
from harness.tree import Tree

COLUMNS = (
    "suite", "cell", "encoder", "compressor", "point", "train", "seed", "bytes_per_vector", "ratio",
    "protocol", "dataset", "metric", "value", "low", "high", "n",
)  # fmt: skip


def results(tree: Tree) -> list[dict[str, Any]]:
    """Return the content of every result, with its certificate under ``sha256``, in order of suite and cell.

    Raises InputError where there is none, or where one does not match its certificate.
    """
    paths = sorted((tree.root / "results").glob("*/*.json"))
    if not paths:
        raise InputError(f"{tree.root}: found no results, expected results/<suite>/<cell>.json")
    found = []
    for path in paths:
        content, sha256 = read_stamped(path)
        found.append({**content, "sha256": sha256})
    return found


def rows(tree: Tree) -> list[dict[str, Any]]:
    """Return one flat row a value; correlations and retention are fractions, sizes bytes."""
    return [row for result in results(tree) for row in rows_of(result)]


def rows_of(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the flat rows of one result."""
    cell = result["inputs"]["cell"]
    common = {
        "suite": result["suite"],
        "cell": result["cell"],
        "encoder": cell["encoder"],
        "compressor": cell["chain"],
        "point": cell["point"],
        "train": cell["train"],
        "seed": cell["seed"],
        "bytes_per_vector": result["sizes"]["bytes_per_vector"],
        "ratio": result["sizes"]["ratio"],
    }
    return [{**common, **value} for value in result["values"]]


def rows_csv(found: Iterable[dict[str, Any]]) -> str:
    """Return rows as CSV with a header line."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return text.getvalue().rstrip("\n")


def blocked(tree: Tree) -> list[dict[str, Any]]:
    """Return every cell that could not run where the evidence was made: its suite, why, and the remedy."""
    found = []
    for path in sorted((tree.root / "results").glob("*.blocked.json")):
        content, _ = read_stamped(path)
        found += [{"suite": content["suite"], **entry} for entry in content["blocked"]]
    return found


def over_seeds(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return rows that differ in their seed alone as one: the mean, and the widest of their intervals.

    The lowest low and the highest high cover the items' and the seeds' uncertainty, on the safe side.
    """
    values = [row["value"] for row in found]
    return {
        **found[0],
        "seeds": len(found),
        "value": sum(values) / len(values),
        "low": min(row["low"] for row in found),
        "high": max(row["high"] for row in found),
    }
