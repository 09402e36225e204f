"""Results as flat rows, what was blocked and what servers answered: how the report sees evidence."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import InputError
from harness.evidence import stability
from harness.evidence.layout import Tree
from harness.evidence.schema import check_blocked, check_result
from harness.evidence.stamp import read_stamped
from report.evidence.means import Comparisons, attach

COLUMNS = (
    "suite", "cell", "encoder", "compressor", "point", "grid", "asymmetric", "train", "seed",
    "bytes_per_vector", "ratio", "protocol", "dataset", "metric", "value", "low", "high", "jitter", "n",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that verdicts stand on: results, blocked cells, and transcripts by the server's name.

    ``comparisons``: differences of methods that a run left. ``tree``: where it was read from, and where the
    envelopes of the results are.
    """

    results: list[dict[str, Any]]
    blocked: list[dict[str, Any]]
    transcripts: dict[str, dict[str, Any]]
    comparisons: Comparisons
    tree: Tree


def gather(tree: Tree) -> Evidence:
    """Return the evidence in ``tree``; raise InputError where a part of it has no certificate that holds."""
    found = _read(tree)
    return Evidence(found, blocked(tree), transcripts(tree), attach(tree, found), tree)


def results(tree: Tree) -> list[dict[str, Any]]:
    """Return the content of every result, with its certificate under ``sha256``, in order of suite and cell.

    A value has its ``mean`` over seeds, where one was made from the results at hand; values of unstable
    pipelines have their ``jitter`` (``stability``). Raises InputError where there is no result, or
    where one does not match its certificate or is no result.
    """
    found = _read(tree)
    attach(tree, found)
    return found


def _read(tree: Tree) -> list[dict[str, Any]]:
    paths = sorted((tree.root / "results").glob("*/*.json"))
    if not paths:
        raise InputError(f"{tree.root}: found no results, expected results/<suite>/<cell>.json")
    found, jitter = [], stability.read(tree)
    for path in paths:
        content, sha256 = read_stamped(path)
        check_result(path, content)
        found.append({**content, "values": jitter.marked(content), "sha256": sha256})
    return found


def blocked(tree: Tree) -> list[dict[str, Any]]:
    """Return every cell that could not run where the evidence was made: its suite, why, and the remedy."""
    found = []
    for path in sorted((tree.root / "results").glob("*.blocked.json")):
        content, _ = read_stamped(path)
        found += [{"suite": content["suite"], **entry} for entry in check_blocked(path, content)]
    return found


def transcripts(tree: Tree) -> dict[str, dict[str, Any]]:
    """Return what the smoke test saw of each server, with its certificate under ``sha256``, by its name."""
    found = {}
    for path in sorted(tree.transcript("*").parent.glob("*.json")):
        content, sha256 = read_stamped(path)
        if content["server"]["host"] != path.stem:
            host = content["server"]["host"]
            raise InputError(f"{path}: found a transcript of {host!r}, expected one of {path.stem!r}")
        found[path.stem] = {**content, "sha256": sha256}
    return found


def rows(tree: Tree) -> list[dict[str, Any]]:
    """Return one flat row a value; correlations, shares and retention are fractions, sizes bytes."""
    return [stability.widened(row) for result in results(tree) for row in rows_of(result)]


def rows_of(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the flat rows of one result: its values, its ratio, and what its test sets share with training.

    ``ratio@bytes`` and ``search@bytes`` (``searched_bytes``) belong to no data set.
    ``shared-pairs@audit`` is the share of a set's pairs that stand in the training split,
    ``seen-sentence@audit`` that of pairs with at least one sentence of it.
    """
    counted = [_exact("", "ratio@bytes", result["sizes"]["ratio"], 1)]
    if index := result["sizes"].get("index"):
        counted.append(_exact("", "search@bytes", searched_bytes(result), index["rows"]))
    common = _common(result)
    return [{**common, **value} for value in (*result["values"], *counted, *_audited(result))]


def searched_bytes(result: dict[str, Any]) -> float:
    """Return what a row that an index searches takes: bytes of the index as a file and of the map, a row."""
    sizes = result["sizes"]
    return float((sizes["index"]["bytes"] + sizes["state_bytes"]) / sizes["index"]["rows"])


def checkpoints_of(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a flat row for each number that training noted at a checkpoint, with the ``step`` it stood at.

    ``norm_mean@training`` is one; they belong to no data set.
    """
    common = _common(result)
    return [
        {**common, **_exact("", f"{name}@training", value, 1), "step": int(step)}
        for history in result.get("training", {}).values()
        for name, values in history.items()
        if name != "step"
        for step, value in zip(history.get("step", ()), values, strict=False)
    ]


def _common(result: dict[str, Any]) -> dict[str, Any]:
    """Return what all flat rows of a result have."""
    cell = result["inputs"]["cell"]
    return {
        "suite": result["suite"],
        "cell": result["cell"],
        "encoder": cell["encoder"],
        "compressor": cell["chain"],
        "point": cell["point"],
        "grid": " ".join(f"{key}={value}" for key, value in cell.get("grid", {}).items()),
        "asymmetric": cell.get("asymmetric", False),
        "train": cell["train"],
        "seed": cell["seed"],
        "bytes_per_vector": result["sizes"]["bytes_per_vector"],
        "ratio": result["sizes"]["ratio"],
    }


_SHARES = {"shared-pairs@audit": "shared_pairs", "seen-sentence@audit": "pairs_with_a_seen_sentence"}


def _audited(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the audit's counts as shares of pairs, for each test set and each sum of test sets."""
    audit = result.get("audit", {})
    combine = result["inputs"].get("combine", {})
    sums = {
        name: list(weights)
        for name, weights in combine.items()
        if set(weights) <= set(audit) and min(weights.values()) > 0  # a difference of sets has no pairs
    }
    found = []
    for name, parts in ({dataset: [dataset] for dataset in audit} | sums).items():
        pairs = sum(audit[part]["pairs"] for part in parts)
        for metric, key in _SHARES.items():
            found.append(_exact(name, metric, sum(audit[part][key] for part in parts) / pairs, pairs))
    return found


def _exact(dataset: str, metric: str, value: float, n: int) -> dict[str, Any]:
    """Return a counted value: all of a set is counted, so the interval has no width."""
    place = {"protocol": "as-published", "dataset": dataset, "metric": metric}
    return {**place, "value": value, "low": value, "high": value, "n": n}


def rows_csv(found: Iterable[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> str:
    """Return rows as CSV with a header line; what a row does not have, such as jitter, is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: row.get(column) for column in columns} for row in found)
    return text.getvalue().rstrip("\n")


def over_seeds(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return rows that differ in their seed alone as one: the mean, with one interval over items and seeds.

    Both are evidence (``means``); of one seed they are its own, and a counted value has no width. What
    is of no data set (bytes, what training noted) is never resampled: its interval goes from the least seed
    to the greatest. Raises InputError where there is no mean of just these rows.
    """
    first = {key: each for key, each in found[0].items() if key != "mean"}
    counted = {(row["value"], row["low"], row["high"]) for row in found}
    if len(found) == 1 or counted == {(first["value"],) * 3}:
        return stability.widened({**first, "seeds": len(found)})
    if first.get("dataset") == "":
        values = [row["value"] for row in found]
        ends = {"value": sum(values) / len(values), "low": min(values), "high": max(values)}
        return {**first, **ends, "seeds": len(found)}
    mean = found[0].get("mean")
    if mean is None or mean["seeds"] != len(found) or any(row.get("mean") is not mean for row in found):
        said = " ".join(str(first[key]) for key in ("suite", "cell", "dataset", "metric") if key in first)
        raise InputError(
            f"{said}: found no mean over these {len(found)} seeds, or one of other results; "
            "expected means/<suite>.json as a run of the suite writes it"
        )
    return stability.widened({**first, **{key: mean[key] for key in ("value", "low", "high", "n", "seeds")}})
