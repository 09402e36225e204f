"""Detection of a collapsed map, from norms of rows and cosines of random pairs at a checkpoint."""

from __future__ import annotations

import numpy as np

from harness.errors import InputError
from harness.types import ZERO_NORM, Floats

CLOSE, NARROW, SHORT = 0.9, 0.02, 1e-3


def checked(step: int, loss: float, left: Floats, right: Floats) -> dict[str, float]:
    """Return the record of a checkpoint, from random pairs of mapped rows ``left`` and ``right`` (m, d).

    Its keys are step, loss, mean and standard deviation of norms and of cosines, and collapse_suspect (1 or
    0, ``suspect``). A row of norm 0 has the cosine 0. Raises InputError for a loss or row that is not finite.
    """
    x, y = left.astype(np.float64), right.astype(np.float64)
    norms = np.linalg.norm(np.concatenate([x, y]), axis=1)
    if not np.isfinite([loss, *norms]).all():
        raise InputError(
            f"training: the loss or a mapped row is not finite at step {step}, expected finite numbers"
            " (a lower rate, a higher temperature)"
        )
    scale = np.maximum(np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1), ZERO_NORM)
    cosines = np.einsum("md,md->m", x, y) / scale
    record = {
        "step": float(step),
        "loss": loss,
        "norm_mean": float(norms.mean()),
        "norm_std": float(norms.std()),
        "cosine_mean": float(cosines.mean()),
        "cosine_std": float(cosines.std()),
    }
    return {**record, "collapse_suspect": float(suspect(record))}


def suspect(record: dict[str, float]) -> bool:
    """Return whether a record looks like a collapse.

    Random pairs are alike (mean cosine above 0.9), or equally alike (standard deviation of cosines below
    0.02; uniform directions in d dimensions have 1 / sqrt(d), which is 0.02 at d = 2500), or rows go to zero
    (mean norm below 0.001; inputs have length 1).
    """
    return record["cosine_mean"] > CLOSE or record["cosine_std"] < NARROW or record["norm_mean"] < SHORT
