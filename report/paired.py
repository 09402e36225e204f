"""Two settings compared query by query, from the values a query that score files have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from harness.core import Doubles
from harness.files import check_digest, inside
from report.tables_autoencoder import difference

BETTER, WORSE, EVEN, LACKING = "better", "worse", "not told apart", "no scores of single queries here"


def queries(root: Path | None, files: list[dict[str, str] | None], key: str) -> Doubles | None:
    """Return the array ``key`` of each score file, a value a query, as the mean over files (n,).

    None where a file is not at hand below ``root``. Raises InputError for one that is not what its result
    names.
    """
    parts = []
    for file in files:
        path = inside(root, file["path"], "evidence") if root and file else None
        if path is None or file is None or not path.is_file():
            return None
        check_digest(path, file["sha256"])
        with np.load(path, allow_pickle=False) as kept:
            parts.append(kept[key].astype(np.float64))
    return np.asarray(np.mean(parts, axis=0), np.float64)


def against(mine: Doubles | None, theirs: Doubles | None) -> dict[str, Any]:
    """Return the mean of the paired differences with its interval as ``less``, and the ``outcome``.

    Better or worse is said where the interval leaves out zero.
    """
    if mine is None or theirs is None:
        return {"less": None, "outcome": LACKING}
    less = difference(mine, theirs)
    one_side = BETTER if less["value"] > 0 else WORSE
    return {"less": less, "outcome": EVEN if less["low"] <= 0 <= less["high"] else one_side}
