"""Data that ships inside a Python package: real inputs on any machine, pinned by digest.

The package is found, not imported. Formats: ``pairs`` (tab-separated text, text, score), ``sentences``
(a corpus to train on, cut at full stops), ``matrix`` (a document a line, and a square table of human
similarities beside it, of which each pair i < j counts once).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from harness.data.packages import PackageName, package_folder
from harness.data.pair_sets import corpus, rated
from harness.data.text_files import read_pairs
from harness.errors import BlockedError, InputError, one_line
from harness.evidence.files import check_digest, inside
from harness.types import PairSet, Place

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Params(BaseModel, extra="forbid", frozen=True):
    """``path`` inside ``package``, its ``sha256`` and ``format``; ``scores``: the table of a matrix."""

    package: PackageName
    path: str
    sha256: Digest
    format: Literal["pairs", "sentences", "matrix"]
    encoding: Literal["utf-8", "latin-1"] = "utf-8"
    scores: str | None = None
    scores_sha256: Digest | None = None


def locate(params: Params, _place: Place) -> dict[str, Any]:
    """Return what identifies the bytes; raise BlockedError where the package is not installed."""
    _folder(params.package)
    return {"use": "package", **params.model_dump(exclude_none=True)}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the set; raise InputError where a file is not the pinned one."""
    folder = _folder(params.package)
    path = inside(folder, params.path, params.package, pinned=True)
    check_digest(path, params.sha256)
    origin = locate(params, place)
    if params.format == "pairs":
        return read_pairs(path, name, origin)
    try:
        lines = path.read_text(params.encoding).removeprefix("\ufeff").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: {error}, expected text in {params.encoding}") from error
    if params.format == "sentences":
        sentences = (part for line in lines for part in re.split(r"(?<=[.!?]) +", line))
        return corpus(name, dict.fromkeys(sentences), origin, str(path))
    if params.scores is None or params.scores_sha256 is None:
        raise InputError(f"{name}: format 'matrix' needs the keys scores and scores_sha256")
    table = inside(folder, params.scores, params.package, pinned=True)
    check_digest(table, params.scores_sha256)
    try:
        scores = np.loadtxt(table, dtype=np.float64)
    except ValueError as error:
        raise InputError(f"{table}: {one_line(error)}, expected a table of numbers") from error
    if scores.shape != (len(lines), len(lines)):
        raise InputError(f"{table}: found a table of {scores.shape}, expected {len(lines)} rows and columns")
    left, right = np.triu_indices(len(lines), k=1)
    pairs = np.stack([left, right], axis=1).astype(np.int64)
    return rated(name, tuple(lines), None, pairs, scores[left, right], origin, str(table))


def _folder(package: str) -> Path:
    folder = package_folder(package)
    if folder is None:
        raise BlockedError(f"the package {package} is not installed", f"pip install {package}")
    return folder
