"""Generated vectors of any number with the structure of text embeddings: inputs for measuring at scale.

A row is the centre of its cluster plus noise, scaled to length 1. Centres and noise are Gaussian with one
spectrum, whose eigenvalues fall as (1 + i / KNEE)^-2: nearly flat over the first KNEE axes, then by a power
law. A random rotation hides the axes. Of the CLUSTERS clusters the c-th is drawn with a probability of about
1 / c (Zipf's law), and noise is 1 to 70 % of a row's variance, so that rows have near and far neighbours
whatever their number.

At 3,593 rows, the recall of the 10 nearest neighbours against that of 384-dimensional sentence encoders on
five sets of 3,593 to 10,566 texts, at equal bytes: product quantization in 48 bytes 0.63 against 0.69 to
0.76, signs in 48 bytes 0.55 against 0.64 to 0.67, 4 bits a dimension 0.90 against 0.93 to 0.94, 96 principal
components 0.83 against 0.74 to 0.79. Of a larger set the neighbours lie nearer, and recall is lower.

Rows are generated in blocks with a seed each: the first n rows of a set are all rows of a smaller one, and
rows of the part ``train`` are never rows of the part ``test``. The bytes are those of NumPy's generators and
of one matrix product a block, which ``harness.numerics.pinning`` holds to one kernel.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from harness import limits
from harness.data.blocks import BLOCK_ROWS
from harness.data.stored_rows import stored_rows
from harness.data.vector_files import Rows, vector_set
from harness.numerics import pinning, seeding
from harness.numerics.seeding import seeded_generator
from harness.planning.registry import code_digest
from harness.types import Floats, PairSet, Place

KNEE = 40.0
CLUSTERS = 20_000
NOISE = (0.01, 0.7)  # share of a row's variance; with less, two rows could be copies of one another
BLOCK = 16_384  # rows with a seed of their own; all are generated, whatever number is used


class Params(BaseModel, extra="forbid", frozen=True):
    """``rows`` of a ``part``, in how many dimensions, and from which ``seed``: that of the clusters.

    ``pairs``: of graded similarity drawn a row (``sampling``); a set without pairs can be trained on, and
    tested by random pairs and neighbours.
    """

    rows: int = Field(ge=2, le=limits.PLANTED_ROWS.most)
    dimension: int = Field(ge=2, le=limits.DIMENSIONS.most)
    seed: int = Field(ge=0)
    part: Literal["train", "test"] = "test"
    pairs: int = Field(default=0, ge=0, le=limits.PAIRS_A_ROW.most)


def locate(params: Params, _place: Place) -> dict[str, Any]:
    """Return the parameters: they are the data."""
    return {"use": "planted-vectors", **params.model_dump()}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the generated set; of more than BLOCK_ROWS rows its vectors lie in the store, and are mapped."""
    origin = locate(params, place)
    if params.rows <= BLOCK_ROWS:
        rows = np.concatenate(list(generated(params)))
    else:
        numbers = {key: origin[key] for key in ("rows", "dimension", "seed", "part")}
        code = [code_digest(__name__), code_digest(seeding.__name__)]
        identity = {**numbers, "code": code, "numerics": pinning.identity()}
        shape = (params.rows, params.dimension)
        rows = stored_rows("planted-vectors", identity, shape, partial(generated, params))
    return vector_set(rows, name, origin, Rows(pairs=params.pairs), name)


def generated(params: Params) -> Iterator[Floats]:
    """Yield the rows in order, BLOCK at a time, (m, D) float32 of length 1."""
    spectrum, rotation, centres = _structure(params)
    for start in range(0, params.rows, BLOCK):
        block = start // BLOCK
        rng = seeded_generator(f"planted vectors {params.seed}, {params.part} block {block}")
        cluster = np.minimum((CLUSTERS + 1) ** rng.random(BLOCK) - 1, CLUSTERS - 1).astype(np.int64)
        noise = rng.uniform(*NOISE, (BLOCK, 1)).astype(np.float32)
        rows = rng.standard_normal((BLOCK, params.dimension), np.float32)
        rows *= spectrum
        rows *= np.sqrt(noise)
        rows = rows @ rotation
        rows += np.sqrt(1 - noise) * centres[cluster]
        rows /= np.sqrt(np.einsum("nd,nd->n", rows, rows))[:, None]
        yield rows[: params.rows - start]


def _structure(params: Params) -> tuple[Floats, Floats, Floats]:
    """Return the standard deviations (D,), the rotation (D, D) and the rotated centres (CLUSTERS, D)."""
    rng = seeded_generator(f"planted vectors {params.seed}, {params.dimension} dimensions")
    eigenvalues = (1 + np.arange(params.dimension) / KNEE) ** -2
    spectrum = np.sqrt(eigenvalues / eigenvalues.sum()).astype(np.float32)
    rotation, _ = np.linalg.qr(rng.standard_normal((params.dimension, params.dimension)))
    rotation = rotation.astype(np.float32)
    centres = rng.standard_normal((CLUSTERS, params.dimension), np.float32) * spectrum
    return spectrum, rotation, centres @ rotation
