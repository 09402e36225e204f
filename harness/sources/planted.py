"""Generated vectors whose answer is known: a check on the harness itself.

``subspace``: isotropic Gaussian rows inside a random ``rank``-dimensional subspace of R^D, which a map of
that rank must keep whole. ``noise``: pairs of unit vectors whose cosine is a monotone function of one
coordinate of a bivariate normal with correlation ``rho``, and whose score is the other coordinate, so
that Spearman is 6/pi asin(rho/2) (Pearson 1907). ``uniform``: rows uniform on [-1, 1]^D, on which a scalar
quantizer of step h has the squared error h^2/12.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field, model_validator

from harness import limits
from harness.data.pair_sets import paired, rated
from harness.types import Doubles, Floats, PairSet, Place


class Params(BaseModel, extra="forbid", frozen=True):
    """What is planted, how many ``pairs``, in how many dimensions, and from which ``seed``."""

    kind: Literal["subspace", "noise", "uniform"]
    pairs: int = Field(ge=2)
    dimension: int = Field(ge=2, le=limits.DIMENSIONS.most)
    seed: int = Field(ge=0)
    rank: int = Field(default=1, ge=1)
    basis_seed: int = Field(default=0, ge=0)
    rho: float = Field(default=0.0, gt=-1, lt=1)

    @model_validator(mode="after")
    def _fits(self) -> Params:
        if self.rank > self.dimension:
            raise ValueError(f"a rank of at most {self.dimension}, the dimension")
        numbers = 2 * self.pairs * self.dimension
        if numbers > limits.PLANTED.most:
            raise ValueError(
                f"at most {limits.PLANTED.most:,} {limits.PLANTED.unit}: {limits.PLANTED.reason}"
            )
        return self


def locate(params: Params, _place: Place) -> dict[str, Any]:
    """Return the parameters: they are the data."""
    return {"use": "planted", **params.model_dump()}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the generated set, with scores for ``noise`` and without for the others."""
    rng = np.random.default_rng(params.seed)
    made = {"subspace": _subspace, "noise": _noise, "uniform": _uniform}[params.kind](params, rng)
    vectors, gold = made
    return rated(name, None, vectors, paired(params.pairs), gold, locate(params, place), name)


def _subspace(params: Params, rng: np.random.Generator) -> tuple[Floats, Doubles | None]:
    shape = (params.dimension, params.rank)  # one subspace for training and test: its own seed
    basis, _ = np.linalg.qr(np.random.default_rng(params.basis_seed).standard_normal(shape))
    return (rng.standard_normal((2 * params.pairs, params.rank)) @ basis.T).astype(np.float32), None


def _noise(params: Params, rng: np.random.Generator) -> tuple[Floats, Doubles | None]:
    signal = rng.standard_normal(params.pairs)
    gold = params.rho * signal + np.sqrt(1 - params.rho**2) * rng.standard_normal(params.pairs)
    left = rng.standard_normal((params.pairs, params.dimension))
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    other = rng.standard_normal((params.pairs, params.dimension))
    other -= np.einsum("ij,ij->i", other, left)[:, None] * left
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    cosine = np.tanh(signal / 2)[:, None]
    return np.concatenate([left, cosine * left + np.sqrt(1 - cosine**2) * other]).astype(np.float32), gold


def _uniform(params: Params, rng: np.random.Generator) -> tuple[Floats, Doubles | None]:
    return rng.uniform(-1, 1, (2 * params.pairs, params.dimension)).astype(np.float32), None
