"""A linear map D -> d trained to keep each row's list of neighbours: listwise distillation of the ranking.

The teacher is the uncompressed space, the student the mapped one. Each defines a distribution over a list of
candidate rows: the softmax of their cosines with an anchor row, divided by a temperature. The loss is the
Kullback-Leibler divergence of the student's distribution from the teacher's, as in ListNet for rankings (Cao
et al. 2007) and in SEED for the distillation of spaces (Fang et al. 2021, arXiv 2101.04731). Candidates are
the other rows of the batch, hard negatives drawn from each anchor's exact nearest training rows, and
optionally a queue of the candidates of earlier batches. The optimizer is Adam (Kingma and Ba 2015) with
cosine decay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.affine import Affine, restore_affine
from harness.codecs.principal_axes import principal_axes
from harness.errors import InputError
from harness.evaluation.teacher import top_k
from harness.numerics import device
from harness.types import Doubles, Ints, Training

if TYPE_CHECKING:
    import torch

RANDOM = True
# The logit of a row that is not a candidate: its share is 0, and 0 log 0 is 0; -inf would give NaN.
_OUT = -1e4


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: d; ``epochs`` over the training rows, ``batch`` of them, or a few more, at a step.

    ``rate``: Adam's first. ``tau``: the teacher's temperature; ``student_tau``: the student's, by default the
    same. In few dimensions cosines spread, and a student twice as warm often preserves more neighbours.
    ``list_weight``, lambda, weighs the divergence, ``mse_weight`` the mean squared difference of the cosines.
    ``hard_per_anchor`` negatives come from an anchor's ``hard_pool`` nearest rows, or from all others where
    there are fewer. ``queue``: the number of candidates of earlier batches, first in, first out.
    ``linear_start``: start as the projection onto the principal axes, not centred, as the teacher's cosines
    are not; otherwise as a Gaussian matrix.
    """

    dims: int = Field(ge=1)
    tau: float = Field(default=0.05, gt=0)
    student_tau: float | None = Field(default=None, gt=0)
    list_weight: float = Field(default=1.0, ge=0)
    mse_weight: float = Field(default=0.0, ge=0)
    hard_pool: int = Field(default=200, ge=1)
    hard_per_anchor: int = Field(default=1, ge=0)
    queue: int = Field(default=0, ge=0)
    epochs: int = Field(default=20, ge=1)
    batch: int = Field(default=256, ge=2)
    rate: float = Field(default=1e-3, gt=0)
    linear_start: bool = True


def fit(train: Training, params: Params, seed: int) -> Affine:
    """Return the trained map; raise InputError where no term of the loss has weight, or rows are too few."""
    import torch

    if not params.list_weight and not params.mse_weight:
        raise InputError("listwise: found list_weight = 0 and mse_weight = 0, expected one of them above 0")
    if len(train.vectors) < 3:  # noqa: PLR2004 - a list of two
        raise InputError(f"listwise: found {len(train.vectors)} training vectors, expected at least three")
    rng = np.random.default_rng(seed)
    on = device.chosen()
    rows = torch.tensor(train.vectors, device=on)
    teacher = torch.nn.functional.normalize(rows)
    weights, bias = (
        torch.tensor(array, dtype=torch.float32, device=on, requires_grad=True)
        for array in _start(train, params, rng)
    )
    optimizer = torch.optim.Adam([weights, bias], lr=params.rate, fused=True)
    steps = params.epochs * _steps(len(rows), params)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for anchors, candidates in _lists(train, params, rng):
        anchor_rows, candidate_rows = torch.from_numpy(anchors).to(on), torch.from_numpy(candidates).to(on)
        student = torch.nn.functional.normalize(rows[candidate_rows] @ weights + bias)
        own = torch.from_numpy(np.searchsorted(candidates, anchors)).to(on)
        loss = _loss(student[own] @ student.T, teacher[anchor_rows] @ teacher[candidate_rows].T, own, params)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return Affine(weights.detach().cpu().numpy(), bias.detach().cpu().numpy())


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)


def _start(train: Training, params: Params, rng: np.random.Generator) -> tuple[Doubles, Doubles]:
    """Return the first weights (D, d) and bias (d,)."""
    if params.linear_start:
        _, axes = principal_axes(train.vectors, params.dims)
        return axes, np.zeros(params.dims)
    gaussian = rng.standard_normal((train.dimension, params.dims)) / np.sqrt(params.dims)
    return gaussian, np.zeros(params.dims)


def _steps(count: int, params: Params) -> int:
    """Return the steps of an epoch, such that each has several anchors: a single one has no list."""
    return max(count // params.batch, 1)


def _lists(train: Training, params: Params, rng: np.random.Generator) -> Iterator[tuple[Ints, Ints]]:
    """Yield each step's anchors (b,) and its sorted distinct candidates (c,), which include the anchors."""
    count = len(train.vectors)
    pool = top_k(train.vectors, min(params.hard_pool, count - 1)) if params.hard_per_anchor else None
    queue = np.empty(0, np.int64)
    for _ in range(params.epochs):
        for anchors in np.array_split(rng.permutation(count), _steps(count, params)):
            fresh = anchors
            if pool is not None:
                ranks = rng.integers(pool.shape[1], size=(len(anchors), params.hard_per_anchor))
                fresh = np.concatenate([anchors, np.take_along_axis(pool[anchors], ranks, axis=1).ravel()])
            yield anchors, np.unique(np.concatenate([fresh, queue]))
            queue = np.concatenate([queue, fresh])[-params.queue :] if params.queue else queue


def _loss(student: torch.Tensor, teacher: torch.Tensor, own: torch.Tensor, params: Params) -> torch.Tensor:
    """Return the loss of cosines (b, c) after and before; ``own`` (b,) is each anchor's column."""
    import torch

    itself = torch.zeros_like(teacher, dtype=torch.bool).scatter_(1, own[:, None], value=True)
    after, before = (
        torch.nn.functional.log_softmax((cosines / tau).masked_fill(itself, _OUT), dim=1)
        for cosines, tau in ((student, params.student_tau or params.tau), (teacher, params.tau))
    )
    divergence = torch.nn.functional.kl_div(after, before, reduction="batchmean", log_target=True)
    squared = (student - teacher)[~itself].square().mean()
    return params.list_weight * divergence + params.mse_weight * squared
