"""Vectors that somebody published for pairs we hold the texts of: one JSON file a data set, on the hub.

The form is the AQEA verification data set's: ``embeddings1``, ``embeddings2``, ``scores``, listed with
their sha256 in ``MANIFEST.sha256``. The scores are compared with ours row by row, so that a vector never
meets another pair's label.
"""

from __future__ import annotations

import functools
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from harness.data import hub
from harness.errors import InputError
from harness.evidence.files import check_digest, inside
from harness.evidence.stamp import read_json
from harness.types import Doubles, Floats, PairSet, Place, check_vectors

BY_ROW = True  # a vector belongs to a row of a set by its name, not to a text
SCORE_DIFFERENCE = 1e-3  # scores are printed with three decimals


class Params(BaseModel, extra="forbid", frozen=True):
    """``files``: for each data set the name of its file; sets without one cannot be had."""

    dimension: int = Field(ge=1)
    repo: str
    revision: str = Field(pattern="^[0-9a-f]{40}$")
    manifest: str = "MANIFEST.sha256"
    files: dict[str, str]


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the vectors; raise BlockedError where neither cache nor hub has them."""
    sha = hub.commit(params.repo, "dataset", params.revision, place)
    return {"use": "published-pairs", "repo": params.repo, "revision": sha, "files": params.files}


def holds(params: Params, name: str) -> bool:
    """Return whether there are vectors of a data set."""
    return name in params.files


def encode(data: PairSet, rows: list[int], params: Params, _place: Place) -> Floats:
    """Return the published vectors (len(rows), D) of the given rows of ``data``."""
    return _read(params, data)[rows]


def _read(params: Params, data: PairSet) -> Floats:
    folder = _folder(params.repo, params.revision, (params.manifest, *params.files.values()), hub.cache())
    name = params.files[data.name]
    listed = _manifest(folder / params.manifest)
    paths = [path for path in listed if PurePosixPath(path).name == name]
    if len(paths) != 1:
        raise InputError(
            f"{params.repo}/{params.manifest}: found {len(paths)} lines for {name}, expected one"
        )
    path = inside(folder, paths[0], params.repo, pinned=True)
    vectors, scores = _published(path, listed[paths[0]], params.dimension)
    check_scores(scores, data, str(path))
    return vectors


@functools.cache
def _folder(repo: str, revision: str, names: tuple[str, ...], _cache: str) -> Path:
    return hub.snapshot(
        repo, "dataset", revision, [pattern for name in names for pattern in (name, f"*/{name}")]
    )


@functools.lru_cache(maxsize=2)
def _published(path: Path, sha256: str, dimension: int) -> tuple[Floats, Doubles]:
    """Return the vectors, first sentences then second ones, and the scores; kept while a set is encoded."""
    check_digest(path, sha256)
    document = read_json(path)
    try:
        left, right = (np.array(document[key], np.float64) for key in ("embeddings1", "embeddings2"))
        scores = np.array(document["scores"], np.float64)
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(
            f"{path}: {error!r}, expected embeddings1, embeddings2 and scores of numbers"
        ) from error
    if not len(left) == len(right) == len(scores):
        counts = f"{len(left)}, {len(right)} and {len(scores)}"
        raise InputError(f"{path}: found {counts} rows, expected as many embeddings1, embeddings2 and scores")
    first = check_vectors(left, f"{path}: embeddings1", dimension)
    second = check_vectors(right, f"{path}: embeddings2", dimension)
    return np.concatenate([first, second]), scores


def check_scores(scores: Doubles, data: PairSet, where: str) -> None:
    """Raise InputError unless the published scores are the scores of ``data``, pair by pair."""
    if data.gold is None or scores.shape != data.gold.shape:
        raise InputError(
            f"{where}: found {len(scores)} scores, expected the {len(data.pairs)} of {data.name}"
        )
    off = np.abs(scores - data.gold) > SCORE_DIFFERENCE
    if off.any():
        row = int(off.argmax())
        raise InputError(
            f"{where}: row {row} has score {scores[row]:g}, expected {data.gold[row]:g} as in {data.name}"
        )


@functools.cache
def _manifest(path: Path) -> dict[str, str]:
    try:
        pairs = [line.split(maxsplit=1) for line in path.read_text("utf-8").splitlines() if line.strip()]
        return {name.lstrip("*"): sha256 for sha256, name in pairs}
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}, expected lines of sha256 and name") from error
