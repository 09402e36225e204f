"""AQEA, the published system, after its technical report (section 2.2) and aqea-cli (MIT, core/).

A fixed rotation of four components at a time, then a linear map D -> d without bias. The map starts as
averages of blocks of eight components and is trained by CMA-ES (Hansen 2016, arXiv 1604.00772; the library
``cma``), without gradients, to rank the cosines of training pairs like the original ones (Spearman). Rotation
and map are one affine codec. The sources leave some points open, which are settled here: components beyond
the last whole block of four are not rotated; the last block of eight may be shorter; an output without a
block starts as zeros; the covariance is diagonal, because a full one has (d D)² entries; of the means of all
generations, the one that ranks held-out pairs best is the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.affine import Affine, restore_affine
from harness.codecs.aqea_rotation import Weights, affine_of, rotate
from harness.errors import InputError
from harness.numerics.device_products import product
from harness.statistics.spearman import standard_ranks
from harness.types import Doubles, Floats, Ints, Training

RANDOM = True
GOLDEN_RATIO = 1.618033988749895
BLOCK = 8
HELD_OUT = 0.2  # share of the pairs, as in aqea-cli, that stops the training and chooses the generation


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: d; ``kind`` of vectors; ``rotation_scale``: None for the published rule of D and ``kind``.

    ``pairs``: the maximum of random training pairs (of any two rows, where the split has no pairs);
    ``sigma``: the initial step size, where the weights of an output sum to 1; ``budget``: the maximum of maps
    tried, 0 for the untrained start; ``population``: maps a generation, None for 4 + 3 ln(d D); ``diagonal``:
    a diagonal covariance; ``patience``: generations without a better mean before training stops.
    """

    dims: int = Field(ge=1)
    kind: Literal["text", "audio", "openai", "protein"] = "text"
    rotation_scale: float | None = None
    pairs: int = Field(default=6000, ge=4)
    sigma: float = Field(default=0.3, gt=0)
    budget: int = Field(default=5000, ge=0)
    population: int | None = Field(default=None, ge=2)
    diagonal: bool = True
    patience: int = Field(default=100, ge=1)


def fit(train: Training, params: Params, seed: int) -> Affine:
    """Return rotation and trained map as one; raise InputError where pairs are too few or all alike."""
    rng = np.random.default_rng(seed)
    scale = params.rotation_scale
    if scale is None:
        scale = published_scale(train.dimension, params.kind)
    pairs = _training_pairs(train, params.pairs, rng)
    held_out = max(2, int(len(pairs) * HELD_OUT))
    seen, unseen = (_Ranked.of(train.vectors, part, scale) for part in (pairs[held_out:], pairs[:held_out]))
    start = block_averages(train.dimension, params.dims)
    with _global_generator_restored():
        matrix = _evolved(start, seen, unseen, params, rng)
    return affine_of(Weights(matrix.astype(np.float32), scale, params.kind, 0.0))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)


def published_scale(dimension: int, kind: str) -> float:
    """Return the scale of the rotation that aqea-cli takes for a dimension and kind of vectors."""
    if kind == "protein" or dimension > 1200:  # noqa: PLR2004 - the published bounds
        return 1.5
    return 2.0 if 400 < dimension <= 800 else 1.75  # noqa: PLR2004 - the same


def block_averages(dimension: int, dims: int) -> Doubles:
    """Return the map (dims, dimension) that training starts from; each row sums to 1, or is zero.

    Of n blocks of eight, output o averages those from ⌊o n / dims⌋ to ⌊(o + 1) n / dims⌋, with more weight on
    the first components of a block and on the blocks in the middle.
    """
    components = np.arange(dimension)
    block, offset = np.divmod(components, BLOCK)
    blocks = int(block[-1]) + 1
    length = np.minimum(BLOCK, dimension - BLOCK * block)
    golden = (1 + np.exp(-offset / length * GOLDEN_RATIO)) / 2
    first, end = (np.arange(o, o + dims)[:, None] * blocks // dims for o in (0, 1))
    averaged = (first <= block) & (block < end)
    weights = averaged * golden / (1 + 0.1 * np.abs(block - (first + end) / 2))
    sums = weights.sum(axis=1, keepdims=True)
    normalised: Doubles = weights / np.where(sums > 0, sums, 1)
    return normalised


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Pairs of rotated rows (r, D), as two arrays (m,) of row numbers, and their cosines' standard ranks."""

    rows: Floats
    left: Ints
    right: Ints
    ranks: Doubles

    @classmethod
    def of(cls, vectors: Floats, pairs: Ints, scale: float) -> _Ranked:
        """Return the pairs (m, 2) of rows of ``vectors`` (n, D), rotated after their cosines were ranked."""
        used, renumbered = np.unique(pairs, return_inverse=True)
        left, right = renumbered.reshape(pairs.shape).T
        rows = vectors[used].astype(np.float64)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        cosines = np.einsum("ij,ij->i", rows[left], rows[right])
        return cls(
            rotate(rows, scale).astype(np.float32), left, right, standard_ranks(cosines, "aqea: pairs")
        )

    def spearman(self, maps: Doubles) -> Doubles:
        """Return Spearman's correlation (k,) of original cosines with those after each of maps (k, d, D)."""
        from scipy.stats import rankdata

        count, dims, dimension = maps.shape
        mapped = product(self.rows, maps.reshape(-1, dimension).T.astype(np.float32))
        mapped = mapped.reshape(-1, count, dims)
        mapped /= np.linalg.norm(mapped, axis=2, keepdims=True) + np.finfo(np.float32).tiny
        ranks = rankdata(np.einsum("mkd,mkd->km", mapped[self.left], mapped[self.right]), axis=1)
        ranks -= ranks.mean(axis=1, keepdims=True)
        spread = ranks.std(axis=1)
        correlations: Doubles = ranks @ self.ranks / len(self.ranks) / np.where(spread > 0, spread, 1)
        return correlations  # 0 where all cosines are equal


def _evolved(
    start: Doubles, seen: _Ranked, unseen: _Ranked, params: Params, rng: np.random.Generator
) -> Doubles:
    """Return the mean map of the generation that ranks the unseen pairs best; the start is generation 0."""
    import cma

    options: dict[str, Any] = {"CMA_diagonal": params.diagonal, "seed": np.nan, "verbose": -9}
    options["randn"] = lambda *shape: rng.standard_normal(shape)
    if params.population is not None:
        options["popsize"] = params.population
    strategy = cma.CMAEvolutionStrategy(start.ravel(), params.sigma, options)
    best, reached, stale = start, unseen.spearman(start[None])[0], 0
    for _ in range(params.budget // strategy.popsize):
        tried = strategy.ask()
        strategy.tell(tried, -seen.spearman(np.reshape(tried, (-1, *start.shape))))
        mean = np.reshape(strategy.mean, start.shape)
        score = unseen.spearman(mean[None])[0]
        stale += 1
        if score > reached:
            best, reached, stale = mean, score, 0
        if stale == params.patience:
            break
    return best


@contextmanager
def _global_generator_restored() -> Iterator[None]:
    """Restore numpy's global generator, from which the library draws to check its own assertions."""
    state = np.random.get_state()  # noqa: NPY002 - it is this one that the library uses
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002 - the same


def _training_pairs(train: Training, count: int, rng: np.random.Generator) -> Ints:
    """Return at most ``count`` pairs of the training split, in random order."""
    pairs = train.pairs
    if len(pairs) == 0:  # a corpus
        pairs = rng.integers(len(train.vectors), size=(count, 2))
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    if len(pairs) < 4:  # noqa: PLR2004 - two to train on, two to choose by
        raise InputError(f"aqea: found {len(pairs)} training pairs, expected at least 4")
    return pairs[rng.permutation(len(pairs))[:count]]
