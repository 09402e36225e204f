"""A claim judged again: a rerun's results in the place of the committed ones, the rest as committed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from harness.errors import InputError
from harness.evidence import stability
from harness.evidence.layout import Tree
from harness.evidence.schema.verdict import BoardEntry, VerdictRow
from harness.evidence.stamp import read_json, read_stamped, write_stamped
from harness.run.replay import Target
from report.verdicts.board import board
from report.verdicts.claims import Claim, load_claims
from report.verdicts.judge import judge


def judged_again(
    target: Target, out: Tree, committed: Tree, folder: Path, claims: Sequence[Claim] | None = None
) -> tuple[list[VerdictRow], BoardEntry]:
    """Return the target's rows, and the claim's entry of the board, from the rerun and the other evidence.

    ``folder`` receives the evidence of the claim's suites, the rerun in the place of what was committed.
    ``claims``: where they are not this project's.
    """
    names = {(row.row, row.protocol) for row in target.rows}
    name = target.rows[0].id
    claim = next((each for each in claims or load_claims() if each.id == name), None)
    if claim is None:
        raise InputError(f"{name}: judged in {committed.report()}, expected a claim that harness list names")
    suites = {str(row.suite or claim.suite) for row in claim.every_row()} | {
        suite for suite, _ in target.cells
    }
    merged = _merged(sorted(suites), out, committed, folder)
    rows = judge([claim], merged)
    return [row for row in rows if (row.row, row.protocol) in names], board(rows)[0]


def _merged(suites: Sequence[str], out: Tree, committed: Tree, folder: Path) -> Tree:
    """Return a tree of the suites' evidence in which the rerun's results take the place of the committed."""
    merged = Tree(folder)
    for suite in suites:
        for tree in (committed, out):
            for name in ("results", "envelopes"):
                if (source := tree.root / name / suite).is_dir():
                    shutil.copytree(source, folder / name / suite, dirs_exist_ok=True)
        if (record := committed.suite(suite)).is_file():
            shutil.copyfile(record, merged.suite(suite))
        _merge_means(suite, out, committed, merged)
        _merge_jitter(suite, committed, merged)
    for name in ("locks", "transcripts"):
        if (committed.root / name).is_dir():
            shutil.copytree(committed.root / name, folder / name)
    return merged


def _merge_means(suite: str, out: Tree, committed: Tree, merged: Tree) -> None:
    """Write the means of both: each counts for the results that it names by checksum, the rerun's last."""
    contents = [read_stamped(path)[0] for tree in (committed, out) if (path := tree.means(suite)).is_file()]
    if contents:
        batches = [batch for content in contents for batch in content["batches"]]
        write_stamped(merged.means(suite), {**contents[-1], "batches": batches})


def _merge_jitter(suite: str, committed: Tree, merged: Tree) -> None:
    """Write the committed jitter as that of the merged results: the rerun measures none of its own."""
    path = committed.jitter(suite)
    if not path.is_file():
        return
    content = read_stamped(path)[0]
    cells = [
        {**cell, "result": read_json(merged.result(suite, cell["cell"]))["sha256"]}
        for cell in content["cells"]
        if stability.current(committed, suite, cell["cell"], cell["result"])
    ]
    write_stamped(merged.jitter(suite), {**content, "cells": cells})
