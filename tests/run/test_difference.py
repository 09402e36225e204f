"""Two trees of evidence: every changed value with its interval, cells, verdicts; folders or commits."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.checkouts import git
from support.claimed import CLAIM, SIGN, claimed_checkout, write_claims
from support.command import Cli

from harness.console.difference import markdown
from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped, write_stamped
from harness.run.difference import difference
from harness.run.snapshots import evidence

CELL = f"{SIGN}.s0"
KEY = ("as-published", "test-set", "spearman@original")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return the evidence of a small suite, with a claim that rests on it; tests leave it as it is."""
    return claimed_checkout(tmp_path_factory.mktemp("claimed"))


@pytest.fixture
def after(before: Tree, tmp_path: Path) -> Tree:
    """Return a copy of it, to be changed."""
    return Tree(Path(shutil.copytree(before.root, tmp_path / "after")))


def move(tree: Tree, by: float, cell: str = CELL) -> dict[str, Any]:
    """Move the value of a result and its interval, stamp it anew, and return the value as it was."""
    content, _ = read_stamped(tree.result("mine", cell))
    (value,) = content["values"]
    was = dict(value)
    for name in ("value", "low", "high"):
        value[name] += by
    write_stamped(tree.result("mine", cell), content)
    return was


def test_the_same_evidence_has_no_difference(before: Tree, after: Tree) -> None:
    """All cells have the same values."""
    same = difference(before, after)
    assert ([], [], [], []) == (same.changes, same.added, same.removed, same.verdicts)
    assert len(before.results()) == same.same


@pytest.mark.parametrize(("by", "larger"), [(1e-9, False), (-0.05, True)])
def test_a_changed_value_stands_with_its_intervals_and_the_noise(
    by: float, larger: bool, before: Tree, after: Tree
) -> None:
    """Within the metric's rerun tolerance it is noise."""
    was = move(after, by)
    different = difference(before, after)
    (change,) = different.changes
    assert (f"mine/{CELL}", KEY) == (change.cell, change.key)
    assert (was["value"], was["low"], was["high"]) == change.before
    assert change.after == (was["value"] + by, was["low"] + by, was["high"] + by)
    assert larger is change.larger_than_noise
    assert change.noise > 0
    text = markdown(("A", "B"), different)
    assert ("## Larger than noise" in text, "## Within noise" in text) == (larger, not larger)
    assert f"| {was['value']:.6g} ({was['low']:.6g} … {was['high']:.6g}) |" in text


def test_cells_that_one_of_them_lacks_are_named(before: Tree, after: Tree) -> None:
    """Both ways."""
    after.result("mine", CELL).unlink()
    assert [f"mine/{CELL}"] == difference(before, after).removed
    assert [f"mine/{CELL}"] == difference(after, before).added


def test_a_value_that_one_of_them_lacks_is_larger_than_noise(before: Tree, after: Tree) -> None:
    """There is nothing to subtract."""
    content, _ = read_stamped(after.result("mine", CELL))
    content["values"].append({**content["values"][0], "protocol": "decontaminated"})
    write_stamped(after.result("mine", CELL), content)
    (change,) = difference(before, after).changes
    assert (None, True) == (change.before, change.larger_than_noise)


def test_changed_verdicts_are_named(before: Tree, after: Tree) -> None:
    """Of the claim and of its rows."""
    document = CLAIM.model_dump(mode="json")
    document["rows"][0]["published"] = 0.9999
    write_claims(after, type(CLAIM).model_validate(document))
    actual = [(each.id, each.before, each.after) for each in difference(before, after).verdicts or ()]
    row = "Z1:signs.own.train-set as-published"
    assert [("Z1", "HOLDS", "FAILS"), (row, "HOLDS", "FAILS")] == actual


def test_without_a_report_the_results_are_compared_all_the_same(before: Tree, after: Tree) -> None:
    """What is not compared is said."""
    (after.report() / "claims.json").unlink()
    move(after, -0.05)
    different = difference(before, after)
    assert (1, None) == (len(different.changes), different.verdicts)
    assert "verdicts are not compared: one of the two has no report of this form" in markdown(
        ("A", "B"), different
    )


# -- Commits


@pytest.fixture
def checkout(before: Tree, tmp_path: Path) -> Path:
    """Return a checkout with two commits: the evidence, and the same with a value moved."""
    root = tmp_path / "checkout"
    shutil.copytree(before.root, root / "artifacts")
    git(root, "init", "--quiet")
    for by in (0.0, -0.05):
        move(Tree(root / "artifacts"), by)
        git(root, "add", "-A")
        git(root, "commit", "--quiet", "--allow-empty", "--message", f"moved by {by}")
    return root


def test_commits_are_compared_as_folders_are(checkout: Path) -> None:
    """Their evidence lies in a temporary folder, which is gone afterwards."""
    with evidence("HEAD~1", checkout) as old, evidence("HEAD", checkout) as new:
        (change,) = difference(old, new).changes
        folders = old.root, new.root
    assert (f"mine/{CELL}", True) == (change.cell, change.larger_than_noise)
    assert [False, False] == [folder.exists() for folder in folders]


def _link(root: Path) -> None:
    (root / "artifacts" / "link.json").symlink_to("/etc/hostname")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_link, r"artifacts/link\.json: found a link, expected plain files"),
        (lambda root: shutil.rmtree(root / "artifacts"), "found no artifacts/, expected evidence"),
    ],
    ids=["link", "no evidence"],
)
def test_a_commit_that_is_no_evidence_is_refused(
    edit: Callable[[Path], object], message: str, checkout: Path
) -> None:
    """Nothing of it is written."""
    edit(checkout)
    git(checkout, "add", "-A")
    git(checkout, "commit", "--quiet", "--message", "edited")
    with pytest.raises(InputError, match=message), evidence("HEAD", checkout):
        pass


@pytest.mark.parametrize("named", ["none", "--output=x", ""])
def test_what_is_neither_folder_nor_commit_is_refused(named: str, checkout: Path) -> None:
    """Nor is it an option of git."""
    with (
        pytest.raises(InputError, match="expected a folder of evidence or a commit"),
        evidence(named, checkout),
    ):
        pass


# -- The command


def test_the_command_prints_markdown_or_json(quick: Cli, before: Tree, after: Tree) -> None:
    """The counts come first; JSON says of each change whether it is larger than noise."""
    move(after, -0.05)
    arguments = ("diff", str(before.root), str(after.root))
    run = quick(*arguments, cwd=after.root)
    assert (0, "") == (run.returncode, run.stderr)
    assert "1 values moved by more than noise, 0 by less; " in run.stdout
    (change,) = json.loads(quick(*arguments, "--json", cwd=after.root).stdout)["changes"]
    assert (f"mine/{CELL}", True) == (change["cell"], change["larger_than_noise"])
