"""Whether a trained map collapses: what norms of rows and cosines of random pairs tell at a checkpoint."""

from __future__ import annotations

import numpy as np

from harness.errors import InputError
from harness.types import ZERO_NORM, Floats

CLOSE, NARROW, SHORT = 0.9, 0.02, 1e-3


def checked(step: int, loss: float, left: Floats, right: Floats) -> dict[str, float]:
    """Return a checkpoint's record, of random pairs of mapped rows ``left`` and ``right`` (m, d).

    Its keys are step, loss, mean and standard deviation of norms and of cosines, and collapse_suspect (1 or
    0, ``suspect``). A row of norm 0 has the cosine 0. Raises InputError for what is not finite.
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

    It does where random pairs are alike (mean cosine above 0.9), where all are equally alike (their standard
    deviation below 0.02; of directions spread evenly over d dimensions it is 1 / sqrt(d), 0.02 at d = 2500),
    or where rows go to zero (mean norm below 0.001; inputs have length 1).
    """
    return record["cosine_mean"] > CLOSE or record["cosine_std"] < NARROW or record["norm_mean"] < SHORT
