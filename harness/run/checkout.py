"""The git checkout that code runs from: its commit, and what differs from it that can change evidence."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What publishing writes: evidence, its listing, and the README's rendered part. No value comes from them.
GENERATED = ("artifacts", "ARTIFACTS.sha256", "README.md", "out")
CODE = ("harness", "report", "suites", "repro")  # a file here counts before git knows it


def commit(root: Path = ROOT) -> str | None:
    """Return the sha of the commit that is checked out at ``root``; None where it is no checkout itself."""
    try:
        if Path(_git(root, "rev-parse", "--show-toplevel").strip()).resolve() != root.resolve():
            return None  # installed somewhere inside another project's checkout
        return _git(root, "rev-parse", "HEAD").strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def changes(root: Path = ROOT) -> list[str]:
    """Return the paths that differ from the commit at ``root``, which is a checkout: sorted, as git has them.

    Left out is what publishing writes. Files that git does not know count below CODE.
    """
    generated = [f":(exclude){name}" for name in GENERATED]
    changed = _git(
        root, "status", "--porcelain", "-z", "--untracked-files=no", "--no-renames", ".", *generated
    )
    untracked = _git(root, "ls-files", "-z", "--others", "--exclude-standard", *CODE)
    return sorted({line[3:] for line in changed.split("\0") if line} | {*untracked.split("\0")} - {""})


def unknown(shas: Iterable[str], root: Path = ROOT) -> list[str]:
    """Return those of ``shas`` that are no commit that the checkout at ``root`` stands on."""
    return [sha for sha in sorted(set(shas)) if not _ancestor(root, sha)]


def _ancestor(root: Path, sha: str) -> bool:
    done = ["git", "-C", str(root), "merge-base", "--is-ancestor", sha, "HEAD"]
    return subprocess.run(done, capture_output=True, check=False).returncode == 0


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout
