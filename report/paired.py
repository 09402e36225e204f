"""Two settings compared query by query, from the values a query that score files have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from harness.core import Doubles
from harness.files import check_digest, inside

BETTER, WORSE, EVEN, LACKING = "better", "worse", "not told apart", "no scores of single queries here"
OUTCOMES = (BETTER, WORSE, EVEN, LACKING)
FEW = 30  # queries that differ, below which the normal distribution says too much
LEVEL = 0.05
NORMAL = 1.96  # standard errors to each side of a mean that hold 95 % of a normal distribution

Files = list[dict[str, str] | None]


def compared(
    root: Path | None, files: tuple[Files, Files], key: str, means: tuple[float, float]
) -> dict[str, Any]:
    """Return what the first of two settings has more than the second, as ``less``, and the ``outcome``.

    ``files`` are the score files of each, one a seed, below ``root``; ``key`` the array in them, a value a
    query; ``means`` what is printed of each. Better or worse is said where the interval leaves out zero, and
    where fewer than FEW queries differ, for which it is too narrow, an exact sign test does not allow for
    chance either. Where a file is not at hand the difference of the means has no interval. Raises InputError
    for a file that is not what its result names.
    """
    mine, theirs = (_queries(root, each, key) for each in files)
    if mine is None or theirs is None:
        return {"less": {"value": means[0] - means[1], "low": None, "high": None}, "outcome": LACKING}
    less = difference(mine, theirs)
    one_side = BETTER if less["value"] > 0 else WORSE
    even = less["low"] <= 0 <= less["high"] or by_chance(mine - theirs)
    return {"less": less, "outcome": EVEN if even else one_side}


def by_chance(less: Doubles) -> bool:
    """Return whether so few differences are not 0 that their signs may be chance, at LEVEL (sign test)."""
    signs = np.sign(less[less != 0])
    if len(signs) == 0:
        return True
    return len(signs) < FEW and bool(binomtest(int((signs > 0).sum()), len(signs)).pvalue >= LEVEL)


def difference(mine: Doubles, theirs: Doubles) -> dict[str, float]:
    """Return the mean of paired differences (n,) and its 95 % interval, as of a paired test on many items."""
    less = mine - theirs
    half = NORMAL * float(less.std(ddof=1)) / len(less) ** 0.5
    mean = float(less.mean())
    return {"value": mean, "low": mean - half, "high": mean + half}


def _queries(root: Path | None, files: Files, key: str) -> Doubles | None:
    """Return the array ``key``, the mean over files (n,); None where one is not at hand."""
    parts = []
    for file in files:
        path = inside(root, file["path"], "evidence") if root and file else None
        if path is None or file is None or not path.is_file():
            return None
        check_digest(path, file["sha256"])
        with np.load(path, allow_pickle=False) as kept:
            parts.append(kept[key].astype(np.float64))
    return np.asarray(np.mean(parts, axis=0), np.float64)
