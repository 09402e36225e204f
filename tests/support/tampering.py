"""A checkout with labels, sums of sets and means to tamper with, and an attacker who covers his tracks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from harness.evidence import npz
from harness.evidence.files import sha256_file
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped, write_stamped
from harness.numerics.rounding import rounded
from harness.planning.status import Entry, entries
from harness.run.runner import run
from harness.types import Place
from report.pages.render import render
from support.checkouts import attest, pin, relist
from support.suites import COMPARED, SUITE, dataset, write_files

Content = dict[str, Any]
SIGN = "own.train-set.projection-sign.8x"
COARSE = "own.train-set.truncation-4.8x"
EDITS = (
    *COMPARED,
    (
        'metrics = ["spearman@original"]',
        'metrics = ["spearman@original", "spearman@human", "retention@human", "knn-recall@10"]',
    ),
    ('protocols = ["as-published"]', 'protocols = ["as-published", "decontaminated"]'),
    ('train = ["train-set"]', 'train = ["train-set", "absent-set"]'),
    ('test = ["test-set"]', 'test = ["test-set", "other-set"]'),
    ("[points.8x]", "[combine]\nboth = { test-set = 0.5, other-set = 0.5 }\n\n[points.8x]"),
)
ABSENT = """
# file: datasets/absent-set.toml
title = "Rows that are not here"
licence = "theirs"
[[origins]]
use = "package"
package = "no_such_package_here"
path = "rows.txt"
format = "sentences"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
"""


def checkout(root: Path) -> Path:
    """Write a suite and its data, run it into the evidence of a checkout, render and list it."""
    text = SUITE
    for old, new in EDITS:
        assert 1 == text.count(old), old
        text = text.replace(old, new)
    folder = root / "suites"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    train = rng.standard_normal((300, 8)).astype(np.float32)
    np.save(folder / "train.npy", train)
    for name in ("test", "other"):
        left, noise = rng.standard_normal((2, 60, 8)).astype(np.float32)
        left[:10] = train[:10]  # seen
        gold = np.round(rng.random(60) * 5)
        np.savez(folder / f"{name}.npz", left=left, right=left * gold[:, None] + 3 * noise, gold=gold)
    path = write_files(folder / "mine.toml", text + dataset("other-set", "other.npz") + ABSENT)
    tree, place = Tree(root / "artifacts"), Place(path.parent, None, offline=True)
    planned = entries(path, place, tree)
    assert [] == run(planned, planned, tree, root / "store", 1, lambda *_: None)
    attest(root / "artifacts" / "envelopes", sha="a" * 40, dirty=False)
    render(tree)
    relist(root)
    pin(root)
    return root


def planned(root: Path) -> list[Entry]:
    """Return the cells of the checkout's suite as planned into an empty folder."""
    path = root / "suites" / "mine.toml"
    return entries(path, Place(path.parent, None, offline=True), Tree(root / "nowhere"))


def restamp(path: Path, edit: Callable[[Content], Any]) -> None:
    """Write a stamped file anew, certified, after an edit."""
    content, _ = read_stamped(path)
    edit(content)
    write_stamped(path, content)


def rewrite(path: Path, edit: Callable[[dict[str, np.ndarray[Any, Any]]], Any]) -> None:
    """Write arrays anew after an edit."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name].copy() for name in stored.files}
    edit(arrays)
    path.write_bytes(npz.dumps(arrays))


def cover(root: Path) -> None:
    """Certify everything anew as it is now: files in results and labels, means, the report, the listing."""
    tree = Tree(root / "artifacts")
    for path in [*tree.results(), tree.labels("mine")]:
        if path.is_file():
            restamp(path, lambda content: _name_files(tree, content))
    results = {path.stem: read_stamped(path) for path in tree.results("mine")}
    restamp(tree.means("mine"), lambda content: _average(content, results))
    render(tree)
    relist(root)


def _name_files(tree: Tree, content: Content) -> None:
    for file in content["files"].values():
        if (tree.root / file["path"]).is_file():
            file["sha256"] = sha256_file(tree.root / file["path"])


def _average(content: Content, results: dict[str, tuple[Content, str]]) -> None:
    """Have the means be of the results that are there, by their checksums, and average their values."""
    for batch in content["batches"]:
        means: dict[str, dict[tuple[str, ...], Content]] = {}
        batch["of"]["results"] = {
            cell: results[cell][1] for cell in batch["of"]["results"] if cell in results
        }
        batch["groups"] = [group for group in batch["groups"] if set(group["results"]) & set(results)]
        for group in batch["groups"]:
            group["results"] = {cell: results[cell][1] for cell in group["results"] if cell in results}
            for value in group["values"]:
                points = [_value(results[cell][0], _key(value)) for cell in group["results"]]
                _move(value, rounded(sum(points) / len(points)))
            means[group["group"]] = {_key(value): value for value in group["values"]}
        for pair in batch["comparisons"]:
            for value in pair["values"]:
                one, two = (means[pair[name]][_key(value)]["value"] for name in ("group", "against"))
                _move(value, rounded(one - two))

    content["batches"] = [batch for batch in content["batches"] if batch["groups"]]


def _key(value: Content) -> tuple[str, ...]:
    return value["protocol"], value["dataset"], value["metric"]


def _value(content: Content, key: tuple[str, ...]) -> float:
    return next((float(value["value"]) for value in content["values"] if _key(value) == key), 0.0)


def _move(value: Content, to: float) -> None:
    if abs(value["value"] - to) > 1e-5:  # what is off by rounding alone stays as it is
        value.update(value=to, low=min(value["low"], to), high=max(value["high"], to))


def edit_text(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Return an edit of a file that stands in for one that an attacker made after all else was certified."""

    def change(root: Path) -> None:
        text = (root / name).read_text("utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), "utf-8")

    return change


def claims(edit: Callable[[list[Content]], Any]) -> Callable[[Path], None]:
    """Return an edit of the rows of claims.json."""

    def change(root: Path) -> None:
        path = root / "artifacts/report/claims.json"
        document = json.loads(path.read_text("utf-8"))
        edit(document["claims"])
        path.write_text(json.dumps(document))

    return change


def digest_of(path: Path) -> str:
    """Return the sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
