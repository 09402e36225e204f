"""Finite scalar quantization (Mentzer et al. 2023): a few scalars, each rounded to one of a few levels.

An encoder maps a vector to one scalar a position; a soft clamp bounds the scalar, and rounding quantizes it.
A decoder maps the rounded scalars back (``harness.codecs.bottleneck_training`` trains both). Rounding is that
of vector-quantize-pytorch's FSQ in its symmetric form. Its gradient is that of the identity (straight-through
estimator; Bengio, Léonard, Courville 2013): the library's rotation trick rotates vectors, and a scalar has no
direction. With ``residuals`` each stage quantizes what the previous one left over, on a grid finer by the
number of levels, like the library's ResidualFSQ. That class lists all codes in memory, which fails for more
than about 2**25 of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs import bitpacking, bottleneck_training
from harness.codecs.finite_scalars import FSQ, restore_fsq, way_cosines
from harness.errors import InputError
from harness.numerics import device
from harness.types import Training

if TYPE_CHECKING:
    import torch

RANDOM = True
SPREAD = 0.67  # initial standard deviation of a scalar, whose bounds are 1.5 deviations from 0
BITS_A_POSITION = (1.0, 2.0, 2.5, 3.0, 4.0)  # tried by the search of levels
SHARE = 4  # a candidate is trained for a quarter of the steps


class Params(BaseModel, extra="forbid", frozen=True):
    """``levels`` of each position; ``residuals``: stages, each of as many positions.

    ``bits``: a budget of a stage that replaces ``levels``. These are then chosen on a held-out tenth of the
    training rows, among lists of nearly equal levels whose sum of log2 is at most the budget.
    ``hidden`` units beside the affine maps; ``steps`` of Adam with ``batch`` rows each at the first ``rate``.
    """

    levels: list[int] = Field(default=[8, 8, 8, 5], min_length=1)
    bits: float | None = Field(default=None, ge=1)
    residuals: int = Field(default=1, ge=1)
    hidden: int = Field(default=0, ge=0)
    gradient: Literal["straight-through", "rotation"] = "straight-through"
    steps: int = Field(default=400, ge=1)
    batch: int = Field(default=256, ge=4, multiple_of=2)
    rate: float = Field(default=3e-3, gt=0)


def fit(train: Training, params: Params, seed: int) -> FSQ:
    """Return the trained codec; raise InputError where levels, rows or the gradient asked for do not fit."""
    if params.gradient != "straight-through":
        raise InputError(
            f"fsq: found gradient = {params.gradient!r}, expected 'straight-through': a rounded scalar "
            "has no direction to rotate; residual-vq has the choice"
        )
    if min(params.levels) < 2:  # noqa: PLR2004 - one level says nothing
        raise InputError(f"fsq: found levels {params.levels}, expected at least 2 at each position")
    schedule = bottleneck_training.StepSchedule(params.steps, params.batch, params.rate, params.hidden)
    levels = tuple(params.levels)
    history: dict[str, list[float]] = {}
    if params.bits is not None:
        levels, history = _searched(train, params, schedule, seed)
    codec = _trained(train, levels, params.residuals, schedule, seed, history)
    codec.history.update(way_cosines(codec, train.vectors, seed))
    return codec


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> FSQ:
    """Return the codec that ``state`` describes."""
    return restore_fsq(state)


def candidates(bits: float, most: int) -> list[tuple[int, ...]]:
    """Return lists of at most ``most`` levels, nearly equal, that use up a budget of ``bits``.

    Packed codes take no more bytes than the budget.
    """
    fitting = []

    def fits(levels: list[int]) -> bool:
        return bitpacking.bits(levels) <= bits + 1e-9 and bitpacking.size(levels) <= math.ceil(bits / 8)

    for share in BITS_A_POSITION:
        positions = min(max(1, math.floor(bits / share)), most)
        levels = [math.floor(2 ** (bits / positions) + 1e-9)] * positions
        for i in range(positions):
            raised = [*levels[:i], levels[i] + 1, *levels[i + 1 :]]
            levels = raised if fits(raised) else levels
        if fits(levels):
            fitting.append(tuple(levels))
    return sorted(set(fitting), key=len)


def _searched(
    train: Training, params: Params, schedule: bottleneck_training.StepSchedule, seed: int
) -> tuple[tuple[int, ...], dict[str, list[float]]]:
    """Return the candidate with the least objective on the held-out tenth, and the objective of each."""
    rest, tenth = bottleneck_training.held_out(train, seed)
    short = bottleneck_training.StepSchedule(
        max(1, schedule.steps // SHARE), schedule.batch, schedule.rate, schedule.hidden
    )
    tried = candidates(float(params.bits or 0), min(rest.vectors.shape))
    losses = []
    for levels in tried:
        codec = _trained(rest, levels, params.residuals, short, seed, {})
        after = codec.decode(codec.encode(tenth))
        losses.append(bottleneck_training.distance(tenth, after, paired=len(train.pairs) > 0))
    history = {"candidate_positions": [float(len(levels)) for levels in tried], "candidate_losses": losses}
    return tried[int(np.argmin(losses))], history


def _trained(
    train: Training,
    levels: tuple[int, ...],
    residuals: int,
    schedule: bottleneck_training.StepSchedule,
    seed: int,
    history: dict[str, list[float]],
) -> FSQ:
    import torch
    import vector_quantize_pytorch as library

    if len(levels) > min(train.vectors.shape):
        raise InputError(
            f"fsq: found {len(levels)} positions, expected at most {min(train.vectors.shape)} "
            f"({len(train.vectors)} rows × {train.dimension})"
        )
    on = device.chosen()
    rounded = library.FSQ(list(levels), return_indices=False, preserve_symmetry=True, bound_hard_clamp=True)
    rounded = rounded.to(on)
    sizes = torch.tensor(levels, dtype=torch.float32, device=on)
    bound = 1 + 1 / (sizes - 1)

    def quantize(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        rest = (x / bound).tanh() * bound
        total = torch.zeros_like(rest)
        for stage in range(residuals):
            scaled = rounded((rest * sizes**stage)[None])[0][0] / sizes**stage
            rest, total = rest - scaled.detach(), total + scaled
        return total, torch.zeros((), device=on)

    start = bottleneck_training.principal(train.vectors, len(levels), SPREAD)
    trained = bottleneck_training.train(train, start, quantize, schedule, seed)
    return FSQ(
        trained.encoder, trained.decoder, levels * residuals, residuals, {**history, "loss": trained.losses}
    )
