"""Vectors, and parameters of every compressor, to measure with."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from harness.evaluation.cosines import cosines
from harness.types import Floats, Training

SEED = 5
DIMS, SUBVECTORS, BITS, BUDGET = 64, 8, 4, 500
OWN = ("dims", "budget")  # parameters that are set though they have a default
RATED = {"lens-ensemble"}  # compressors that need pairs with scores


def planted(rows: int, dimension: int) -> Floats:
    """Return Gaussian rows (rows, dimension) float32 whose variances fall as 1 / k, in a random basis."""
    rng = np.random.default_rng(SEED)
    basis = np.linalg.qr(rng.standard_normal((dimension, dimension)))[0]
    scaled = rng.standard_normal((rows, dimension)) * np.arange(1, dimension + 1) ** -0.5
    vectors: Floats = (scaled @ basis).astype(np.float32)
    return vectors


def params(module: ModuleType, dimension: int) -> Any:
    """Return a compressor's defaults; what has none gets DIMS dimensions, SUBVECTORS bytes or BITS bits.

    Dimensions are at most half of ``dimension``. ``crossmap`` maps one half of the columns to the other, and
    ``columns`` keeps one half. ``aqea`` tries a tenth of its maps.
    """
    half = dimension // 2
    values = {
        "dims": min(DIMS, half),
        "subvectors": SUBVECTORS,
        "bits": BITS,
        "bytes": DIMS,
        "budget": BUDGET,
        "stop": half,
        "source": {"stop": half},
        "target": {"start": half, "stop": dimension},
    }
    fields = module.Params.model_fields
    given = {name: values[name] for name, field in fields.items() if name in OWN or field.is_required()}
    return module.Params(**given)


def training(name: str, x: Floats) -> Training:
    """Return rows (n, D) float32 to fit a compressor on; with rated pairs where it needs some.

    Each row is then paired with the next one, and their cosine is the score.
    """
    if name not in RATED:
        return Training(x, np.empty((0, 2), np.int64), None)
    rows = np.arange(len(x) - 1)
    scores = cosines(x[:-1], x[1:], "rated pairs").astype(np.float64)
    return Training(x, np.stack([rows, rows + 1], axis=1), scores)
