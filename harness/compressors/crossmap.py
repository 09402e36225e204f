"""A map from some columns of a vector to the codes of others: small encoders replace large ones.

In a space of concatenated encoders (the encoder `concat`), a linear auto-encoder is fitted on the target
columns; a feed-forward network then learns to map the source columns to its codes, with the mean squared
error as loss. Only source columns are encoded afterwards: the target's encoders are needed only for training.
This is knowledge distillation (Hinton et al. 2015, arXiv 1503.02531) onto compressed vectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, model_validator

from harness.codecs.autoencoder_training import (
    EpochSchedule,
    autoencoder,
    published_decay,
    split,
    trained,
    turned,
)
from harness.codecs.networks import Coder, applied, hidden_layer, restored
from harness.errors import InputError
from harness.types import Training

RANDOM = True


class Columns(BaseModel, extra="forbid", frozen=True):
    """Columns from ``start``, counted from 0, up to and without ``stop``."""

    start: int = Field(default=0, ge=0)
    stop: int = Field(ge=1)


class Params(BaseModel, extra="forbid", frozen=True):
    """``source`` and ``target`` columns; ``dims`` of the codes; ``hidden`` units of the map, None for none.

    ``residual``: a linear path beside the hidden layer, or alone where there is none. ``epochs`` and ``rate``
    are those of the auto-encoder and of the map; the rest of the schedule is the compressor `autoencoder`'s.
    """

    source: Columns
    target: Columns
    dims: int = Field(ge=1)
    hidden: int | None = Field(default=512, ge=1)
    residual: bool = True
    epochs: int = Field(default=10, ge=0)
    rate: float = Field(default=4e-3, gt=0)

    @model_validator(mode="after")
    def _something(self) -> Params:
        if self.hidden is None and not self.residual:
            raise ValueError("hidden: found none and no residual path, expected one of them")
        return self


def fit(train: Training, params: Params, seed: int) -> Coder:
    """Return the trained map; raise InputError for missing columns and for fewer than ten training rows."""
    source, target = (_columns(part, train.dimension) for part in (params.source, params.target))
    schedule = EpochSchedule(params.epochs, published_decay(params.dims), params.rate)
    wanted = train.vectors[:, target]
    teacher = turned(*autoencoder(wanted, params.dims, None, "random", schedule, seed)[:2])
    x = train.vectors[:, source]
    rng = np.random.default_rng(seed)
    rows = split(len(x), rng)
    network = {"bias": np.zeros(params.dims), **hidden_layer(x.shape[1], params.hidden, params.dims, rng)}
    if params.residual:
        network["weights"] = np.zeros((x.shape[1], params.dims))
    [student], history = trained((network,), x, applied(teacher, wanted), rows, schedule, seed)
    return Coder(student, source, history)


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> Coder:
    """Return the codec that ``state`` describes."""
    return Coder(restored(state), slice(params.source.start, params.source.stop))


def _columns(part: Columns, dimension: int) -> slice:
    if not part.start < part.stop <= dimension:
        columns = f"columns {part.start} to {part.stop}"
        raise InputError(f"crossmap: found {columns}, expected some of the {dimension} there are")
    return slice(part.start, part.stop)
