"""Evidence to compare: a folder as it is, or the artifacts/ of a git commit, put into a temporary folder."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import InputError
from harness.evidence.files import inside
from harness.evidence.layout import Tree
from harness.run.checkout import ROOT

FOLDER = "artifacts"


@contextmanager
def evidence(named: str, root: Path = ROOT) -> Iterator[Tree]:
    """Yield the tree of a folder, or, until the block ends, of a commit of the checkout at ``root``.

    Raises InputError for what is neither, and for a commit without evidence.
    """
    if named and Path(named).is_dir():
        yield Tree(Path(named))
        return
    with tempfile.TemporaryDirectory(prefix="harness-diff-") as folder:
        _extract(_commit(named, root), root, Path(folder))
        yield Tree(Path(folder, FOLDER))


def _commit(named: str, root: Path) -> str:
    """Return the sha of a commit."""
    command = ["git", "-C", str(root), "rev-parse", "--verify", "--quiet", "--end-of-options"]
    done = subprocess.run([*command, f"{named}^{{commit}}"], capture_output=True, check=False, text=True)
    if done.returncode:
        raise InputError(f"found {named!r}, expected a folder of evidence or a commit of {root}")
    return done.stdout.strip()


def _extract(sha: str, root: Path, folder: Path) -> None:
    """Write the evidence of a commit below ``folder``: plain files, none outside it."""
    command = ["git", "-C", str(root), "archive", "--format=tar", sha, FOLDER]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise InputError(f"commit {sha[:12]}: found no {FOLDER}/, expected evidence")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        if odd := [member.name for member in archive if not (member.isfile() or member.isdir())]:
            raise InputError(f"commit {sha[:12]}: {odd[0]}: found a link, expected plain files")
        for member in archive:
            if file := archive.extractfile(member):
                path = inside(folder, member.name, f"commit {sha[:12]}")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.read())
