"""Vectors that somebody published for pairs we hold the texts of: one JSON file a data set, on the hub.

The form is the AQEA verification data set's: ``embeddings1``, ``embeddings2``, ``scores``, listed with
their sha256 in ``MANIFEST.sha256``. The scores are compared with ours row by row, so that a vector never
meets another pair's label.
"""

from __future__ import annotations

import functools
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from harness import hub
from harness.certificate import read_json
from harness.core import Floats, InputError, PairSet, Place, check_vectors
from harness.files import check_digest, inside

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
    folder = hub.snapshot(params.repo, "dataset", params.revision)
    name = params.files[data.name]
    listed = _manifest(folder / params.manifest)
    paths = [path for path in listed if PurePosixPath(path).name == name]
    if len(paths) != 1:
        raise InputError(
            f"{params.repo}/{params.manifest}: found {len(paths)} lines for {name}, expected one"
        )
    path = inside(folder, paths[0], params.repo)
    check_digest(path, listed[paths[0]])
    document = read_json(path)
    left = check_vectors(np.array(document["embeddings1"]), f"{path}: embeddings1", params.dimension)
    right = check_vectors(np.array(document["embeddings2"]), f"{path}: embeddings2", params.dimension)
    check_scores(np.array(document["scores"], np.float64), data, str(path))
    return np.concatenate([left, right])


def check_scores(scores: np.ndarray[Any, np.dtype[np.float64]], data: PairSet, where: str) -> None:
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
def _manifest(path: Any) -> dict[str, str]:
    lines = path.read_text("utf-8").splitlines()
    pairs = (line.split(maxsplit=1) for line in lines if line.strip())
    return {name.lstrip("*"): sha256 for sha256, name in pairs}
