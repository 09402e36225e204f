"""Two settings compared on the same bootstrap resamples: which is better, or neither."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from harness.evidence import draw_names
from harness.evidence.files import check_digest, inside
from harness.evidence.schema.means import MeanDifference
from harness.evidence.schema.result import Result
from harness.statistics import bootstrap
from harness.types import Doubles

BETTER, WORSE, EVEN = "better", "worse", "no significant difference"
NO_SCORES, UNCOMPARED = "no scores of single queries here", "not compared in this evidence"
FEW = 30  # queries that differ, below which resamples of them say too much
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Scores:
    """A result's score file, and the names that what was drawn for it is seeded by.

    ``group``: of the suite and the cells that differ in their seed alone; ``renamed``: data sets that are
    drawn under other names than their own, with these.
    """

    path: str
    sha256: str
    group: str
    renamed: tuple[tuple[str, str], ...]


Files: TypeAlias = Sequence[Scores]


def scores_of(result: Result) -> Scores:
    """Return the score file of a result's cell."""
    cell, datasets, file = result.inputs.cell, result.inputs.datasets, result.files.after
    group = draw_names.of_group(result.cell, cell.encoder, cell.train, datasets)
    names = {name: draw_names.of_dataset(datasets, name) for name in cell.tests}
    renamed = tuple((name, other) for name, other in names.items() if name != other)
    return Scores(file.path, file.sha256, f"{result.suite} {group}", renamed)


@dataclass(frozen=True, slots=True)
class Difference:
    """The first setting's value minus the second's; the interval is None where none was computed."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Paired:
    """A difference, and which setting is better, or why that is unknown."""

    less: Difference
    outcome: str


def compared(root: Path | None, files: tuple[Files, Files], key: str, means: tuple[float, float]) -> Paired:
    """Return the first setting's mean minus the second's, and the outcome.

    ``files`` are the score files of each, one a seed, below ``root``; ``key`` the array in them, a value a
    query, 'data set@items@score'; ``means`` what is printed of each. Better or worse is said where the
    interval over queries and seeds leaves out zero, and where fewer than FEW queries differ, for which it is
    too narrow, an exact sign test does not allow for chance either. Where a file is not at hand the
    difference of the means has no interval. Raises InputError for a file that is not what its result names.
    """
    first, second = (_queries(root, each, key) for each in files)
    if first is None or second is None:
        return _without(means, NO_SCORES)
    less = first.mean(axis=0) - second.mean(axis=0)
    low, high = bootstrap.interval(_resampled(root, files[0], key) - _resampled(root, files[1], key))
    value = float(less.mean())
    return Paired(Difference(value, low, high), EVEN if by_chance(less) else outcome(value, low, high))


def stated(less: MeanDifference | None, means: tuple[float, float]) -> Paired:
    """Return the same as ``compared`` for a difference that a run computed; of the ``means`` without one."""
    if less is None:
        return _without(means, UNCOMPARED)
    difference = Difference(less.value, less.low, less.high)
    return Paired(difference, outcome(less.value, less.low, less.high))


def outcome(value: float, low: float, high: float) -> str:
    """Return BETTER or WORSE where the interval excludes zero, else EVEN."""
    if low <= 0 <= high:
        return EVEN
    return BETTER if value > 0 else WORSE


def _without(means: tuple[float, float], why: str) -> Paired:
    return Paired(Difference(means[0] - means[1]), why)


def by_chance(less: Doubles) -> bool:
    """Return whether chance explains the signs of fewer than FEW non-zero differences (exact sign test)."""
    signs = np.sign(less[less != 0])
    if len(signs) == 0:
        return True
    fewer = min(int((signs > 0).sum()), int((signs < 0).sum()))
    tail = sum(math.comb(len(signs), i) for i in range(fewer + 1)) / 2 ** len(signs)
    return len(signs) < FEW and min(1.0, 2 * tail) >= LEVEL


def _queries(root: Path | None, files: Files, key: str) -> Doubles | None:
    """Return the array ``key`` of each file, (seeds, n); None where a file is missing."""
    if root is None:
        return None
    paths = [inside(root, file.path, "evidence") for file in files]
    if not all(path.is_file() for path in paths):
        return None
    return np.stack([_scores(path, file.sha256, key) for path, file in zip(paths, files, strict=True)])


def _resampled(root: Path | None, files: Files, key: str) -> Doubles:
    """Return the mean over queries and seeds in each resample, (RESAMPLES,), of existing files."""
    shares = bootstrap.seed_weights(files[0].group, len(files))
    parts = [shares[:, i] * _means(root, file, key) for i, file in enumerate(files) if root]
    return np.asarray(np.sum(parts, axis=0), np.float64)


@functools.lru_cache(maxsize=512)
def _means(root: Path, file: Scores, key: str) -> Doubles:
    """Return the mean of one file's scores in each resample of its queries, (RESAMPLES,)."""
    scores: Doubles = _scores(inside(root, file.path, "evidence"), file.sha256, key)
    dataset, items, *_ = key.split("@")
    name = f"{dict(file.renamed).get(dataset, dataset)} {items}"
    return bootstrap.totals(name, scores[:, None])[:, 0] / len(scores)


@functools.lru_cache(maxsize=512)
def _scores(path: Path, sha256: str, key: str) -> Doubles:
    check_digest(path, sha256)
    with np.load(path, allow_pickle=False) as arrays:
        scores: Doubles = arrays[key].astype(np.float64)
        return scores
