"""Checkouts to break: of a small suite, run, published and listed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from harness.evidence.files import sha256_file
from harness.evidence.layout import Tree
from harness.planning.status import entries
from harness.run.runner import run as run_cells
from harness.types import Place
from report.pages.render import render
from support.suites import write_suite


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as somebody, and return what it prints."""
    someone = ["-c", "user.name=a", "-c", "user.email=a@b.invalid", "-c", "commit.gpgsign=false"]
    command = ["git", *someone, "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def attest(envelopes: Path, **commit: object) -> None:
    """Have every envelope below a folder say that a commit made it, whatever checkout the tests run from."""
    for path in envelopes.rglob("*.json"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "commit": commit}))


def ran_checkout(root: Path, suite: str) -> tuple[Path, Tree, Place]:
    """Write a checkout's suite beside its 300 vectors and 40 pairs, and run it into the evidence."""
    path = write_suite(root / "suites", suite)
    tree, place = Tree(root / "artifacts"), Place(path.parent, None, offline=True)
    planned = entries(path, place, tree)
    assert [] == run_cells(planned, planned, tree, root / "store", 1, lambda *_: None)
    return path, tree, place


def publish(root: Path) -> None:
    """Make a checkout's evidence that of a clean commit, render it, list its files and pin its packages."""
    shutil.rmtree(root / "store")
    attest(root / "artifacts" / "envelopes", sha="a" * 40, dirty=False)
    render(Tree(root / "artifacts"))
    relist(root)
    pin(root)


def relist(root: Path) -> None:
    """Write the listing that the files have now, as someone who covers his tracks would."""
    files = sorted((p for p in (root / "artifacts").rglob("*") if p.is_file()), key=lambda p: p.as_posix())
    lines = [f"{sha256_file(path)}  {path.relative_to(root).as_posix()}\n" for path in files]
    (root / "ARTIFACTS.sha256").write_text("".join(lines), "utf-8")


def pin(root: Path) -> None:
    """Write a constraints.txt that pins what the envelopes below ``root`` name."""
    envelope = json.loads(next((root / "artifacts" / "envelopes").glob("*/*.json")).read_text("utf-8"))
    lines = [f"{name}=={version}\n" for name, version in envelope["packages"].items()]
    (root / "constraints.txt").write_text("".join(lines), "utf-8")
