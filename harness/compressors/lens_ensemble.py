"""Several lenses side by side: affine maps D -> d, each trained as `lens` is, on draws of its own.

The cosine of concatenated outputs is about the mean of the members' cosines, as in an ensemble (Hansen and
Salamon 1990). `normalize` and `principal-projection` after it distil the ensemble to few dimensions: of all
linear maps to so many, the projection has the least squared error of inner products (Eckart and Young 1936).

The loss of a member is 1 - Pearson(cosine after, target) on a batch of training pairs, for the original
cosines and, with ``human_weight``, for the human scores. Adam (Kingma and Ba 2015) minimises it from the
principal axes. ``dropout`` omits input dimensions at random, of each member its own (Srivastava et al. 2014).
``noise`` is added to outputs of length 1, in units of their mean standard deviation: what a quantizer behind
the lens will do to them (Ballé, Laparra, Simoncelli 2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.affine import Affine, restore_affine
from harness.codecs.principal_axes import principal_axes
from harness.errors import InputError
from harness.numerics import device
from harness.types import Training

if TYPE_CHECKING:
    import torch

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``members``: lenses of ``dims`` dimensions each; ``steps`` of Adam with ``batch`` pairs for each.

    ``rate``: its first, decayed by a cosine; ``human_weight`` and ``dropout`` are shares.
    """

    dims: int = Field(ge=1)
    members: int = Field(default=4, ge=1, le=64)
    human_weight: float = Field(default=0.3, ge=0, le=1)
    steps: int = Field(default=1200, ge=1)
    batch: int = Field(default=256, ge=2)
    rate: float = Field(default=3e-3, gt=0)
    dropout: float = Field(default=0.2, ge=0, lt=1)
    noise: float = Field(default=0.0, ge=0)


def fit(train: Training, params: Params, seed: int) -> Affine:
    """Return the maps of all members as one map to ``members`` times ``dims`` dimensions.

    Raises InputError where there are no pairs or human scores, or too few rows.
    """
    import torch

    on = device.chosen()
    targets = _targets(train, params, on)
    weights, bias = _from_principal_axes(train, params, on)
    vectors, sides = torch.tensor(train.vectors, device=on), torch.tensor(train.pairs.T.copy(), device=on)
    optimizer = torch.optim.Adam([weights, bias], lr=params.rate, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, params.steps)
    generator = torch.Generator().manual_seed(seed)  # the CPU's: every device draws the same
    for _ in range(params.steps):
        chosen = torch.randint(len(train.pairs), (params.members, params.batch), generator=generator).to(on)
        rows = vectors[sides[:, chosen].transpose(0, 1).reshape(params.members, -1)]  # (members, 2 batch, D)
        mapped = _mapped(rows, weights, bias, params, generator)
        loss = _loss(mapped, [(share, goal[chosen]) for share, goal in targets])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    side_by_side = weights.detach().cpu().permute(1, 0, 2).reshape(train.dimension, -1)
    return Affine(side_by_side.numpy(), bias.detach().cpu().reshape(-1).numpy())


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)


def _targets(train: Training, params: Params, on: str) -> list[tuple[float, torch.Tensor]]:
    """Return the targets whose share is not 0, each with its share: a value a pair, (m,) float32.

    Raises InputError where there are no pairs or human scores.
    """
    import torch

    if train.gold is None or not len(train.pairs):
        raise InputError("lens-ensemble: found no pairs with human scores, expected a split that has them")
    units = train.vectors / np.linalg.norm(train.vectors, axis=1, keepdims=True)
    cosine = np.einsum("ij,ij->i", units[train.pairs[:, 0]], units[train.pairs[:, 1]])
    return [
        (share, torch.tensor(goal, dtype=torch.float32, device=on))
        for share, goal in [(1 - params.human_weight, cosine), (params.human_weight, train.gold)]
        if share
    ]


def _from_principal_axes(train: Training, params: Params, on: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what all members begin from: weights (members, D, d) and biases (members, 1, d), with gradients.

    Raises InputError where there are too few rows.
    """
    import torch

    mean, axes = principal_axes(train.vectors, params.dims)
    weights, bias = (
        torch.tensor(np.stack([start] * params.members), dtype=torch.float32, device=on, requires_grad=True)
        for start in (axes, [-mean @ axes])
    )
    return weights, bias


def _mapped(
    rows: torch.Tensor, weights: torch.Tensor, bias: torch.Tensor, params: Params, generator: torch.Generator
) -> torch.Tensor:
    """Return ``rows`` (members, n, D) after each member's map, (members, n, d), with dropout and noise."""
    import torch

    members, dimension, _ = weights.shape
    keep = torch.rand((members, dimension, 1), generator=generator) >= params.dropout
    mapped: torch.Tensor = rows @ (weights * keep.to(rows.device) / (1 - params.dropout)) + bias
    return _disturbed(mapped, params.noise, generator) if params.noise else mapped


def _loss(mapped: torch.Tensor, goals: list[tuple[float, torch.Tensor]]) -> torch.Tensor:
    """Return the sum over members and ``goals``: share times 1 - Pearson(cosine after, goal).

    ``mapped`` (members, 2 batch, d) has the first sides of pairs, then the second ones; a goal is
    (members, batch).
    """
    import torch

    left, right = mapped.chunk(2, dim=1)
    after = torch.nn.functional.cosine_similarity(left, right, dim=2)
    return torch.stack([share * (1 - _correlations(after, goal)).sum() for share, goal in goals]).sum()


def _disturbed(mapped: torch.Tensor, noise: float, generator: torch.Generator) -> torch.Tensor:
    """Return ``mapped`` (members, rows, d) at length 1, with normal noise."""
    import torch

    unit = torch.nn.functional.normalize(mapped, dim=2)
    spread = unit.detach().var(dim=1).mean(dim=1).sqrt()[:, None, None]
    return unit + noise * spread * torch.randn(unit.shape, generator=generator).to(unit.device)


def _correlations(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return Pearson's correlation (members,) of each row of ``x`` with that of ``y``, both (members, m)."""
    x, y = x - x.mean(dim=1, keepdim=True), y - y.mean(dim=1, keepdim=True)
    scale = x.square().sum(dim=1) * y.square().sum(dim=1)
    correlations: torch.Tensor = (x * y).sum(dim=1) / scale.sqrt()
    return correlations
