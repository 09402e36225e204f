"""The files of ``artifacts/`` against their listing."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from repro.canonical import parse

LISTING = "ARTIFACTS.sha256"
Problems = list[str]


def read_files(root: Path, problems: Problems) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the sha256 of every file of ``artifacts/`` and the value of every JSON file, by path."""
    hashes: dict[str, str] = {}
    values: dict[str, Any] = {}
    for folder, folders, names in os.walk(
        root / "artifacts", onerror=lambda error: problems.append(str(error))
    ):
        for path in (Path(folder, name) for name in (".", *folders, *names)):
            shown = path.relative_to(root).as_posix()
            try:
                if path.is_symlink() or not (path.is_file() or path.is_dir()):
                    raise ValueError("no plain file or folder")  # noqa: TRY301 - one place says it
                if path.is_file():
                    data = path.read_bytes()
                    hashes[shown] = hashlib.sha256(data).hexdigest()
                    values |= {shown: parse(data)} if path.suffix == ".json" else {}
            except (OSError, ValueError, RecursionError) as error:
                problems.append(f"{shown}: cannot be read: {error}")
    return hashes, values


def check_matrices(root: Path, hashes: dict[str, str], problems: Problems) -> set[str]:
    """Check the last line of every matrix against the bytes before it; return their paths."""
    paths = {path for path in hashes if re.fullmatch(r"artifacts/report/matrix_[^/]*\.md", path)}
    for path in paths:
        body, mark, sha256 = (root / path).read_bytes().rpartition(b"\nCertificate: sha256:")
        if not mark or hashlib.sha256(body + b"\n").hexdigest().encode() + b"\n" != sha256:
            problems.append(f"{path}: its last line is not the certificate of what stands before it")
    return paths


def check_listing(text: str, hashes: dict[str, str], problems: Problems) -> None:
    """Check the listing against the sha256 of every file, both ways."""
    if not text.endswith("\n"):
        problems.append(f"{LISTING}: empty, or its last line has no end: truncated")
    listed = [""]
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        match = re.fullmatch(r"([0-9a-f]{64})  (artifacts/.+)", line)
        if not match:
            problems.append(f"{LISTING}: line {number}: expected a sha256, two spaces, artifacts/ and a path")
            continue
        sha256, path = match.groups()
        if path not in hashes:  # found by walking: a path that leaves the folder is not among them
            problems.append(f"{path}: listed, but there is no such file inside artifacts/")
        elif hashes[path] != sha256:
            problems.append(f"{path}: has sha256 {hashes[path][:12]}, the listing says {sha256[:12]}")
        if os.fsencode(path) <= os.fsencode(listed[-1]):
            problems.append(f"{LISTING}: line {number}: {path} is out of order or listed twice")
        listed.append(path)
    problems += [f"{path}: not listed in {LISTING}" for path in hashes.keys() - set(listed)]
