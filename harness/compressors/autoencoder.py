"""An auto-encoder (Hinton and Salakhutdinov 2006, doi 10.1126/science.1127647) of one or two layers.

Encoder and decoder are linear maps, optionally with one hidden layer of rectified units beside each. Training
minimises the mean squared error of the decoded vectors. The decoder is then discarded, and cosines are those
of codes. A linear auto-encoder finds the space of the principal components (Baldi and Hornik 1989) but no
particular basis of it, and cosines depend on the basis. The default basis is an orthonormal one of the span
of the decoder's linear map: a code has the coordinates of the decoded vector, mean included, in that span.

The defaults are a published schedule: rate 4e-3, lowered every 2 epochs, batches of 32, and a decay of the
weights of 4e-4 for 256 dimensions and 1e-5 for 512. The source leaves some points open, which are settled
here: the rate is halved; the decay is that of AdamW and changes above 256 dimensions; there are 10 epochs;
the epoch with the least error on a held-out tenth of the training rows is the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.autoencoder_training import EpochSchedule, autoencoder, published_decay, turned
from harness.codecs.networks import Coder, restored
from harness.types import Training

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: d; ``hidden`` units, None for a linear one; ``start``: a random basis or the principal axes.

    ``basis`` of the codes: 'orthonormal', or 'trained' for the one that training ends in. ``rate`` is
    multiplied by ``gamma`` every ``step`` of ``epochs``; ``decay``: None for the published rule.
    """

    dims: int = Field(ge=1)
    hidden: int | None = Field(default=None, ge=1)
    start: Literal["random", "pca"] = "random"
    basis: Literal["orthonormal", "trained"] = "orthonormal"
    epochs: int = Field(default=10, ge=0)
    rate: float = Field(default=4e-3, gt=0)
    step: int = Field(default=2, ge=1)
    gamma: float = Field(default=0.5, gt=0, le=1)
    decay: float | None = Field(default=None, ge=0)
    batch: int = Field(default=32, ge=1)


def fit(train: Training, params: Params, seed: int) -> Coder:
    """Return the trained encoder; raise InputError under ten training rows or for too many dimensions."""
    decay = published_decay(params.dims) if params.decay is None else params.decay
    schedule = EpochSchedule(params.epochs, decay, params.rate, params.step, params.gamma, params.batch)
    encoder, decoder, history = autoencoder(
        train.vectors, params.dims, params.hidden, params.start, schedule, seed
    )
    return Coder(turned(encoder, decoder) if params.basis == "orthonormal" else encoder, history=history)


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Coder:
    """Return the codec that ``state`` describes."""
    return Coder(restored(state))
